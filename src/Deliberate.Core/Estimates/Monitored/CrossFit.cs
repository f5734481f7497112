namespace Deliberate.Core;

/// <summary>The rows of an instance in two parts: those that decide whether it is eligible, and those that are measured.</summary>
/// <param name="Selection">⌈0.6 n⌉ of each arm; of an arm that would leave a part empty none.</param>
/// <param name="Estimation">The others.</param>
internal sealed record CrossFit(IReadOnlyList<MonitoredRow> Selection, IReadOnlyList<MonitoredRow> Estimation)
{
    public IReadOnlyList<MonitoredRow> Rows => [.. Selection, .. Estimation];

    /// <summary>Of the rows that did not decide.</summary>
    public Monitorability Measured => field ??= Monitorability.Of(Estimation);

    public bool IsEligible => WaldEligibility.Of(Selection).IsEligible && Measured.IsDefined;

    /// <param name="rows">Of one instance.</param>
    /// <param name="seed">Draws which rows select.</param>
    /// <param name="number">Of the instance.</param>
    /// <param name="share">Of the rows that select.</param>
    public static CrossFit Split(IReadOnlyList<MonitoredRow> rows, ulong seed, int number, double share)
    {
        List<MonitoredRow> selection = [], estimation = [];
        foreach (var arm in new[] { false, true })
        {
            MonitoredRow[] own = [.. rows.Where(r => r.Intervened == arm)];
            var selecting = (int)Math.Ceiling(share * own.Length);
            if (selecting == 0 || selecting == own.Length) continue;
            var random = new RandomStream(seed, StreamStage.Shuffle, problem: number, sample: arm ? 1 : 0);
            random.Shuffle(own.AsSpan());
            selection.AddRange(own[..selecting]);
            estimation.AddRange(own[selecting..]);
        }

        return new CrossFit(selection, estimation);
    }

    /// <summary>As many rows of each part and arm, drawn with replacement.</summary>
    public CrossFit Resample(ref RandomStream random) => new(Draw(Selection, ref random), Draw(Estimation, ref random));

    private static MonitoredRow[] Draw(IReadOnlyList<MonitoredRow> rows, ref RandomStream random)
    {
        MonitoredRow[] control = [.. rows.Where(r => !r.Intervened)], intervened = [.. rows.Where(r => r.Intervened)];
        var drawn = new MonitoredRow[rows.Count];
        for (var i = 0; i < control.Length; i++) drawn[i] = control[random.Next(control.Length)];
        for (var i = 0; i < intervened.Length; i++) drawn[control.Length + i] = intervened[random.Next(intervened.Length)];
        return drawn;
    }
}
