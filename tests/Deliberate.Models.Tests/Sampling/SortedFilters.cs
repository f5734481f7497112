using Deliberate.Models;

namespace Deliberate.Models.Tests;

/// <summary>The filters as they are defined, by whole sorts: slow and plain, to compare with.</summary>
internal static class SortedFilters
{
    /// <summary>The ids that survive, ascending.</summary>
    public static int[] Kept(double[] logits, SamplingOptions options)
    {
        var max = logits.Max() / options.Temperature;
        // Weights as the sampler has them, so that the last digit decides no tie.
        var kept = logits.Select((z, id) => (Id: id, Weight: Math.Exp((z / options.Temperature) - max))).ToList();
        if (options.TopK > 0 && options.TopK < kept.Count)
        {
            var edge = kept.OrderByDescending(t => t.Weight).ElementAt(options.TopK - 1).Weight;
            kept.RemoveAll(t => t.Weight < edge);
        }

        if (options.TopP < 1) kept = Prefix(kept, t => -t.Weight, options.TopP, withTies: false);
        if (options.MinP > 0)
        {
            var best = kept.Max(t => t.Weight);
            kept.RemoveAll(t => t.Weight < options.MinP * best);
        }

        if (options.TypicalP < 1)
        {
            var (total, entropy) = (kept.Sum(t => t.Weight), Entropy(kept));
            kept = Prefix(kept, t => Math.Abs(-Math.Log(t.Weight / total) - entropy), options.TypicalP, withTies: true);
        }

        if (options.EpsilonCutoff > 0) KeepProbable(kept, options.EpsilonCutoff);
        if (options.EtaCutoff > 0) KeepProbable(kept, Math.Min(options.EtaCutoff, Math.Sqrt(options.EtaCutoff) * Math.Exp(-Entropy(kept))));
        return [.. kept.Select(t => t.Id).Order()];
    }

    private static List<(int Id, double Weight)> Prefix(List<(int Id, double Weight)> tokens, Func<(int Id, double Weight), double> key, double mass, bool withTies)
    {
        var sorted = tokens.OrderBy(t => Math.Round(key(t), 13)).ThenBy(t => t.Id).ToList();
        var target = mass * tokens.Sum(t => t.Weight);
        var (sum, count) = (0.0, 0);
        while (count < sorted.Count && (count == 0 || sum < target * (1 - 1e-12))) sum += sorted[count++].Weight;
        while (withTies && count < sorted.Count && Math.Abs(key(sorted[count]) - key(sorted[count - 1])) < 1e-12) count++;
        return sorted[..count];
    }

    private static void KeepProbable(List<(int Id, double Weight)> tokens, double least)
    {
        var (total, best) = (tokens.Sum(t => t.Weight), tokens.Max(t => t.Weight));
        tokens.RemoveAll(t => t.Weight < least * total * (1 - 1e-12) && t.Weight < best);
    }

    private static double Entropy(List<(int Id, double Weight)> tokens)
    {
        var total = tokens.Sum(t => t.Weight);
        return -tokens.Sum(t => t.Weight / total * Math.Log(t.Weight / total));
    }
}
