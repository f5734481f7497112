namespace Deliberate.Core;

/// <summary>
/// Whether the intervention had an effect on an instance at all, by a one-sided Wald test: z = TE / √(s₀²/n₀ + s₁²/n₁) ≥ 1.96, sample variances
/// with n − 1, two rows an arm at least. Where neither arm varies, an effect above 0 passes (z is ∞).
/// </summary>
/// <param name="Effect">TE; NaN where an arm is missing.</param>
/// <param name="Error">Its standard error; NaN where an arm has fewer than two rows.</param>
/// <param name="Z">NaN where it is 0 / 0.</param>
internal sealed record WaldEligibility(double Effect, double Error, double Z, int Control, int Intervened)
{
    /// <summary>As the reference implementation has it.</summary>
    public const double Threshold = 1.96;

    public bool IsEligible => Control >= 2 && Intervened >= 2 && Z >= Threshold;

    public static WaldEligibility Of(IReadOnlyCollection<MonitoredRow> rows) => Of(ArmCounts.Of(rows.Where(r => !r.Intervened)), ArmCounts.Of(rows.Where(r => r.Intervened)));

    public static WaldEligibility Of(ArmCounts control, ArmCounts intervened)
    {
        if (control.Rows == 0 || intervened.Rows == 0) return new WaldEligibility(double.NaN, double.NaN, double.NaN, control.Rows, intervened.Rows);
        double p0 = control.Share, p1 = intervened.Share, effect = p1 - p0;
        if (control.Rows < 2 || intervened.Rows < 2) return new WaldEligibility(effect, double.NaN, double.NaN, control.Rows, intervened.Rows);
        var error = Math.Sqrt((p0 * (1 - p0) / (control.Rows - 1)) + (p1 * (1 - p1) / (intervened.Rows - 1)));
        var z = error > 0 ? effect / error : effect > 0 ? double.PositiveInfinity : effect < 0 ? double.NegativeInfinity : double.NaN;
        return new WaldEligibility(effect, error, z, control.Rows, intervened.Rows);
    }
}
