namespace Deliberate.Core;

/// <summary>The rows of an instance in two parts: those that decide whether it is eligible, and those that are measured, by arm.</summary>
/// <param name="Selection">[arm][row]: ⌈0.6 n⌉ of each arm; of an arm that would leave a part empty none.</param>
/// <param name="Estimation">[arm][row]: the others.</param>
internal sealed record CrossFit(MonitoredRow[][] Selection, MonitoredRow[][] Estimation)
{
    /// <summary>As they are.</summary>
    public CrossFitCounts Counts => new(ArmCounts.Of(Selection[0]), ArmCounts.Of(Selection[1]), ArmCounts.Of(Estimation[0]), ArmCounts.Of(Estimation[1]));

    /// <param name="rows">Of one instance.</param>
    /// <param name="seed">Draws which rows select.</param>
    /// <param name="number">Of the instance.</param>
    /// <param name="share">Of the rows that select.</param>
    public static CrossFit Split(IReadOnlyList<MonitoredRow> rows, ulong seed, int number, double share)
    {
        var (selection, estimation) = (new MonitoredRow[2][], new MonitoredRow[2][]);
        for (var arm = 0; arm < 2; arm++)
        {
            MonitoredRow[] own = [.. rows.Where(r => r.Intervened == (arm == 1))];
            var selecting = (int)Math.Ceiling(share * own.Length);
            if (selecting == own.Length) (own, selecting) = ([], 0);
            new RandomStream(seed, StreamStage.Shuffle, problem: number, sample: arm).Shuffle(own.AsSpan());
            (selection[arm], estimation[arm]) = (own[..selecting], own[selecting..]);
        }

        return new CrossFit(selection, estimation);
    }

    /// <summary>As many rows of each part and arm, drawn with replacement.</summary>
    public CrossFitCounts Draw(ref RandomStream random) => new(ArmCounts.Draw(Selection[0], ref random), ArmCounts.Draw(Selection[1], ref random), ArmCounts.Draw(Estimation[0], ref random), ArmCounts.Draw(Estimation[1], ref random));
}

/// <summary>An instance in counts.</summary>
internal readonly record struct CrossFitCounts(ArmCounts SelectionControl, ArmCounts SelectionIntervened, ArmCounts EstimationControl, ArmCounts EstimationIntervened)
{
    /// <summary>Of both parts.</summary>
    public ArmCounts Control => SelectionControl + EstimationControl;

    /// <inheritdoc cref="Control"/>
    public ArmCounts Intervened => SelectionIntervened + EstimationIntervened;

    /// <summary>Of the rows that did not decide; null where the instance is not eligible.</summary>
    public Monitorability? Measured =>
        WaldEligibility.Of(SelectionControl, SelectionIntervened).IsEligible && Monitorability.Of(EstimationControl, EstimationIntervened) is { IsDefined: true } measured ? measured : null;
}
