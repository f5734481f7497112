namespace Deliberate.Core;

/// <summary>
/// How load-bearing the thought is: LB = 1 − (effect of the intervention without a thought) / (effect with it), effects being means over instances that
/// were sampled both ways. 1 where the intervention works through the thought alone, 0 where the thought makes no difference to it: then a
/// monitor of the thought reads a report that the behaviour does not need. Below 0 where it works better without. The interval is of
/// hierarchical resamples (instances, then rows within instance, arm and kind); where the effect with the thought is not above 0 it is not
/// defined.
/// </summary>
/// <param name="With">Effect with the thought.</param>
/// <param name="Without">Effect without.</param>
/// <param name="Share">LB.</param>
internal sealed record LoadBearing(Estimate With, Estimate Without, Estimate Share);

/// <inheritdoc cref="LoadBearing"/>
internal static class LoadBearingMetric
{
    /// <param name="with">Rows with the thought.</param>
    /// <param name="without">Rows of the same instances without.</param>
    /// <param name="seed">Draws resamples.</param>
    public static LoadBearing Of(IReadOnlyList<MonitoredRow> with, IReadOnlyList<MonitoredRow> without, ulong seed)
    {
        var others = without.GroupBy(r => r.Instance, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Arms.Of(g), StringComparer.Ordinal);
        var pairs = with.GroupBy(r => r.Instance, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Where(g => others.ContainsKey(g.Key)).Select(g => (With: Arms.Of(g), Without: others[g.Key])).Where(p => p.With.IsWhole && p.Without.IsWhole).ToArray();
        var n = pairs.Length;
        var samples = pairs.Sum(p => p.With.Count + p.Without.Count);
        if (n == 0) return new LoadBearing(Estimate.Unmeasured(), Estimate.Unmeasured(), Estimate.Unmeasured());
        var value = (With: pairs.Average(p => p.With.Effect), Without: pairs.Average(p => p.Without.Effect));
        var random = new RandomStream(seed, StreamStage.Bootstrap, step: 2);
        var draws = new (double With, double Without)[MonitorabilityMetric.Resamples];
        var next = 0;
        _ = Bootstrap.Resample(n, MonitorabilityMetric.Resamples, new RandomStream(seed, StreamStage.Bootstrap), drawn =>
        {
            double first = 0, second = 0;
            foreach (var i in drawn)
            {
                first += pairs[i].With.Draw(ref random);
                second += pairs[i].Without.Draw(ref random);
            }

            draws[next++] = (first / n, second / n);
            return 0;
        });
        return new LoadBearing(
            Estimated(value.With, [.. draws.Select(d => d.With)]), Estimated(value.Without, [.. draws.Select(d => d.Without)]),
            value.With > 0 ? Estimated(1 - (value.Without / value.With), [.. draws.Where(d => d.With > 0).Select(d => 1 - (d.Without / d.With))]) : Estimate.Unmeasured(n, n, samples));

        Estimate Estimated(double point, double[] told)
        {
            // Where many resamples have no effect to divide by, the ends would be of those that do.
            if (told.Length < 0.95 * MonitorabilityMetric.Resamples) return Estimate.WithoutInterval(point, n, n, samples);
            var interval = Bootstrap.Percentile(told, Estimate.Confidence);
            return interval.Width > 0 ? new Estimate(point, interval, n, n, samples, EstimateMethod.HierarchicalBootstrap) : Estimate.WithoutInterval(point, n, n, samples);
        }
    }

    /// <summary>Outcomes of an instance by arm.</summary>
    private sealed record Arms(bool[] Control, bool[] Intervened)
    {
        public bool IsWhole => Control.Length > 0 && Intervened.Length > 0;

        public int Count => Control.Length + Intervened.Length;

        public double Effect => Intervened.Average(y => y ? 1.0 : 0) - Control.Average(y => y ? 1.0 : 0);

        public static Arms Of(IEnumerable<MonitoredRow> rows)
        {
            var all = rows.ToLookup(r => r.Intervened, r => r.Outcome);
            return new Arms([.. all[false]], [.. all[true]]);
        }

        public double Draw(ref RandomStream random) => Share(Intervened, ref random) - Share(Control, ref random);

        private static double Share(bool[] outcomes, ref RandomStream random)
        {
            var hits = 0;
            for (var i = 0; i < outcomes.Length; i++)
                if (outcomes[random.Next(outcomes.Length)]) hits++;
            return (double)hits / outcomes.Length;
        }
    }
}
