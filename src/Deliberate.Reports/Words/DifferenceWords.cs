using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// What reports say of a difference, by one rule for all of them (<see cref="Finding"/>): that it is larger or smaller only where
/// its interval excludes 0.
/// </summary>
internal static class DifferenceWords
{
    /// <param name="difference">Paired.</param>
    /// <param name="larger">What is said where the whole interval is above 0.</param>
    /// <param name="smaller">Where it is below.</param>
    /// <param name="none">Where the two are not told apart.</param>
    public static string Of(Estimate difference, string larger, string smaller, string none) => difference.Finding switch
    {
        Finding.Larger => larger,
        Finding.Smaller => smaller,
        _ => none,
    };

    /// <summary>no difference that this run could show.</summary>
    /// <param name="by">What was to show it: this run.</param>
    public static string None(string by) => $"no difference that {by} could show";
}
