using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Benchmarks;

/// <summary>
/// Time to choose one token from a row of logits on one thread, by filter and by how peaked the distribution is (normal logits of
/// the given deviation; language models are at 2 to 4, 0.01 is nearly uniform), best and median of some; and what it allocates.
/// </summary>
internal static class DrawBenchmark
{
    private const int HistoryTokens = 2000;

    private static readonly (string Name, SamplingOptions Options)[] Cases =
    [
        ("temperature 0.6, top-k 20, top-p 0.95", new() { Temperature = 0.6, TopK = 20, TopP = 0.95 }),
        ("the same with penalties", new() { Temperature = 0.6, TopK = 20, TopP = 0.95, RepetitionPenalty = 1.1, NoRepeatNgramSize = 3 }),
        ("top-p 0.9", new() { TopP = 0.9 }),
        ("min-p 0.05", new() { MinP = 0.05 }),
        ("top-k 1000", new() { TopK = 1000 }),
        ("typical-p 0.9", new() { TypicalP = 0.9 }),
        ("eta 3e-4", new() { EtaCutoff = 3e-4 }),
    ];

    public static void Run(int vocabulary, int repeats)
    {
        int[] history = [.. Enumerable.Range(0, HistoryTokens)];
        var chooser = new TokenChooser(vocabulary);
        foreach (var deviation in new[] { 0.01, 2.5, 4 })
        {
            var random = new RandomStream(1, StreamStage.Test);
            var logits = new double[vocabulary];
            for (var i = 0; i < vocabulary; i++) logits[i] = deviation * random.NextNormal();
            foreach (var (name, options) in Cases)
            {
                var times = new double[repeats];
                var allocated = 0L;
                for (var r = -3; r < repeats; r++)
                {
                    logits.CopyTo(chooser.Scores);
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var start = Stopwatch.GetTimestamp();
                    chooser.Choose(options, new TokenHistory(history, history), 0.3, out _);
                    var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    if (r < 0) continue;
                    times[r] = elapsed;
                    allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                }

                Array.Sort(times);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vocabulary {vocabulary} deviation {deviation}: {name}: best {times[0]:0.000} ms, median {times[repeats / 2]:0.000} ms, {allocated} bytes allocated"));
            }
        }
    }
}
