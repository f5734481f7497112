using System.Diagnostics;
using System.Globalization;

namespace Deliberate.Testing;

/// <summary>
/// How long work on the calling thread takes: processor time where Linux tells it, in steps of 10 ms, so that neither tests beside
/// this one nor a busy machine count; else the clock. For a bound on what costly input may cost.
/// </summary>
public static class ThreadTime
{
    private const double TicksPerSecond = 100;
    private const string Statistics = "/proc/thread-self/stat";

    public static TimeSpan Of(Action work)
    {
        var start = Seconds();
        work();
        return TimeSpan.FromSeconds(Seconds() - start);
    }

    private static double Seconds()
    {
        if (!File.Exists(Statistics)) return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        // Fields 14 and 15, counted from after the name in parentheses, which may hold spaces.
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
