using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Benchmarks;

/// <summary>
/// What the evaluation pages wait for, on a log of so many samples of some two kilobytes: opening it, the first pass that makes the
/// columns of filters, then filters and full text, rare, common and absent, with upper and lower case, and beyond ASCII.
/// Medians, and the processor time of a search over all threads.
/// </summary>
internal static class ViewBenchmark
{
    private const int Repeats = 5, Words = 220;

    private static readonly string[] Vocabulary = ["the", "model", "answers", "with", "a", "number", "because", "it", "was", "asked", "to", "explain", "colour", "of", "things", "and", "wrote", "so", "carefully", "that", "nobody", "could", "miss", "point"];

    public static int Run(int samples)
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-view-").FullName;
        try
        {
            var path = Path.Combine(folder, "large.log");
            Write(path, samples);
            LoggedEvaluation.Open(path).Dispose();
            var clock = Stopwatch.StartNew();
            using var log = LoggedEvaluation.Open(path);
            Line("open", clock.Elapsed, log.Records);
            clock.Restart();
            var count = log.Table.Count;
            Line("first pass: columns of filters", clock.Elapsed, count);
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(path).Length >> 20} MiB, {samples} samples; {memory >> 20} MiB held"));
            var (slowest, mostProcessor) = (0.0, 0.0);
            foreach (var (name, query) in new (string, SampleQuery)[]
            {
                ("filter: outcome and tag", new() { Outcome = SampleOutcome.Fail, TagName = "hue", TagValue = "cold" }),
                ("filter: ordered by length", new() { Outcome = SampleOutcome.Pass, Order = SampleOrder.Length }),
                ("text: one sample", new() { Text = string.Create(CultureInfo.InvariantCulture, $"THING {samples / 2} is") }),
                ("text: in every sample", new() { Text = "the" }),
                ("text: a field's name", new() { Text = "verdict" }),
                ("text: an outcome's name", new() { Text = "pass" }),
                ("text: in none", new() { Text = "xylophone quartz" }),
                ("text: beyond ASCII", new() { Text = "GRÖßE" }),
                ("text with a filter", new() { Text = "carefully", Outcome = SampleOutcome.Fail }),
            })
            {
                var times = new double[Repeats];
                var (found, processor) = (0, ProcessorSeconds());
                for (var i = 0; i < Repeats; i++)
                {
                    clock.Restart();
                    found = log.Find(query).Length;
                    times[i] = clock.Elapsed.TotalSeconds;
                }

                Array.Sort(times);
                slowest = Math.Max(slowest, times[Repeats / 2]);
                processor = (ProcessorSeconds() - processor) / Repeats;
                mostProcessor = Math.Max(mostProcessor, processor);
                Line(name, TimeSpan.FromSeconds(times[Repeats / 2]), found, processor);
            }

            clock.Restart();
            for (var i = 0; i < 20; i++) _ = log.Read(samples / 20 * i);
            Line("a page of 20 samples", clock.Elapsed, 20);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"slowest search: {1000 * slowest:F0} ms, {1000 * mostProcessor:F0} ms of processor time"));
            return slowest < 1 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double ProcessorSeconds()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    private static void Line(string name, TimeSpan time, int found, double? processor = null) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {time.TotalMilliseconds,8:F1} ms  {found}{(processor is { } seconds ? $"  ({1000 * seconds:F0} ms of processor time)" : "")}"));

    private static void Write(string path, int samples)
    {
        using var log = LogWriter.Create(path, json => json.WriteString("command"u8, "eval"));
        Parallel.For(0, samples, i =>
        {
            var random = new Random(i);
            var text = string.Join(' ', Enumerable.Range(0, Words).Select(_ => Vocabulary[random.Next(Vocabulary.Length)]));
            var outcome = i % 5 == 0 ? SampleOutcome.Fail : SampleOutcome.Pass;
            var sample = new Sample { Problem = new Problem("large", 0, Split.Test, i, $"What is thing {i}? {text[..300]}", "", "", "42"), Attempt = 0, Completion = $"<think>\nThing {i} is of some größe.\n{text}\n</think>\n\nIt is 42.", Answer = "42", CompletionTokens = random.Next(1000) };
            log.Append(SampleLog.SampleKind, sample.Id, json =>
            {
                SampleLog.WriteBody(json, sample, Verdict.Of(outcome, outcome == SampleOutcome.Pass ? 1 : 0, "as asked"));
                json.WriteStartObject("tags"u8);
                json.WriteString("hue"u8, i % 3 == 0 ? "warm" : "cold");
                json.WriteEndObject();
            });
        });
        log.Append(SampleLog.ResultKind, null, json =>
        {
            json.WriteStartArray("measures"u8);
            json.WriteEndArray();
        });
    }
}
