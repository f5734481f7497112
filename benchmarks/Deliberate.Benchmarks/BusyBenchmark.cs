using System.Diagnostics;
using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>
/// Works alone, and beside as many other processes that compute without a pause as there are cores. The scheduler's fair share is
/// then half of the machine, so twice the time is what it explains; prints the slow-down.
/// </summary>
internal static class BusyBenchmark
{
    private static readonly string[] s_works = ["train Q 64 48 {0} 21", "train S 64 256 {0} 3", "sample S 1 {0} 41", "sample S 256 {0} 3"];

    public static void Run(int pairs)
    {
        var threads = Environment.ProcessorCount;
        foreach (var work in s_works)
        {
            var arguments = string.Format(CultureInfo.InvariantCulture, work, threads);
            var slower = new List<double>();
            for (var pair = 0; pair < pairs; pair++)
            {
                var alone = Speed(arguments);
                Process[] others = [.. Enumerable.Range(0, threads).Select(_ => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["burn"]) { UseShellExecute = false })!)];
                try
                {
                    slower.Add(alone / Speed(arguments));
                }
                finally
                {
                    foreach (var other in others)
                    {
                        other.Kill();
                        other.WaitForExit();
                        other.Dispose();
                    }
                }
            }

            slower.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arguments}: {slower[0]:F2} / {slower[slower.Count / 2]:F2} / {slower[^1]:F2} times as slow beside {threads} busy processes (min, median, max of {pairs}; fair share 2)"));
        }
    }

    /// <summary>Computes until it is killed, or for ten minutes.</summary>
    public static void Burn()
    {
        var x = 1.0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(10);)
            for (var i = 0; i < 1_000_000; i++) x = (x * 1.0000001) + 1e-9;
        GC.KeepAlive(x);
    }

    private static double Speed(string arguments) => ComparedWork.TokensPerSecond(MeteredProcess.Run(Environment.ProcessPath!, arguments.Split(' ')).Output);
}
