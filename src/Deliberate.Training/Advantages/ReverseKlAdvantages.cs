namespace Deliberate.Training;

/// <summary>
/// On-policy distillation (generalised knowledge distillation, arXiv 2306.13649; MiniLLM, arXiv 2306.08543, its one-step term): on the
/// student's own samples the advantage of a token is what its reverse KL loses by it, <c>log teacher - log student - b</c>, so that
/// <c>-A ∇ log student</c> is in expectation the gradient of KL(student || teacher) at each token, given what stands before it. The control
/// variate b is the mean of the same difference over the tokens of the step's other samples: independent of this one, so it takes variance
/// and adds no bias. Rewards are not looked at.
/// </summary>
internal static class ReverseKlAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "reverse_kl", "arXiv 2306.13649, 2306.08543", "a token is worth the teacher's log-probability of it less the model's own, held against the mean of that over the step's other samples",
        batch => Compute(batch.TokenRewards, batch.Offsets, batch.TokenAdvantages))
    { PerToken = true, NeedsGroup = false, NeedsTeacher = true };

    /// <param name="differences">log teacher - log student <c>[tokens]</c>; NaN in a sample that is left out.</param>
    /// <param name="offsets">Where samples start, and the end.</param>
    /// <param name="advantages">Out; 0 in a sample that is left out.</param>
    public static void Compute(ReadOnlySpan<double> differences, ReadOnlySpan<int> offsets, Span<double> advantages)
    {
        double total = 0;
        var tokens = 0;
        foreach (var difference in differences)
        {
            if (double.IsNaN(difference)) continue;
            total += difference;
            tokens++;
        }

        advantages.Clear();
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            var own = differences[offsets[i]..offsets[i + 1]];
            if (own.IsEmpty || double.IsNaN(own[0])) continue;
            var sum = 0.0;
            foreach (var difference in own) sum += difference;
            var baseline = tokens > own.Length ? (total - sum) / (tokens - own.Length) : 0;
            for (var t = 0; t < own.Length; t++) advantages[offsets[i] + t] = own[t] - baseline;
        }
    }
}
