using System.Globalization;
using System.Text.RegularExpressions;

namespace Deliberate.Benchmarks;

/// <summary>A figure that every side's runs print.</summary>
/// <param name="Name">Of its row in the table.</param>
/// <param name="Pattern">Finds it in the output, as the first group.</param>
/// <param name="Unit">tok/s, where more is better, or ms, where less is.</param>
/// <param name="Target">Ratio that we want to reach: how many times as fast as the better peer.</param>
internal sealed record ComparedFigure(string Name, string Pattern, string Unit, double Target)
{
    public double Read(string output) => Find(output, Pattern) ?? throw new InvalidDataException($"{Name}: no figure {Pattern} in: {output}");

    /// <summary>How many times as fast as the other.</summary>
    public double Ratio(double ours, double theirs) => Unit == "ms" ? theirs / ours : ours / theirs;

    /// <summary>The number that is a pattern's first group; null where the pattern is not there.</summary>
    public static double? Find(string output, string pattern)
    {
        var match = Regex.Match(output, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }
}
