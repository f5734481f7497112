using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Deliberate.Core;

/// <summary>
/// The values a recipe key may take; of a list or dictionary, the values each item may take. Either side may be left out or be
/// excluded. <see cref="RangeAttribute"/> of the framework is understood as well.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class InRangeAttribute(double min = double.NegativeInfinity, double max = double.PositiveInfinity) : Attribute
{
    public double Min { get; } = min;

    public double Max { get; } = max;

    /// <summary>The value must be above <see cref="Min"/>, not equal to it.</summary>
    public bool MinExclusive { get; init; }

    /// <summary>The value must be below <see cref="Max"/>, not equal to it.</summary>
    public bool MaxExclusive { get; init; }

    /// <summary>The range of a property or parameter, from either attribute; null where it has none.</summary>
    public static InRangeAttribute? Of(ICustomAttributeProvider member)
    {
        if (member.GetCustomAttributes(typeof(InRangeAttribute), inherit: false) is [InRangeAttribute own, ..]) return own;
        if (member.GetCustomAttributes(typeof(RangeAttribute), inherit: false) is not [RangeAttribute range, ..]) return null;
        return new InRangeAttribute(Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture))
        {
            MinExclusive = range.MinimumIsExclusive,
            MaxExclusive = range.MaximumIsExclusive,
        };
    }

    public bool Contains(double value) =>
        (MinExclusive ? value > Min : value >= Min) && (MaxExclusive ? value < Max : value <= Max);

    /// <summary>The range in words: <c>above 0 and at most 1</c>.</summary>
    public override string ToString()
    {
        var low = double.IsNegativeInfinity(Min) ? null : (MinExclusive ? "above " : "at least ") + Text(Min);
        var high = double.IsPositiveInfinity(Max) ? null : (MaxExclusive ? "below " : "at most ") + Text(Max);
        return low is null ? high ?? "any number" : high is null ? low : $"{low} and {high}";
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
