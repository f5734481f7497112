using System.Diagnostics;
using Deliberate.Reasoning;

namespace Deliberate.Benchmarks;

/// <summary>Seconds to read a file of labelled solutions in PRM800K's schema: generated ones, as long as that file's are (16 steps).</summary>
internal static class LabelsBenchmark
{
    private const double Aim = 5;

    public static int Run(int lines)
    {
        var path = Path.Combine(Path.GetTempPath(), $"deliberate-labels-{Environment.ProcessId}.jsonl");
        try
        {
            using (var stream = new BufferedStream(File.Create(path), 1 << 20))
                for (var i = 0; i < lines; i++) Prm800kFile.Write(stream, Solution(i));
            var bytes = new FileInfo(path).Length;
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var (solutions, steps) = (0, 0);
            foreach (var (_, solution) in Prm800kFile.Read(path))
            {
                solutions++;
                steps += solution.Steps.Count;
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var busy = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
            Console.WriteLine($"labels: {solutions} solutions with {steps} steps, {bytes / 1e6:F0} MB, read in {seconds:F2} s, of a processor's time {busy:F2} s; aim {Aim * lines / 100_000:F2} s");
            return seconds <= Aim * lines / 100_000 ? 0 : 1;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static LabelledSolution Solution(int index)
    {
        string[] steps = [.. Enumerable.Range(0, 16).Select(i => $"Step {i} of solution {index}: the sum of the first {i} numbers is ${i}\\cdot({i}+1)/2 = {i * (i + 1) / 2}$, which is what was asked for.")];
        return new LabelledSolution
        {
            Labeler = FamilyLabels.Labeler,
            Timestamp = "2023-01-01T00:00:00.000000",
            Generation = index % 10,
            IsQualityControlQuestion = false,
            IsInitialScreeningQuestion = false,
            Question = new LabelQuestion($"What is the sum of the first {index} numbers?", "It is n(n+1)/2.", "136", steps, "136", 0.5),
            Steps = [.. steps.Select((s, i) => new LabelledStep([new LabelledCompletion(s, i % 3 == 0 ? 0 : 1, null)], null, 0))],
            TotalTime = 1000,
            Finish = LabelFinish.Solution,
        };
    }
}
