using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Benchmarks;

/// <summary>
/// What the evaluation log costs: samples appended a second by one thread and by several, each a record of some kilobytes in the
/// system's hands when the call returns; then a log of so many megabytes opened by its index, without it, and checked whole.
/// </summary>
internal static class LogBenchmark
{
    private const int TextLength = 2000, Repeats = 5;

    public static void Run(int samples, int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-log-").FullName;
        try
        {
            foreach (var threads in new[] { 1, 8 }) Append(Path.Combine(folder, $"{threads}.log"), samples, threads);
            Open(Path.Combine(folder, "large.log"), (long)megabytes << 20);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Append(string path, int samples, int threads)
    {
        var text = new string('x', TextLength);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        using (var log = LogWriter.Create(path, _ => { }))
        {
            Parallel.For(0, samples, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => Append(log, i, text));
            log.Flush();
            var seconds = clock.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"append, {threads} threads: {samples} records of {TextLength} characters in {seconds:F2} s, {samples / seconds:F0} a second, on the disk; {(GC.GetTotalMemory(forceFullCollection: true) - memory) >> 10} KiB held"));
        }
    }

    private static void Open(string path, long bytes)
    {
        var text = new string('x', TextLength);
        var count = 0;
        using (var log = LogWriter.Create(path, _ => { }))
        {
            for (var i = 0; i < bytes / (TextLength + 200); i++) count = Append(log, i, text);
        }

        var size = new FileInfo(path).Length;
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            using var log = LogReader.Open(path);
            if (log.Find($"task@1/3.{count / 2}/0").Count != 1) throw new InvalidDataException("The record is not there.");
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"open, {size >> 20} MiB, {count + 1} records: {1000 * best:F1} ms by the index, a record found by its id and read (best of {Repeats})"));
        File.Delete(LogIndex.PathOf(path));
        var scan = Stopwatch.StartNew();
        LogReader.Open(path).Dispose();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"open without the index, which is made: {scan.Elapsed.TotalSeconds:F2} s"));
        scan.Restart();
        if (LogCheck.Of(path).Damage is not null) throw new InvalidDataException("The log is damaged.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verify: {scan.Elapsed.TotalSeconds:F2} s"));
    }

    private static int Append(LogWriter log, int number, string text) => log.Append("sample", $"task@1/3.{number}/0", json =>
    {
        json.WriteNumber("attempt"u8, 0);
        json.WriteString("completion"u8, text);
        json.WriteString("outcome"u8, "pass"u8);
        json.WriteNumber("value"u8, 1.0);
    });
}
