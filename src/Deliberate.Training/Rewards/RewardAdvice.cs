namespace Deliberate.Training;

/// <summary>What is allowed in a list of rewards and yet must be said.</summary>
internal static class RewardAdvice
{
    /// <summary>Where nothing that is paid depends on a right answer, as far as is known; null where something does.</summary>
    /// <param name="terms">Those that weigh anything, with their names.</param>
    public static string? OfCorrectness(IReadOnlyList<(string Name, CorrectnessLink Correctness)> terms)
    {
        if (terms.Count == 0 || terms.Any(term => term.Correctness == CorrectnessLink.Answer)) return null;
        var byVerifier = terms.Where(term => term.Correctness == CorrectnessLink.Verifier).Select(term => term.Name).ToArray();
        return byVerifier.Length == 0
            ? $"No term of the reward depends on the answer being right ({string.Join(", ", terms.Select(term => term.Name))}): whatever is written can earn all of it, and what was learned before may be lost. Add correct to reinforcement.rewards unless this is meant."
            : $"Only your verifier can make the reward depend on the answer being right, by {string.Join(", ", byVerifier)}, and whether it does is not known here. Add correct to reinforcement.rewards unless this is meant.";
    }
}
