using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Figures over items' log-probabilities, by lm-evaluation-harness's names: shares of what <see cref="LikelihoodVerdict"/> found; perplexity, e to
/// the mean of −log p over answers; word and byte perplexity, e to Σ −log p / Σ words or bytes of all texts; bits per byte.
/// </summary>
internal static class LikelihoodMetrics
{
    private const string Perplexity = "perplexity", WordPerplexity = "word_perplexity", BytePerplexity = "byte_perplexity", BitsPerByte = "bits_per_byte";

    private static readonly Dictionary<LikelihoodOf, string[]> Known = new()
    {
        [LikelihoodOf.Choices] = [LikelihoodVerdict.Accuracy, LikelihoodVerdict.ByCharacters, LikelihoodVerdict.ByBytes, LikelihoodVerdict.ByInformation, LikelihoodVerdict.Exact, LikelihoodVerdict.Brier],
        [LikelihoodOf.Answer] = [LikelihoodVerdict.Accuracy, Perplexity],
        [LikelihoodOf.Text] = [WordPerplexity, BytePerplexity, BitsPerByte],
    };

    /// <summary>What may be measured, as files name it.</summary>
    public static IReadOnlyList<string> Names(LikelihoodOf of) => Known[of];

    /// <summary>What is measured unless a task says.</summary>
    public static IReadOnlyList<string> Usual(LikelihoodOf of) => of == LikelihoodOf.Choices ? Known[of][..2] : Known[of];

    /// <exception cref="UserError">There is none of that name.</exception>
    public static TaskMetric Named(string name, LikelihoodOf of, string path)
    {
        if (!Known[of].Contains(name)) throw new UserError($"Of likelihoods of {of.ToString().ToLowerInvariant()} there is no metric \"{name}\".", path, field: "metrics", advice: NearestName.Suggest(name, [.. Known[of]]) ?? $"There are {string.Join(", ", Known[of])}.");
        var value = TaskMetric.Score(name);
        return name switch
        {
            LikelihoodVerdict.Brier => new TaskMetric { Name = name, Title = "Brier score", Value = value, IsShare = false, IsSmall = true, HigherIsBetter = false },
            Perplexity => Of(name, "perplexity", null, groups => RateMetric.Raised(groups)),
            WordPerplexity => Of(name, "word perplexity", LikelihoodVerdict.Words, groups => RateMetric.Raised(groups)),
            BytePerplexity => Of(name, "byte perplexity", LikelihoodVerdict.Bytes, groups => RateMetric.Raised(groups)),
            BitsPerByte => Of(name, "bits per byte", LikelihoodVerdict.Bytes, groups => RateMetric.Of([.. groups.Select(g => (g.Amount / Math.Log(2), g.Units))])),
            _ => new TaskMetric { Name = name, Title = name, Value = value },
        };
    }

    /// <param name="units">The score that counts them; null for one an item.</param>
    private static TaskMetric Of(string name, string title, string? units, Func<IReadOnlyList<(double Amount, long Units)>, Estimate> estimate)
    {
        double? Amount(SampleResult s) => s.Scores.TryGetValue(LikelihoodVerdict.Nats, out var nats) ? nats : null;
        double Units(SampleResult s) => units is null ? 1 : s.Scores[units];
        return new TaskMetric
        {
            Name = name,
            Title = title,
            // Of one item, for comparisons in pairs: bits or nats a unit.
            Value = s => Amount(s) is { } nats ? nats / Units(s) / (name == BitsPerByte ? Math.Log(2) : 1) : null,
            IsShare = false,
            IsSmall = true,
            HigherIsBetter = false,
            Custom = samples => estimate([.. samples.Where(s => Amount(s) is not null).GroupBy(s => s.Cluster, StringComparer.Ordinal).Select(g => (g.Sum(s => Amount(s)!.Value), (long)g.Sum(Units)))]),
        };
    }
}
