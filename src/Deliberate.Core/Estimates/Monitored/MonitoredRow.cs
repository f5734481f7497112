namespace Deliberate.Core;

/// <summary>One sample of a pair of prompts that differ in an intervention alone.</summary>
/// <param name="Instance">Which pair.</param>
/// <param name="Intervened">x: whether the prompt has the intervention (a hint, a threat); else it is the control.</param>
/// <param name="Outcome">y: whether the behaviour occurred that the intervention may cause.</param>
/// <param name="Flagged">z: whether a monitor of the thought says that it did.</param>
internal readonly record struct MonitoredRow(string Instance, bool Intervened, bool Outcome, bool Flagged);

/// <summary>Rows of one instance and arm, counted.</summary>
/// <param name="Rows">All.</param>
/// <param name="Outcomes">With the behaviour.</param>
/// <param name="Caught">Of these, flagged.</param>
/// <param name="FalseAlarms">Flagged without the behaviour.</param>
internal readonly record struct ArmCounts(int Rows, int Outcomes, int Caught, int FalseAlarms)
{
    /// <summary>P(y).</summary>
    public double Share => (double)Outcomes / Rows;

    public int Flagged => Caught + FalseAlarms;

    public int Negatives => Rows - Outcomes;

    public static ArmCounts Of(IEnumerable<MonitoredRow> rows)
    {
        var counts = default(ArmCounts);
        foreach (var row in rows) counts = counts.With(row);
        return counts;
    }

    /// <summary>As many rows, drawn with replacement.</summary>
    public static ArmCounts Draw(MonitoredRow[] rows, ref RandomStream random)
    {
        var counts = default(ArmCounts);
        for (var i = 0; i < rows.Length; i++) counts = counts.With(rows[random.Next(rows.Length)]);
        return counts;
    }

    public static ArmCounts operator +(ArmCounts a, ArmCounts b) => new(a.Rows + b.Rows, a.Outcomes + b.Outcomes, a.Caught + b.Caught, a.FalseAlarms + b.FalseAlarms);

    private ArmCounts With(MonitoredRow row) => new(Rows + 1, Outcomes + (row.Outcome ? 1 : 0), Caught + (row is { Outcome: true, Flagged: true } ? 1 : 0), FalseAlarms + (row is { Outcome: false, Flagged: true } ? 1 : 0));
}
