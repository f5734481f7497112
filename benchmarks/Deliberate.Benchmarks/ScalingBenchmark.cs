using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// What a token costs shape S as the work grows: sampling at batches from 1 to 512, sampling 16 at once at contexts from 64 to 2,048,
/// and training 8,192 tokens a step in sequences of 64 to 2,048; with one thread and with all. Prints a table, and draws the charts
/// and writes the figures where asked. A cliff would be a cost a token that jumps from one size to the next.
/// </summary>
internal static class ScalingBenchmark
{
    private const string Shape = "S";

    private const int TokensOfStep = 8192, ContextBatch = 16, MeasuredTokens = 32;

    private static readonly int[] s_batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], s_contexts = [64, 128, 256, 512, 1024, 2048];

    /// <param name="Threads">Of the device.</param>
    /// <param name="Size">Batch or context.</param>
    /// <param name="Microseconds">Of wall clock a token.</param>
    private sealed record Cost(string Work, int Threads, int Size, double Microseconds);

    public static int Run(string? picture, string? json)
    {
        var costs = new List<Cost>();
        foreach (var threads in (int[])[1, Environment.ProcessorCount])
        {
            foreach (var batch in s_batches) Add(new Cost("sampling, by batch", threads, batch, Sampling(threads, batch, promptLength: 32, newTokens: 96)));
            // The last tokens of a context: prefill reads all but them.
            foreach (var context in s_contexts) Add(new Cost("sampling, by context", threads, context, Sampling(threads, ContextBatch, context - MeasuredTokens, MeasuredTokens)));
            foreach (var context in s_contexts) Add(new Cost("training, by context", threads, context, TrainBenchmark.Measure(Shape, TokensOfStep / context, context, threads, steps: 3).Median.Total / TokensOfStep * 1e6));
        }

        if (picture is not null) AtomicFile.WriteText(picture, StandaloneSvg.Render([.. costs.GroupBy(c => c.Work).Select(Chart)], 3, ChartSize.Narrow));
        if (json is not null) AtomicFile.WriteJson(json, costs, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        return 0;

        void Add(Cost cost)
        {
            costs.Add(cost);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost.Work}: {cost.Size}, {cost.Threads} thread{(cost.Threads == 1 ? "" : "s")}: {cost.Microseconds:F1} µs a token"));
        }
    }

    /// <summary>Microseconds a new token, without the prefill, which is timed alone and taken off.</summary>
    private static double Sampling(int threads, int batch, int promptLength, int newTokens)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(Shape, device, promptLength + newTokens);
        model.Pack(training: false);
        using var sampler = new Sampler(model, batch, promptLength + newTokens);
        // Short prompts take little time of their own, so their difference is small beside what disturbs it.
        var repeats = promptLength < 512 ? 11 : 3;
        double Seconds(int tokens) => SampleBenchmark.Times(sampler, model.Configuration.VocabularySize, batch, promptLength, tokens, repeats).Times[repeats / 2];
        Seconds(newTokens);
        return Math.Max(0, Seconds(newTokens) - Seconds(1)) / (batch * (newTokens - 1.0)) * 1e6;
    }

    private static LineChart Chart(IGrouping<string, Cost> work) => new(
        work.Key,
        new ChartAxis(work.Key.EndsWith("batch", StringComparison.Ordinal) ? "sequences at once" : "context, tokens", Logarithmic: true, TicksAtData: true),
        new ChartAxis("µs a token", Minimum: 0),
        [.. work.GroupBy(c => c.Threads).Select((t, i) => new LineSeries(t.Key == 1 ? "1 thread" : $"{t.Key} threads", i == 0 ? ChartTone.Slate : ChartTone.Blue, [.. t.Select(c => new ChartPoint(c.Size, c.Microseconds))]))]);
}
