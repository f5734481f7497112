using System.Globalization;

namespace Deliberate.Studies;

/// <summary>Who says what a small reward model learns, and of which solutions.</summary>
internal enum RewardSource
{
    /// <summary>Exact labels of many solutions: half of them any, half the convincing wrong ones that a reward model of the first half chose.</summary>
    LargeProcess,

    /// <summary>Whether the answers of as many solutions are right, any of them.</summary>
    LargeOutcome,

    /// <summary>The first half of the large one, which chooses the second; and chooses nothing else.</summary>
    Hunter,

    /// <summary>Exact labels of any solutions.</summary>
    Process,

    /// <summary>Of the same solutions, whether the large reward model finds every step right.</summary>
    JudgedOutcome,

    /// <summary>Of the same solutions, whether the answer is right.</summary>
    Outcome,

    /// <summary>Learned from one solution of each problem, and chooses for the active choice.</summary>
    Selector,

    /// <summary>Exact labels of solutions that the selector chose.</summary>
    Active,
}

/// <summary>A reward model of the study.</summary>
/// <param name="Source">What it learns.</param>
/// <param name="Solutions">Of how many solutions.</param>
internal sealed record RewardArm(RewardSource Source, int Solutions)
{
    /// <summary>Its folder.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Name(Source)}-{Solutions}");

    public bool IsProcess => Source is not (RewardSource.LargeOutcome or RewardSource.Outcome or RewardSource.JudgedOutcome);

    /// <summary>Whether it is measured; those that only choose are not.</summary>
    public bool IsMeasured => Source is not (RewardSource.Hunter or RewardSource.Selector);

    /// <summary>Whether it has few labels: it is compared with others of as many.</summary>
    public bool IsSmall => Source is RewardSource.Process or RewardSource.JudgedOutcome or RewardSource.Outcome or RewardSource.Active or RewardSource.Selector;

    /// <summary>In tables.</summary>
    public string Title => Source switch
    {
        RewardSource.LargeProcess => "PRM",
        RewardSource.LargeOutcome => "ORM",
        RewardSource.Process => "process labels",
        RewardSource.JudgedOutcome => "outcome labels by the large PRM",
        RewardSource.Outcome => "outcome labels by the final answer",
        RewardSource.Active => "process labels, actively chosen",
        RewardSource.Hunter => "hunter",
        _ => "selector",
    };

    /// <summary>Of a plan, each behind those that it needs.</summary>
    public static IReadOnlyList<RewardArm> Of(VerifyPlan plan) =>
    [
        new(RewardSource.Hunter, plan.Large / 2), new(RewardSource.LargeProcess, plan.Large), new(RewardSource.LargeOutcome, plan.Large), new(RewardSource.Selector, plan.ChosenProblems),
        .. plan.Sizes.SelectMany(n => new[] { RewardSource.Process, RewardSource.JudgedOutcome, RewardSource.Outcome, RewardSource.Active }.Select(s => new RewardArm(s, n))),
    ];

    private static string Name(RewardSource source) => source switch
    {
        RewardSource.LargeProcess => "prm",
        RewardSource.LargeOutcome => "orm",
        RewardSource.JudgedOutcome => "judged",
        _ => source.ToString().ToLowerInvariant(),
    };
}
