using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// A simulation of runs of several ranks, event by event, and the bytes of their updates: what docs/scale.md's tables are printed by. A step
/// is work that is shared out, whose shares take longer or shorter by chance (log-normal: stragglers), and the gradient's sum, bucket by bucket: each rank
/// sends its parts, and what they come to when all have arrived, one message after the other over its line; the buckets are there one by one during
/// the last backward, or all at its end. A rank fails now and then; all go on from the newest checkpoint.
/// </summary>
internal static class RanksBenchmark
{
    private const int Steps = 400;

    /// <summary>Buckets of a large gradient: one a layer.</summary>
    private const int Layers = 32;

    /// <summary>Seconds that a message costs whoever sends it, whatever its length.</summary>
    private const double Message = 20e-6;

    private static readonly (string Name, double Parameters)[] Models =
    [
        ("135M", 135e6), ("135M, LoRA 16", 4.9e6), ("1.7B", 1.7e9), ("1.7B, LoRA 16", 18e6), ("8B", 8e9), ("8B, LoRA 16", 42e6), ("70B", 70e9), ("70B, LoRA 16", 207e6),
    ];

    /// <param name="seconds">Of a step's work on one rank.</param>
    /// <param name="megabytes">Of the gradient.</param>
    /// <param name="megabits">A second, of a rank's line each way.</param>
    /// <param name="milliseconds">Until a message arrives.</param>
    /// <param name="spread">Standard deviation of the logarithm of a share's time.</param>
    /// <param name="hours">Between failures of one rank.</param>
    /// <param name="overlap">The share of a step's work that is the last backward, during which messages are on their way; 0 where they wait for its end.</param>
    public static void Run(double seconds, double megabytes, double megabits, double milliseconds, double spread, double hours, double overlap)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A step of {seconds:0.###} s on one rank, a gradient of {megabytes:0.#} MB, lines of {megabits:0} Mbit/s and {milliseconds:0.###} ms, shares that spread by {spread:0.##}, a failure a rank in {hours:0} h, {(overlap > 0 ? $"messages during the last {overlap:P0} of the work" : "messages after the work")}:"));
        Console.Out.WriteLine("ranks  s a step  speed-up  waited  lost to failures");
        var alone = double.NaN;
        foreach (var ranks in new[] { 1, 2, 4, 8, 64, 1000 })
        {
            var (step, waited, lost) = Simulate(ranks, seconds, megabytes * 1e6, megabits * 1e6 / 8, milliseconds / 1e3, spread, hours * 3600, overlap);
            if (ranks == 1) alone = step;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ranks,5}  {step,8:0.####}  {alone / step,8:0.00}  {waited,6:P0}  {lost,6:P1}"));
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine("What an update sends from each rank, and its seconds at 1, 10 and 100 Gbit/s with many ranks:");
        Console.Out.WriteLine("trained          n = 2       n = 8       n large     1 Gbit/s   10 Gbit/s   100 Gbit/s");
        foreach (var (name, parameters) in Models)
        {
            string Bytes(double n) => string.Create(CultureInfo.InvariantCulture, $"{2 * (1 - (1 / n)) * 4 * parameters / 1e9,8:0.###} GB");
            string Time(double gigabits) => string.Create(CultureInfo.InvariantCulture, $"{8 * parameters * 8 / (gigabits * 1e9),9:0.###}");
            Console.Out.WriteLine($"{name,-16} {Bytes(2)} {Bytes(8)} {Bytes(double.PositiveInfinity)} {Time(1)}  {Time(10)}   {Time(100)}");
        }
    }

    /// <summary>Mean seconds of a step, the share of them that a rank waits, and the share of time that failures cost.</summary>
    internal static (double Step, double Waited, double Lost) Simulate(int ranks, double seconds, double bytes, double rate, double latency, double spread, double failureSeconds, double overlap = 0)
    {
        const int CheckpointEvery = 50;
        double clock = 0, worked = 0, useful = 0, since = 0;
        var next = Failure(ranks, failureSeconds, 0);
        for (var step = 0; step < Steps; step++)
        {
            var shares = new double[ranks];
            for (var rank = 0; rank < ranks; rank++)
            {
                var random = new RandomStream(1, StreamStage.Test, step, rank);
                shares[rank] = seconds / ranks * Math.Exp((spread * random.NextNormal()) - (spread * spread / 2));
                worked += shares[rank];
            }

            var duration = ranks == 1 ? shares[0] : Exchanged(shares, bytes, rate, latency, overlap);
            clock += duration;
            useful += duration;
            since = (step + 1) % CheckpointEvery == 0 ? 0 : since + duration;
            if (clock < next) continue;
            // What was done since the checkpoint is done again, after a minute in which it is started anew.
            clock += since + 60;
            since = 0;
            next = Failure(ranks, failureSeconds, step + 1) + clock;
        }

        return (clock / Steps, 1 - (worked / ranks / useful), 1 - (useful / clock));
    }

    /// <summary>When the last sum has arrived: each rank's line carries one message after the other, in the order in which they are ready.</summary>
    private static double Exchanged(double[] shares, double bytes, double rate, double latency, double overlap)
    {
        var ranks = shares.Length;
        // A small one is sent in fewer, as a run does it.
        var buckets = (int)Math.Clamp(bytes / sizeof(float) / BucketSize.Usual.LeastAmong(ranks), 1, Layers);
        var time = (bytes / buckets * (ranks - 1) / ranks / rate) + ((ranks - 1) * Message);
        var (free, arrived, missing) = (new double[ranks], new double[buckets], new int[buckets]);
        Array.Fill(missing, ranks);
        var ready = new PriorityQueue<(int Rank, int Bucket, bool IsSum), double>();
        for (var rank = 0; rank < ranks; rank++)
            for (var bucket = 0; bucket < buckets; bucket++) ready.Enqueue((rank, bucket, false), shares[rank] * (1 - (overlap * (1 - ((bucket + 1.0) / buckets)))));
        var last = 0.0;
        while (ready.TryDequeue(out var job, out var at))
        {
            free[job.Rank] = Math.Max(at, free[job.Rank]) + time;
            var there = free[job.Rank] + latency;
            last = Math.Max(last, there);
            if (job.IsSum) continue;
            arrived[job.Bucket] = Math.Max(arrived[job.Bucket], there);
            if (--missing[job.Bucket] > 0) continue;
            for (var rank = 0; rank < ranks; rank++) ready.Enqueue((rank, job.Bucket, true), arrived[job.Bucket]);
        }

        return last;
    }

    private static double Failure(int ranks, double seconds, int number)
    {
        var random = new RandomStream(2, StreamStage.Test, ranks, number);
        return -Math.Log(1 - random.NextDouble()) * seconds / ranks;
    }
}
