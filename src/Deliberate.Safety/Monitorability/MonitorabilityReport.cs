using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>Monitorability of a set of records, and the control that the public metric lacks.</summary>
/// <param name="Rows">With a thought and a monitor's verdict.</param>
/// <param name="Undecided">With a thought, of which the monitor said nothing: left out of the monitor's figures.</param>
/// <param name="Monitorability">g-mean² and its parts.</param>
/// <param name="LoadBearing">How much of the effect needs the thought; null where no record is without one.</param>
internal sealed record MonitorabilityReport(int Rows, int Undecided, MonitorabilityEstimate Monitorability, LoadBearing? LoadBearing)
{
    /// <exception cref="UserError">There is nothing to measure.</exception>
    public static MonitorabilityReport Of(IReadOnlyList<MonitoredSample> samples, ulong seed, string source)
    {
        MonitoredRow[] rows = [.. samples.Where(s => s.HasThought && s.Flagged is not null).Select(s => s.Row)];
        if (rows.Length == 0) throw new UserError("No record has a monitor's verdict.", source, field: "monitor", advice: "Records with a thought hold what the monitor said: true or false.");
        foreach (var arm in new[] { false, true })
            if (rows.All(r => r.Intervened != arm)) throw new UserError($"All records are of the {(arm ? "control" : "intervention")}.", source, field: "arm", advice: "An effect is a difference between the two arms.");
        MonitoredRow[] with = [.. samples.Where(s => s.HasThought).Select(s => s.Row)], without = [.. samples.Where(s => !s.HasThought).Select(s => s.Row)];
        return new MonitorabilityReport(rows.Length, samples.Count(s => s.HasThought && s.Flagged is null), MonitorabilityMetric.Of(rows, seed), without.Length == 0 ? null : LoadBearingMetric.Of(with, without, seed));
    }
}
