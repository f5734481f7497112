using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Which of its options an objective reads. One that nothing reads has no effect, and whoever says it expects one. Those of every objective
/// (aggregation, KL, entropy, masks) ask only for what else they need; of an objective of the user's nobody knows, and nothing is asked.
/// </summary>
internal static class ObjectiveOptions
{
    /// <param name="entry">The objective.</param>
    /// <param name="options">Looked at where they differ from its defaults.</param>
    /// <returns>By the names of recipes, with what is wrong.</returns>
    public static IEnumerable<(string Key, string Problem)> Problems(PolicyObjectiveEntry entry, PolicyOptions options)
    {
        if (entry.Reads is not { } reads) yield break;
        foreach (var field in RecipeType.Of(typeof(PolicyOptions)).Fields)
        {
            if (Equals(field.Property.GetValue(options), field.Property.GetValue(entry.Defaults))) continue;
            if (Unread(entry, reads, options, field.Key) is { } why) yield return (field.Key, why);
        }

        if (reads.Contains("delta") && options.Delta is { } bound && bound <= 1 + options.EpsilonHigh)
            yield return ("delta", FormattableString.Invariant($"{bound} is not above 1 + epsilon_high ({1 + options.EpsilonHigh}): it would bound what the clip leaves as it is."));
    }

    /// <summary>Why an option has no effect; null where it has one.</summary>
    private static string? Unread(PolicyObjectiveEntry entry, IReadOnlyList<string> reads, PolicyOptions options, string key)
    {
        var hasKl = options.KlCoefficient > 0;
        switch (key)
        {
            case "kl" or "kl_straight_through" or "kl_importance_weighted":
                return hasKl ? null : "There is no KL in the loss: say options.kl_coefficient above 0 too.";
            case "kl_clamped":
                return !hasKl ? "There is no KL in the loss: say options.kl_coefficient above 0 too." : options.Kl == KlKind.K3 ? null : "Only the estimator k3 is clamped.";
            case "scale_factor":
                return options.Aggregation == LossAggregation.TokenSumNorm ? null : "It divides with aggregation: seq-mean-token-sum-norm alone.";
            case "length_epsilon":
                return options.Aggregation == LossAggregation.SequenceMeanTokenMean || reads.Contains(key) ? null : "Lengths divide with aggregation: seq-mean-token-mean alone.";
            case "level" or "log_ratio_clamp" when hasKl && options.KlImportanceWeighted:
                // The KL is weighed by the ratio, whatever the objective makes of it.
                return null;
        }

        if (reads.Contains(key)) return null;
        string[] readers = [.. PolicyObjectives.All.Where(other => other.Reads?.Contains(key) == true).Select(other => other.Name)];
        // Nobody's own is everybody's.
        return readers.Length == 0 ? null : $"{entry.Name} does not read it: nothing would follow from it. It belongs to {string.Join(", ", readers)}.";
    }
}
