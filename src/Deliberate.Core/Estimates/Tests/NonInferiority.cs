namespace Deliberate.Core;

/// <summary>What a test of "no worse than before by more than the margin" says.</summary>
internal enum NonInferiorityFinding
{
    /// <summary>The interval crosses the margin, or there is none: this measurement cannot tell.</summary>
    Inconclusive,

    /// <summary>The whole interval is above less the margin: not worse by as much.</summary>
    NotInferior,

    /// <summary>And above 0: better.</summary>
    Superior,

    /// <summary>The whole interval is below less the margin: worse by more than is allowed.</summary>
    Inferior,
}

/// <summary>
/// "No worse than the last release" as a test that can fail for lack of data: a difference that is not significant is no evidence of
/// equality, an interval that excludes a loss of the margin is. With the 95% interval the error of a wrong "not inferior" is 2.5%.
/// </summary>
/// <param name="Difference">New less old, paired, larger is better.</param>
/// <param name="Margin">The loss that is still allowed, above 0.</param>
/// <param name="Finding">Of the interval.</param>
internal sealed record NonInferiority(Estimate Difference, double Margin, NonInferiorityFinding Finding)
{
    public static NonInferiority Of<TItem>(ItemValues<TItem> old, ItemValues<TItem> @new, MeasureKind kind, double margin)
        where TItem : notnull => Of(DifferenceMetric.Of(old, @new, kind), margin);

    /// <param name="difference">New less old; larger is better.</param>
    /// <param name="margin">In the same unit.</param>
    public static NonInferiority Of(Estimate difference, double margin)
    {
        if (margin is not (> 0 and < double.PositiveInfinity)) throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin is above 0.");
        var finding = !difference.HasInterval ? NonInferiorityFinding.Inconclusive
            : difference.Low > 0 ? NonInferiorityFinding.Superior
            : difference.Low > -margin ? NonInferiorityFinding.NotInferior
            : difference.High < -margin ? NonInferiorityFinding.Inferior
            : NonInferiorityFinding.Inconclusive;
        return new NonInferiority(difference, margin, finding);
    }
}
