using System.Globalization;

namespace Deliberate.Training;

/// <summary>What a run's reward is made of, in words.</summary>
internal static class RewardWords
{
    /// <summary>In a few words, for a heading: right answers as the only reward.</summary>
    public static string Short(RunFacts facts)
    {
        var terms = facts.Reinforcement!.Rewards;
        if (facts.Teacher is { Compares: true }) return "towards a teacher";
        var isVerifier = facts.Problems!.Judge == JudgeKind.Verifier;
        if (terms is [{ Kind: RewardKinds.Correct }]) return $"with {facts.Problems.Judge switch { JudgeKind.Checker => "a checker", JudgeKind.Grader => "a grader of answers", _ => "a verifier's score" }} as the only reward";
        string[] rewarded = [.. terms.Where(t => !t.Punishes).Select(t => t.Kind == RewardKinds.Correct && isVerifier ? "a verifier's score" : t.About).Distinct(StringComparer.Ordinal)];
        string[] punished = [.. terms.Where(t => t.Punishes).Select(t => t.About).Distinct(StringComparer.Ordinal)];
        string?[] parts = [rewarded.Length > 0 ? $"rewarded for {List(rewarded)}" : null, punished.Length > 0 ? $"punished for {List(punished)}" : null];
        return string.Join(" and ", parts.OfType<string>());
    }

    /// <summary>Every term with its weight.</summary>
    public static string Terms(RunFacts facts) => List([.. facts.Reinforcement!.Rewards.Select(term => Term(facts, term))]);

    /// <summary>What learning made of length: the reward of reinforcement learning, the choice of expert iteration.</summary>
    public static string Length(RunFacts facts) => string.Join("; ", new[] { Kept(facts.ExpertIteration), facts.Reinforcement is null ? null : Rewarded(facts) }.OfType<string>());

    /// <summary>What the reward says about length.</summary>
    public static string Rewarded(RunFacts facts)
    {
        if (facts.Teacher is { Compares: true }) return "rewards are measured and not learned from, and nothing but the teacher rewards or punishes length";
        var ofLength = List([.. facts.Reinforcement!.Rewards.Select(term => term.OfLength).OfType<string>().Distinct(StringComparer.Ordinal)]);
        // What a program of the user's looks at is not known.
        if (facts.Problems!.Judge == JudgeKind.Verifier) return ofLength + (ofLength.Length > 0 ? ", and " : "") + "whether the verifier looks at length is not known here";
        return ofLength.Length > 0 ? $"{ofLength}, and nothing else rewards or punishes length" : "nothing rewards or punishes length, up to the token budget";
    }

    private static string? Kept(ExpertFacts? expert) => expert is null ? null
        : expert.MostPerProblem is null || expert.Order == KeepOrder.Drawn ? "no completion was kept for its length"
        : "of more right completions than were kept, shorter ones came first";

    private static string Term(RunFacts facts, RewardTerm term) => term.Kind == RewardKinds.Correct && facts.Problems!.Judge == JudgeKind.Verifier
        ? string.Create(CultureInfo.InvariantCulture, $"{term.Weight:0.######} times the verifier's score")
        : term.Says;

    private static string List(IReadOnlyList<string> items) => items.Count < 2 ? string.Concat(items) : $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}";
}
