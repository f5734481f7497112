using System.Globalization;

namespace Deliberate.Training;

/// <summary>What a run's reward is made of, in words.</summary>
internal static class RewardWords
{
    /// <summary>In a few words, for a heading: right answers as the only reward.</summary>
    public static string Short(RunFacts facts)
    {
        var terms = facts.Reinforcement!.Rewards;
        var judged = facts.Problems!.Judge switch { JudgeKind.Checker => "a checker", JudgeKind.Grader => "a grader of answers", _ => "a verifier's score" };
        if (terms is [{ Name: RewardNames.Correct }]) return $"with {judged} as the only reward";
        var rewarded = terms.Where(t => t.Name != RewardNames.Overlong).Select(t => t.Name switch
        {
            RewardNames.Correct when facts.Problems.Judge == JudgeKind.Verifier => "a verifier's score",
            RewardNames.Correct => "right answers",
            RewardNames.AllStepsRight => "right steps",
            _ => $"the verifier's {t.Name}",
        });
        return $"rewarded for {List([.. rewarded])}{(facts.Reinforcement.OverlongCache > 0 ? " and punished for length" : "")}";
    }

    /// <summary>Every term with its weight.</summary>
    public static string Terms(RunFacts facts) => List([.. facts.Reinforcement!.Rewards.Select(term => Term(facts, term))]);

    /// <summary>What learning made of length: the reward of reinforcement learning, the choice of expert iteration.</summary>
    public static string Length(RunFacts facts) => string.Join("; ", new[] { Kept(facts.ExpertIteration), facts.Reinforcement is null ? null : Rewarded(facts) }.OfType<string>());

    private static string? Kept(ExpertFacts? expert) => expert is null ? null
        : expert.MostPerProblem is null || expert.Order == KeepOrder.Drawn ? "no completion was kept for its length"
        : "of more right completions than were kept, shorter ones came first";

    /// <summary>What the reward says about length.</summary>
    public static string Rewarded(RunFacts facts)
    {
        var rl = facts.Reinforcement!;
        var penalty = rl.OverlongCache == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"the last {rl.OverlongCache} tokens before the budget of {rl.MaxTokens} are punished");
        // What a program of the user's looks at is not known.
        if (facts.Problems!.Judge == JudgeKind.Verifier) return penalty + (penalty.Length > 0 ? ", and " : "") + "whether the verifier looks at length is not known here";
        return penalty.Length > 0 ? $"{penalty}, and nothing else rewards or punishes length" : "nothing rewards or punishes length, up to the token budget";
    }

    private static string Term(RunFacts facts, RewardTerm term) => term.Name switch
    {
        RewardNames.Correct when facts.Problems!.Judge == JudgeKind.Verifier => string.Create(CultureInfo.InvariantCulture, $"{term.Weight:0.######} times the verifier's score"),
        RewardNames.Correct => string.Create(CultureInfo.InvariantCulture, $"{term.Weight:0.######} for a right answer"),
        RewardNames.AllStepsRight => string.Create(CultureInfo.InvariantCulture, $"{term.Weight:0.######} more where the checker found every step right"),
        RewardNames.Overlong => string.Create(CultureInfo.InvariantCulture, $"down to −{term.Weight:0.######} for length"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{term.Weight:0.######} times the verifier's `{term.Name}`"),
    };

    private static string List(IReadOnlyList<string> items) => items.Count < 2 ? string.Concat(items) : $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}";
}
