using System.Globalization;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// What a token costs with 1, 2, 4 and 8 workers, whatever number of cores there is: more workers than cores stand for a machine with
/// many cores whose work is too small to be cut that often, and for one that other programs use too. A work must not get slower with
/// more workers. Prints the median over rounds in which every number had its turn, by the clock and in processor time.
/// </summary>
internal static class WorkersBenchmark
{
    private const int PromptLength = 32, NewTokens = 96;

    private static readonly int[] s_workers = [1, 2, 4, 8];

    private static readonly (string Name, Func<int, int> Work)[] s_works =
    [
        ("train Q 64x48", workers => Train("Q", 64, 48, workers)),
        ("train S 16x256", workers => Train("S", 16, 256, workers)),
        ("sample Q alone", workers => Sample("Q", 1, workers)),
        ("sample S alone", workers => Sample("S", 1, workers)),
        ("sample S 64 at once", workers => Sample("S", 64, workers)),
    ];

    public static void Run(int rounds)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {rounds} rounds; microseconds a token, median: by the clock (in processor time)"));
        foreach (var (name, work) in s_works)
        {
            var costs = s_workers.Select(_ => new List<(double Clock, double Processor)>()).ToArray();
            for (var round = -1; round < rounds; round++)
            {
                for (var w = 0; w < s_workers.Length; w++)
                {
                    var cost = Cost(work, s_workers[w]);
                    // The first time compiles.
                    if (round >= 0) costs[w].Add(cost);
                }
            }

            Console.WriteLine($"{name}: {string.Join(", ", s_workers.Select((workers, w) => string.Create(CultureInfo.InvariantCulture, $"{workers} {(workers == 1 ? "worker" : "workers")} {Median(costs[w], c => c.Clock):F1} ({Median(costs[w], c => c.Processor):F1})")))}");
        }
    }

    /// <param name="work">Takes the workers and says how many tokens it worked on.</param>
    private static (double Clock, double Processor) Cost(Func<int, int> work, int workers)
    {
        var (clock, processor) = (System.Diagnostics.Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var tokens = work(workers);
        return (System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalMicroseconds / tokens, (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / tokens);
    }

    private static int Train(string shape, int sequences, int length, int workers)
    {
        const int Steps = 4;
        TrainBenchmark.Measure(shape, sequences, length, workers, Steps - TrainBenchmark.WarmUp);
        return Steps * sequences * length;
    }

    private static int Sample(string shape, int batch, int workers)
    {
        using var device = Device.Cpu(workers);
        using var model = Shapes.Model(shape, device, PromptLength + NewTokens);
        model.Pack(training: false);
        using var sampler = new Sampler(model, batch, PromptLength + NewTokens);
        return SampleBenchmark.Times(sampler, model.Configuration.VocabularySize, batch, PromptLength, NewTokens, repeats: 3).Rounds * batch * NewTokens;
    }

    private static double Median(IEnumerable<(double Clock, double Processor)> costs, Func<(double Clock, double Processor), double> value) => ComparedRow.Median(costs.Select(value));
}
