using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>Which of a problem's right completions come first, where only some of them are kept.</summary>
internal enum KeepOrder
{
    /// <summary>Those with every step right, then the shorter ones: with <c>most_per_problem: 1</c> this is best-of-k.</summary>
    Best,

    /// <summary>The shorter ones.</summary>
    Shortest,

    /// <summary>In the order in which they were drawn.</summary>
    Drawn,
}

/// <summary>
/// Expert iteration (Anthony 2017; STaR, arXiv 2203.14465; ReST-EM, arXiv 2312.06585): a round samples completions of fresh
/// problems, keeps right ones, and imitates them for some epochs; the next round samples from what came out. Comes after
/// supervised training and before reinforcement learning, or in its place.
/// </summary>
internal sealed record ExpertIterationRecipe : ICheckedRecipe
{
    [Description("Rounds of sampling and imitation; 0 skips the stage.")]
    [InRange(0, 999)]
    public int Rounds { get; init; }

    [Description("Problems of a round.")]
    [InRange(1, 1 << 24)]
    public int Prompts { get; init; } = 512;

    [Description("Completions of each problem.")]
    [InRange(1, 4096)]
    public int Samples { get; init; } = 8;

    [Description("Token budget of a completion; one that is cut off is never kept.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    [Description("Samples at this temperature.")]
    [InRange(0, 100, MinExclusive = true)]
    public double Temperature { get; init; } = 1;

    [Description("Who samples: policy, or the teacher, whose completions are then imitated.")]
    public ExpertSampler Sampler { get; init; }

    [Description("What is learned at each token of a kept completion: hard (the token that stands there), or soft (the teacher's whole distribution at that place).")]
    public LabelKind Labels { get; init; }

    [Description("What may be imitated: right answers, or all that were not cut off.")]
    public KeepSamples Keep { get; init; }

    [Description("Right completions kept of a problem at most; all of them if left out, best-of-k with 1.")]
    [InRange(1)]
    public int? MostPerProblem { get; init; } = 4;

    [Description("Which of them come first: best (every step right, then shorter), shortest or drawn.")]
    public KeepOrder Order { get; init; }

    [Description("Keeps a completion of a problem once, however often it was drawn.")]
    public bool Deduplicate { get; init; } = true;

    [Description("Keeps only completions with every step right, not all with a right answer.")]
    public bool EveryStepRight { get; init; }

    [Description("Passes over what was kept.")]
    [InRange(1, 1000)]
    public int Epochs { get; init; } = 1;

    [Description("Tokens of one optimizer step; the sequence that reaches it is the last.")]
    [InRange(1, 1 << 26)]
    public int BatchTokens { get; init; } = 4096;

    [Description("Each round trains the base again (STaR, ReST-EM) rather than what the round before made of it.")]
    public bool Restart { get; init; }

    [Description("Levels that move on from round to round; the family's levels throughout if left out.")]
    public CurriculumRecipe Curriculum { get; init; } = new() { Window = 1 };

    [Description("Begins anew in every round.")]
    public OptimizerRecipe Optimizer { get; init; } = new() { Kind = OptimizerKind.AdamW, LearningRate = 1e-3, MuonLearningRate = 5e-3 };

    [Description("Over the steps of a round.")]
    public ScheduleRecipe Schedule { get; init; } = new() { Kind = ScheduleKind.Linear, Warmup = 0, MinimumRatio = 0 };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Rounds > 0 && Keep == KeepSamples.All && Sampler == ExpertSampler.Policy && Labels == LabelKind.Hard) yield return ("keep", "To imitate all of its own samples teaches a model nothing. Keep right ones, sample from a teacher (sampler: teacher), or learn a teacher's distribution (labels: soft).");
        if (Keep == KeepSamples.All && EveryStepRight) yield return ("every_step_right", "keep: all asks for wrong answers too. Say one of them.");
        if (MostPerProblem > Samples) yield return ("most_per_problem", $"Of {Samples} samples no {MostPerProblem} can be kept.");
    }
}
