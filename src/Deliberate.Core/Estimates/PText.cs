using System.Globalization;

namespace Deliberate.Core;

/// <summary>A p-value for people.</summary>
internal static class PText
{
    private const double Least = 0.0001;

    /// <summary>0.0321; less than 0.0001; none.</summary>
    public static string Of(double? p) => p switch
    {
        null => "none",
        < Least => "less than 0.0001",
        { } value => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
