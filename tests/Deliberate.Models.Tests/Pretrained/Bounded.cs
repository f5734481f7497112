using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>What every bad input must keep to: one user error, within two seconds of work and 200 MB.</summary>
internal static class Bounded
{
    private const double MostSeconds = 2;
    private const long MostBytes = 200 << 20;

    public static UserError ShouldBeRefused(Action open, string? what = null) => Within(() => Should.Throw<UserError>(open, what), what);

    public static T Within<T>(Func<T> run, string? what = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Seconds();
        var result = run();
        (Seconds() - start).ShouldBeLessThan(MostSeconds, what);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostBytes, what);
        return result;
    }

    /// <summary>Processor time of this thread where Linux tells it, so that tests beside this one do not count; else the clock.</summary>
    private static double Seconds()
    {
        const double TicksPerSecond = 100;
        const string Statistics = "/proc/thread-self/stat";
        if (!File.Exists(Statistics)) return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        // Fields 14 and 15, counted from after the name in parentheses, which may hold spaces.
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
