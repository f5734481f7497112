namespace Deliberate.Core;

/// <summary>
/// The size a chart is laid out for, in user units that are near CSS pixels. Type does not shrink on a phone: a page carries
/// the chart in a wide and a narrow layout and shows the one that fits. Series are named beside the ends of their lines where
/// there is room, otherwise in a key above the plot.
/// </summary>
internal sealed record ChartSize(double Width, double Height, bool LabelsBeside)
{
    /// <summary>Fills the figure column of a page.</summary>
    public static readonly ChartSize Wide = new(880, 400, LabelsBeside: true);

    /// <summary>Two side by side.</summary>
    public static readonly ChartSize Half = new(460, 330, LabelsBeside: false);

    /// <summary>A phone held upright.</summary>
    public static readonly ChartSize Narrow = new(340, 290, LabelsBeside: false);

    /// <summary>One of many small multiples.</summary>
    public static readonly ChartSize Small = new(300, 190, LabelsBeside: false);
}
