namespace Deliberate.Training;

/// <summary>
/// Weights of samples for expert iteration (rejection sampling, STaR, RFT, reward-weighted regression): which completions of each
/// problem to train on, and how much. Samples name their problem; they need not be sorted. One without a reward (NaN) is never chosen.
/// </summary>
internal static class SampleSelection
{
    /// <summary>1 for a right sample, 0 for a wrong one.</summary>
    public static void KeepCorrect(ReadOnlySpan<bool> correct, Span<double> weights)
    {
        for (var i = 0; i < weights.Length; i++) weights[i] = correct[i] ? 1 : 0;
    }

    /// <summary>1 for the first right sample of each distinct text of each problem.</summary>
    public static void KeepDistinct(ReadOnlySpan<int> problems, ReadOnlySpan<bool> correct, ReadOnlySpan<int> texts, Span<double> weights)
    {
        var seen = new HashSet<(int, int)>();
        for (var i = 0; i < weights.Length; i++) weights[i] = correct[i] && seen.Add((problems[i], texts[i])) ? 1 : 0;
    }

    /// <summary>Divides so that the kept samples of each problem share a weight of 1: easy problems do not crowd out hard ones.</summary>
    public static void EqualPerProblem(ReadOnlySpan<int> problems, Span<double> weights)
    {
        var totals = new Dictionary<int, double>();
        for (var i = 0; i < weights.Length; i++) totals[problems[i]] = totals.GetValueOrDefault(problems[i]) + weights[i];
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] > 0) weights[i] /= totals[problems[i]];
    }

    /// <summary>1 for the k highest rewards of each problem; of equal ones the earlier.</summary>
    public static void BestOf(ReadOnlySpan<int> problems, ReadOnlySpan<double> rewards, int k, Span<double> weights)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var better = 0;
            for (var j = 0; j < weights.Length; j++)
                if (problems[j] == problems[i] && (rewards[j] > rewards[i] || (rewards[j] == rewards[i] && j < i))) better++;
            weights[i] = better < k && !double.IsNaN(rewards[i]) ? 1 : 0;
        }
    }

    /// <summary>softmax(reward / temperature) within each problem.</summary>
    public static void RewardWeighted(ReadOnlySpan<int> problems, ReadOnlySpan<double> rewards, double temperature, Span<double> weights)
    {
        var highest = new Dictionary<int, double>();
        for (var i = 0; i < weights.Length; i++)
            if (!double.IsNaN(rewards[i])) highest[problems[i]] = Math.Max(highest.GetValueOrDefault(problems[i], double.NegativeInfinity), rewards[i]);
        for (var i = 0; i < weights.Length; i++) weights[i] = double.IsNaN(rewards[i]) ? 0 : Math.Exp((rewards[i] - highest[problems[i]]) / temperature);
        EqualPerProblem(problems, weights);
    }
}
