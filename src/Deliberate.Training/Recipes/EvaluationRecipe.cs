using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>How a model is measured: held-out problems, the same for every run with the same evaluation seed.</summary>
internal sealed record EvaluationRecipe : ICheckedRecipe
{
    [Description("Problems of the evaluations before and after reinforcement learning; 0 for none.")]
    [InRange(0, 1 << 20)]
    public int Problems { get; init; } = 300;

    [Description("Samples of each.")]
    [InRange(1, 4096)]
    public int Samples { get; init; } = 1;

    [Description("Of these, how many get vote_samples samples, for pass@k and majority@k.")]
    [InRange(0, 1 << 20)]
    public int VoteProblems { get; init; }

    [Description("Samples of each of these.")]
    [InRange(1, 4096)]
    public int VoteSamples { get; init; } = 16;

    [Description("Token budget of a completion.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    [Description("Samples at this temperature, whatever training samples at; 0 for the most likely completion (greedy).")]
    [InRange(0, 100)]
    public double Temperature { get; init; } = 1;

    [Description("Smaller budgets to report accuracy for; samples are cut, not drawn again.")]
    [InRange(1)]
    public IReadOnlyList<int> Budgets { get; init; } = [];

    [Description("Steps of reinforcement learning between evaluations; 0 for none in between.")]
    [InRange(0)]
    public int Every { get; init; } = 20;

    [Description("Problems of those in between.")]
    [InRange(1, 1 << 20)]
    public int QuickProblems { get; init; } = 100;

    [Description("Whether a run that starts from a model (model.from) and has a supervised stage asks that model too, before the stage's first step: evaluation start. Where there is nothing to imitate, the first evaluation is of it anyway.")]
    public bool Start { get; init; } = true;

    [Description("Seed of problems and samples, apart from the run's so that runs are comparable.")]
    public ulong Seed { get; init; } = 1;

    /// <summary>How samples are drawn.</summary>
    [JsonIgnore]
    public SamplingOptions Sampling => new() { Temperature = Temperature };

    /// <summary>The same in words.</summary>
    [JsonIgnore]
    public string Drawn => Temperature == 0 ? "greedy" : string.Create(CultureInfo.InvariantCulture, $"at temperature {Temperature:0.###}");

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (Temperature == 0 && Samples > 1) yield return ("samples", "At temperature 0 all samples of a problem are the same: draw one, or at a temperature above 0.");
        if (Temperature == 0 && VoteProblems > 0) yield return ("vote_problems", "At temperature 0 all samples of a problem are the same: there is nothing to vote on.");
        if (VoteProblems > Problems) yield return ("vote_problems", $"{VoteProblems} are more than the {Problems} problems there are.");
        if (VoteProblems > 0 && VoteSamples < Samples) yield return ("vote_samples", $"{VoteSamples} are fewer than the {Samples} samples of every problem.");
        foreach (var budget in Budgets)
            if (budget > MaxTokens) yield return ("budgets", $"{budget} is more than max_tokens, {MaxTokens}.");
    }
}
