using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What an outcome reward model is held against.</summary>
internal enum OutcomeLossKind
{
    CrossEntropy,

    SquaredError,
}

/// <summary>A reward model is trained by the supervised stage, whose data then holds labels of steps, or preferences.</summary>
internal sealed record RewardModelRecipe : ICheckedRecipe
{
    [Description("What it is to say: process (of each step whether it is right), outcome (whether the answer is), preference (which of two answers is better).")]
    public RewardModelKind Kind { get; init; }

    [Description("Outputs of a process reward model: 2 (wrong, right) or 3 (wrong, neutral, right).")]
    [InRange(2, 3)]
    public int Outputs { get; init; } = 2;

    [Description("Words that the language model learns to say behind each step in place of a head, as many as outputs and a token each, such as [\"-\", \"+\"]; a head if left out.")]
    public IReadOnlyList<string> LabelTokens { get; init; } = [];

    [Description("Train the head alone and leave the model as it is: the base then serves both, and its texts are read with the head beside those that it writes.")]
    public bool HeadOnly { get; init; }

    [Description("Let the head read, beside the hidden state, how likely the model that it stands on took the tokens of the step and of the solution to be. That model stays as it is, and the head alone is trained.")]
    public bool Surprise { get; init; }

    [Description("Transformer layers that are laid on top of the model's own and learn with them, each changing nothing at first: what the model expected at a token stands in its last layer, and only a layer above can hold it against what came.")]
    [InRange(0, 64)]
    public int ExtraLayers { get; init; }

    [Description("What a neutral step counts as where there are two outputs.")]
    public NeutralSteps Neutral { get; init; }

    [Description("What stands behind each step but the last.")]
    public string Separator { get; init; } = "\n";

    [Description("Of an outcome reward model: cross_entropy or squared_error.")]
    public OutcomeLossKind Loss { get; init; }

    [Description("Of a preference model: how strongly rewards are pulled towards 0.")]
    [InRange(0)]
    public double Centring { get; init; }

    /// <summary>Whether the model that the head stands on stays as it is.</summary>
    internal bool TrainsHeadAlone => HeadOnly || Surprise;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (LabelTokens.Count > 0 && Kind != RewardModelKind.Process) yield return ("label_tokens", "Only a process reward model says labels.");
        if (LabelTokens.Count > 0 && (LabelTokens.Count != Outputs || LabelTokens.Distinct().Count() < Outputs)) yield return ("label_tokens", $"There are {Outputs} outputs: name as many different words, from wrong to right.");
        if (HeadOnly && LabelTokens.Count > 0) yield return ("head_only", "With label tokens there is no head.");
        if (ExtraLayers > 0 && HeadOnly) yield return ("extra_layers", "A head that is trained alone stands on the model as it is.");
        if (ExtraLayers > 0 && LabelTokens.Count > 0) yield return ("extra_layers", "With label tokens the model stays the language model that it is.");
        if (Surprise && LabelTokens.Count > 0) yield return ("surprise", "With label tokens there is no head to read it.");
        if (Surprise && ExtraLayers > 0) yield return ("surprise", "The surprise is read of the last layer: a head on extra layers is not given it.");
        if (Separator.Length == 0) yield return ("separator", "The separator is empty.");
    }
}
