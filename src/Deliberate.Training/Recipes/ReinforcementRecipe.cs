using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Reinforcement learning: every step samples completions of fresh problems, grades them, turns rewards into advantages within
/// each problem's group, and makes one or more optimizer steps with the objective.
/// </summary>
internal sealed record ReinforcementRecipe : ICheckedRecipe
{
    [Description("Sampled batches; 0 skips the stage.")]
    [InRange(0)]
    public int Steps { get; init; } = 100;

    [Description("Problems of a step.")]
    [InRange(1, 1 << 20)]
    public int Prompts { get; init; } = 32;

    [Description("Completions of each problem: a group.")]
    [InRange(1, 4096)]
    public int Samples { get; init; } = 8;

    [Description("Policy objective.")]
    [ObjectiveName]
    public string Objective { get; init; } = "dapo";

    [Description("The objective's options; those left out are its own defaults.")]
    public PolicyOptions Options { get; init; } = DapoObjective.Entry.Defaults;

    [Description("Advantage estimator; the objective's own if left out.")]
    [AdvantageName]
    public string Advantage { get; init; } = DapoObjective.Entry.Advantage;

    [Description("Factor, a token, of rewards on their way to the tokens before them.")]
    [InRange(0, 1, MinExclusive = true)]
    public double Discount { get; init; } = 1;

    [Description("Mini-batches, an optimizer step each, that a sampled batch is cut into by problems.")]
    [InRange(1, 1 << 16)]
    public int Updates { get; init; } = 1;

    [Description("Token budget of a completion.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    /// <summary>Below a hundredth, the roundings of logits, divided by it, would drown the differences that are learned from.</summary>
    [Description("Samples and trains on the distribution at this temperature.")]
    [InRange(0.01, 100)]
    public double Temperature { get; init; } = 1;

    [Description("Replaces problems whose samples are all right or all wrong, whatever else they were rewarded for.")]
    public bool DynamicSampling { get; init; }

    [Description("Most rounds of replacements a step.")]
    [InRange(0, 1000)]
    public int ResamplingRounds { get; init; } = 3;

    [Description("Keeps every completion in samples.jsonl.")]
    public bool StoreSamples { get; init; } = true;

    [Description("Levels that move on with the policy; the family's levels throughout if left out.")]
    public CurriculumRecipe Curriculum { get; init; } = new();

    public OverlongRecipe Overlong { get; init; } = new();

    public RewardRecipe Rewards { get; init; } = new();

    public OptimizerRecipe Optimizer { get; init; } = new() { Kind = OptimizerKind.AdamW, LearningRate = 3e-4, MuonLearningRate = 2e-3 };

    public ScheduleRecipe Schedule { get; init; } = new() { Kind = ScheduleKind.Constant, Warmup = 0, MinimumRatio = 0 };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var known = PolicyObjectives.All.Select(entry => entry.Name).ToArray();
        if (!known.Contains(Objective)) yield return ("objective", $"There is no objective \"{Objective}\". {NearestName.Suggest(Objective, known)}");
        var estimators = AdvantageEstimators.All.Select(e => e.Name).ToArray();
        if (!estimators.Contains(Advantage)) yield return ("advantage", $"There is no advantage estimator \"{Advantage}\". {NearestName.Suggest(Advantage, estimators)}");
        var estimator = AdvantageEstimators.Find(Advantage);
        if (PolicyObjectives.Find(Objective).Refusal(estimator, Options) is { } refusal) yield return ("advantage", refusal);
        if (Discount != 1 && !estimator.Discounts) yield return ("discount", $"The advantages of {Advantage} belong to whole samples: nothing is discounted. Those that discount are {string.Join(", ", AdvantageEstimators.All.Where(e => e.Discounts).Select(e => e.Name))}.");
        if (Steps > 0 && Samples == 1 && estimator.NeedsGroup) yield return ("samples", "A group of one sample has nothing to compare with: its advantage is 0 and nothing is learned. Draw at least 2.");
        if (Steps > 0 && Rewards is { Correct: 0, AllStepsRight: 0 } && Rewards.Components.Values.All(w => w == 0)) yield return ("rewards", "All weights are 0: nothing is rewarded.");
        if (DynamicSampling && Samples == 1) yield return ("dynamic_sampling", "A group of one sample is always all right or all wrong: every problem would be replaced.");
        if (Updates > Prompts) yield return ("updates", $"{Prompts} problems cannot be cut into {Updates} updates.");
        if (Overlong.Cache >= MaxTokens) yield return ("overlong", $"A cache of {Overlong.Cache} tokens leaves nothing of the budget of {MaxTokens} unpunished.");
    }
}

/// <summary>DAPO's soft overlong penalty.</summary>
internal sealed record OverlongRecipe
{
    [Description("Tokens before the budget's end over which the penalty grows from 0 to -1; 0 for no penalty.")]
    [InRange(0, 1 << 20)]
    public int Cache { get; init; }
}

/// <summary>Weights of the rewards.</summary>
internal sealed record RewardRecipe
{
    [Description("Of a right answer.")]
    [InRange(0)]
    public double Correct { get; init; } = 1;

    [Description("Of a right answer with every step right.")]
    [InRange(0)]
    public double AllStepsRight { get; init; }

    [Description("Of the components that a verifier of yours gives, by name; those left out weigh nothing.")]
    public IReadOnlyDictionary<string, double> Components { get; init; } = new Dictionary<string, double>();

    /// <summary>The reward of a graded completion whose score is <paramref name="score"/>, without that of its length.</summary>
    public double Of(Verdict verdict, double score)
    {
        var reward = (Correct * score) + (verdict.AllStepsRight ? AllStepsRight : 0);
        foreach (var part in verdict.Scores) reward += Components.GetValueOrDefault(part.Name) * part.Value;
        return reward;
    }
}
