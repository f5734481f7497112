namespace Deliberate.Core;

/// <summary>What kind of quantity is compared: its bounds, and how it is estimated.</summary>
internal enum MeasureKind
{
    /// <summary>Between 0 and 1: <see cref="ShareMetric"/>.</summary>
    Share,

    /// <summary>Never below 0: <see cref="MeanMetric"/>.</summary>
    Length,
}
