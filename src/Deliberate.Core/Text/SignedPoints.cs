using System.Globalization;

namespace Deliberate.Core;

/// <summary>Differences of shares as pages say them.</summary>
internal static class SignedPoints
{
    /// <summary>In percentage points with one decimal and a sign; without one where it rounds to zero, for which .NET's own format of two sections writes both signs.</summary>
    public static string Of(double difference) => Math.Round(100 * difference, 1, MidpointRounding.AwayFromZero) is var points && points == 0 ? "0.0" : points.ToString("+0.0;−0.0", CultureInfo.InvariantCulture);
}
