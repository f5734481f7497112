using System.Diagnostics;
using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>Memory of a server under load over time, in MiB: of keys and values, the managed heap as it is held of the system, and resident.</summary>
internal sealed class LoadMemory
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly List<(double Minute, double Managed, double Heap, double Cache, double Resident)> _looks = [];

    /// <param name="cacheBytes">What the server says that keys and values take.</param>
    public void Look(double minute, double cacheBytes)
    {
        _process.Refresh();
        _looks.Add((minute, Mebibytes(GC.GetTotalMemory(forceFullCollection: true)), Mebibytes(GC.GetGCMemoryInfo().TotalCommittedBytes), Mebibytes(cacheBytes), Mebibytes(_process.WorkingSet64)));
    }

    /// <summary>A line for about every half minute.</summary>
    public IEnumerable<string> Lines()
    {
        var next = 0.0;
        foreach (var look in _looks)
        {
            if (look.Minute < next) continue;
            next = look.Minute + 0.45;
            yield return string.Create(CultureInfo.InvariantCulture, $"minute {look.Minute:0.0}: resident {look.Resident:0} MiB, of these keys and values {look.Cache:0}, the managed heap {look.Heap:0} ({look.Managed:0} of it in use), the rest {look.Resident - look.Cache - look.Heap:0}");
        }
    }

    /// <summary>Resident memory in a quarter of the time over that in an earlier one, the most of the three that follow the first; NaN where nobody looked.</summary>
    public double Growth(double minutes)
    {
        var quarters = Enumerable.Range(1, 3).Select(q => Mean(minutes, q, l => l.Resident)).ToArray();
        return Math.Max(quarters[1] / quarters[0], Math.Max(quarters[2] / quarters[1], quarters[2] / quarters[0]));
    }

    /// <summary>By how much the memory beside keys and values grew from the second to the last, in MiB.</summary>
    public double GrowthBeside(double minutes) => Mean(minutes, 3, l => l.Resident - l.Cache) - Mean(minutes, 1, l => l.Resident - l.Cache);

    private double Mean(double minutes, int quarter, Func<(double Minute, double Managed, double Heap, double Cache, double Resident), double> what) =>
        _looks.Where(l => l.Minute > minutes * quarter / 4 && l.Minute <= minutes * (quarter + 1) / 4).Select(what).DefaultIfEmpty(double.NaN).Average();

    private static double Mebibytes(double bytes) => bytes / 1048576;
}
