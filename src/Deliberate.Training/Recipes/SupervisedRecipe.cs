using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>What becomes of examples that are longer than the model's context.</summary>
internal enum LongExamples
{
    /// <summary>They are left out and counted.</summary>
    Drop,

    /// <summary>The run is refused, naming the first.</summary>
    Refuse,
}

/// <summary>What becomes of examples that stand in the data twice.</summary>
internal enum RepeatedExamples
{
    /// <summary>The later ones are left out and counted.</summary>
    Drop,

    /// <summary>They are learned as often as they stand there.</summary>
    Keep,

    /// <summary>The run is refused, naming the first.</summary>
    Refuse,
}

/// <summary>
/// Supervised training on a family's corpus, on files of the user's, or on both: as many optimizer steps as batches of tokens fit,
/// known before the start.
/// </summary>
internal sealed record SupervisedRecipe : ICheckedRecipe
{
    [Description("Tokens to train on, prompts included; 0 skips the stage.")]
    [InRange(0)]
    public long Tokens { get; init; } = 2_000_000;

    [Description("Tokens of one optimizer step; the sequence that reaches it is the last.")]
    [InRange(1, 1 << 26)]
    public int BatchTokens { get; init; } = 4096;

    [Description("JSON Lines files of examples, each line \"messages\" or \"prompt\" and \"completion\"; relative to the recipe. Without any, the family's corpus.")]
    public IReadOnlyList<string> Data { get; init; } = [];

    [Description("How often an example of each file is seen, relative to the others; 1 each if left out.")]
    [InRange(0)]
    public IReadOnlyList<double> Weights { get; init; } = [];

    [Description("Passes over the data, in place of tokens, which is then computed.")]
    [InRange(0, 1_000_000, MinExclusive = true)]
    public double? Epochs { get; init; }

    [Description("Share of the examples that come from the family's corpus; 0 with data and 1 without if left out.")]
    [InRange(0, 1)]
    public double? FamilyShare { get; init; }

    [Description("Share of the data that is held out, by a hash of the example, and only measured.")]
    [InRange(0, 0.5)]
    public double Validation { get; init; } = 0.05;

    [Description("Steps between measurements of the held-out examples; one more at the end.")]
    [InRange(1)]
    public int ValidationEvery { get; init; } = 50;

    [Description("Examples longer than the model's context: drop or refuse.")]
    public LongExamples TooLong { get; init; }

    [Description("Examples that stand there twice: drop, keep or refuse.")]
    public RepeatedExamples Duplicates { get; init; }

    [Description("Of this stage.")]
    public OptimizerRecipe Optimizer { get; init; } = new();

    [Description("Of its learning rates.")]
    public ScheduleRecipe Schedule { get; init; } = new();

    /// <summary>Optimizer steps.</summary>
    public int Steps => Tokens == 0 ? 0 : (int)Math.Clamp(Tokens / BatchTokens, 1, int.MaxValue);

    /// <summary>Whether the tokens are what the passes came to: a run goes on for as many as it began with.</summary>
    [JsonIgnore]
    public bool IsCounted { get; init; }

    /// <summary>Share of the examples that come from the family's corpus.</summary>
    [JsonIgnore]
    public double CorpusShare => FamilyShare ?? (Data.Count > 0 ? 0 : 1);

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Data.Distinct().Count() < Data.Count) yield return ("data", "A file is named twice: use weights to see its examples more often.");
        if (Weights.Count > 0 && Weights.Count != Data.Count) yield return ("weights", $"There are {Weights.Count} weights for {Data.Count} files.");
        if (Weights.Count > 0 && Weights.Sum() == 0) yield return ("weights", "The weights sum to 0: no file would be read.");
        if (Epochs is not null && Data.Count == 0) yield return ("epochs", "There is no data to pass over: the family's corpus never ends. Say tokens instead.");
        if (Data.Count > 0 && FamilyShare == 1) yield return ("family_share", "A share of 1 for the family leaves nothing for the data.");
        if (Data.Count == 0 && FamilyShare is < 1) yield return ("family_share", "There is no data to take the rest from.");
    }
}
