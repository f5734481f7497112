using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Benchmarks;

/// <summary>
/// What an evaluation costs besides the model: trivial samples against the mock model, each asked, judged, written to the log whole and
/// counted; samples a second (best of several runs), processor time a sample, and the memory of a long run.
/// </summary>
internal static class EvaluationBenchmark
{
    private const int Repeats = 5;

    /// <param name="samples">Of the timed runs.</param>
    /// <param name="many">Of the run whose memory is measured.</param>
    public static void Run(int samples, int many)
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-eval-overhead-").FullName;
        try
        {
            var (best, processor) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var i = 0; i <= Repeats; i++)
            {
                var (wall, cpu) = Once(Path.Combine(folder, $"{i}.log"), samples);
                // The first compiles.
                if (i == 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cold: {samples} samples in {wall:F2} s, {samples / wall:F0} a second"));
                else (best, processor) = (Math.Min(best, wall), Math.Min(processor, cpu));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warm: {samples} samples in {best:F3} s, {samples / best:F0} a second, {1e6 * processor / samples:F0} us of processor a sample (best of {Repeats})"));
            var clock = Stopwatch.StartNew();
            Once(Path.Combine(folder, "many.log"), many);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"long: {many} samples in {clock.Elapsed.TotalSeconds:F1} s, {many / clock.Elapsed.TotalSeconds:F0} a second, log of {new FileInfo(Path.Combine(folder, "many.log")).Length >> 20} MiB, at most {process.PeakWorkingSet64 >> 20} MiB of memory"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double Wall, double Processor) Once(string path, int samples)
    {
        var task = new EvaluationTask
        {
            Name = "trivial",
            Title = "Trivial",
            Items = (_, _) => Enumerable.Range(0, samples).Select(i => new EvaluationItem { Id = i.ToString(CultureInfo.InvariantCulture), Messages = [new ChatMessage("user", $"say {i}")], Reference = $"say {i}" }).ToAsyncEnumerable(),
            Scorer = _ => new AnswerScorer(new ExactGrader()),
            Metrics = [TaskMetric.Accuracy, TaskMetric.AccuracyFinished],
        };
        var model = new EvaluationModel("mock", new ChatClientConnection(new MockChatClient(null)), new ModelDescription("mock", "mock"), 4 * Environment.ProcessorCount);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var result = Evaluations.RunAsync(task, model, log: path).GetAwaiter().GetResult();
        var wall = clock.Elapsed.TotalSeconds;
        process.Refresh();
        return result.Headline.Estimate.Value == 1 ? (wall, (process.TotalProcessorTime - before).TotalSeconds) : throw new InvalidDataException("The mock's answers are right.");
    }
}
