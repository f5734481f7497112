using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>How a model is measured: held-out problems, the same for every run with the same evaluation seed, at temperature 1.</summary>
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

    [InRange(1, 4096)]
    public int VoteSamples { get; init; } = 16;

    [Description("Token budget of a completion.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    [Description("Smaller budgets to report accuracy for; samples are cut, not drawn again.")]
    [InRange(1)]
    public IReadOnlyList<int> Budgets { get; init; } = [];

    [Description("Steps of reinforcement learning between evaluations; 0 for none in between.")]
    [InRange(0)]
    public int Every { get; init; } = 20;

    [Description("Problems of those in between.")]
    [InRange(1, 1 << 20)]
    public int QuickProblems { get; init; } = 100;

    [Description("Seed of problems and samples, apart from the run's so that runs are comparable.")]
    public ulong Seed { get; init; } = 1;

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (VoteProblems > Problems) yield return ("vote_problems", $"{VoteProblems} are more than the {Problems} problems there are.");
        if (VoteProblems > 0 && VoteSamples < Samples) yield return ("vote_samples", $"{VoteSamples} are fewer than the {Samples} samples of every problem.");
        foreach (var budget in Budgets)
            if (budget > MaxTokens) yield return ("budgets", $"{budget} is more than max_tokens, {MaxTokens}.");
    }
}
