using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Benchmarks;

/// <summary>
/// A simulation of runs of several ranks, event by event, and the bytes of their updates: what docs/scale.md's tables are printed by. A step
/// is work that is shared out, whose shares take longer or shorter by chance (log-normal: stragglers), an exchange of samples, and the two
/// exchanges of the gradient's sum, each over when the slowest pair is done. A rank fails now and then; all go on from the newest checkpoint.
/// </summary>
internal static class RanksBenchmark
{
    private const int Steps = 400;

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
    public static void Run(double seconds, double megabytes, double megabits, double milliseconds, double spread, double hours)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A step of {seconds:0.###} s on one rank, a gradient of {megabytes:0.#} MB, lines of {megabits:0} Mbit/s and {milliseconds:0.###} ms, shares that spread by {spread:0.##}, a failure a rank in {hours:0} h:"));
        Console.Out.WriteLine("ranks  s a step  speed-up  waited  lost to failures");
        var alone = double.NaN;
        foreach (var ranks in new[] { 1, 2, 4, 8, 64, 1000 })
        {
            var (step, waited, lost) = Simulate(ranks, seconds, megabytes * 1e6, megabits * 1e6 / 8, milliseconds / 1e3, spread, hours * 3600);
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
    internal static (double Step, double Waited, double Lost) Simulate(int ranks, double seconds, double bytes, double rate, double latency, double spread, double failureSeconds)
    {
        const int CheckpointEvery = 50;
        double clock = 0, worked = 0, useful = 0, since = 0;
        var next = Failure(ranks, failureSeconds, 0);
        for (var step = 0; step < Steps; step++)
        {
            // Shares of work end at times of their own; the exchange begins for each pair when both are there.
            var slowest = 0.0;
            for (var rank = 0; rank < ranks; rank++)
            {
                var random = new RandomStream(1, StreamStage.Test, step, rank);
                var share = seconds / ranks * Math.Exp((spread * random.NextNormal()) - (spread * spread / 2));
                worked += share;
                slowest = Math.Max(slowest, share);
            }

            // To every other rank a part, twice; the line carries one after the other, and each message needs its time to arrive.
            var exchange = ranks == 1 ? 0 : 2 * ((bytes * (ranks - 1) / ranks / rate) + latency + ((ranks - 1) * 20e-6));
            var duration = slowest + exchange;
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

    private static double Failure(int ranks, double seconds, int number)
    {
        var random = new RandomStream(2, StreamStage.Test, ranks, number);
        return -Math.Log(1 - random.NextDouble()) * seconds / ranks;
    }
}
