using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Learning curves of every objective with its own advantages, on one tiny task: a model that has imitated the sums of two digits up to
/// 4 so briefly that it is right one time in six goes on by reinforcement. The same base, problems a step, samples and optimizer for
/// all; what differs is the objective. Then PPO with its critic against the same loss without one, on more seeds, whose difference is an
/// estimate paired by seed. Prints the tables of docs/objectives.md and writes the picture.
/// </summary>
internal static class ObjectivesBenchmark
{
    private const int Seeds = 3, CriticSeeds = 10, Window = 10;

    private static readonly ChartTone[] s_tones = [ChartTone.Blue, ChartTone.Orange, ChartTone.Green];

    /// <param name="steps">Of each run.</param>
    /// <param name="picture">Where it goes.</param>
    /// <param name="threads">Of each run.</param>
    public static void Run(int steps, string picture, int threads)
    {
        var root = Directory.CreateTempSubdirectory("deliberate-objectives").FullName;
        try
        {
            var start = Base(root, threads);
            var charts = new List<IChart>();
            Console.WriteLine($"| how a recipe asks for it | samples of a problem | right in the first {Window} steps | right in all steps, of each seed | right in the last {Window} steps, of each seed |");
            Console.WriteLine("|---|---|---|---|---|");
            foreach (var (asked, prompts, samples) in Settings())
            {
                var runs = Enumerable.Range(1, Seeds).Select(seed => Reinforce(root, start, seed, asked, prompts, samples, steps, threads)).ToArray();
                Console.WriteLine($"| `{asked}` | {samples} | {Share(runs.Average(r => r.Take(Window).Average()))} | {string.Join(", ", runs.Select(r => Share(r.Average())))} | {string.Join(", ", runs.Select(r => Share(r.TakeLast(Window).Average())))} |");
                charts.Add(new LineChart(
                    $"{asked.Replace("objective: ", "", StringComparison.Ordinal).Trim('{', '}', ' ')}{(samples == 1 ? ", one sample" : "")}", new ChartAxis("step"), ChartAxis.Share("right answers"),
                    [.. runs.Select((r, i) => new LineSeries($"seed {i + 1}", s_tones[i], [.. Smooth(r)], IntervalStyle.Band))]));
            }

            AtomicFile.WriteText(picture, StandaloneSvg.Render(charts, 4, ChartSize.Small));
            Critics(root, start, steps, threads);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What a critic adds to right answers over all steps: with the same loss, whitened returns in its place.</summary>
    private static void Critics(string root, string start, int steps, int threads)
    {
        Console.WriteLine();
        Console.WriteLine($"| PPO, {CriticSeeds} seeds | right in all steps, with the critic | without | difference |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, more, prompts, samples) in new[] { ("8 problems, 8 samples each", "", 8, 8), ("64 problems, one sample each", "", 64, 1), ("64 problems, one sample each, four iterations", ", iterations: 4", 64, 1) })
        {
            ItemValues<int> Of(string advantage)
            {
                var values = new ItemValues<int>();
                for (var seed = 1; seed <= CriticSeeds; seed++) values.Add(seed, Reinforce(root, start, seed, $"{{ objective: ppo, advantage: {advantage}{more} }}", prompts, samples, steps, threads).Average());
                return values;
            }

            var (with, without) = (Of("gae"), Of("reinforce_pp"));
            Console.WriteLine($"| {name} | {Share(with.Means().Average())} | {Share(without.Means().Average())} | {DifferenceMetric.Of(without, with, MeasureKind.Share).WithRange(NumberStyle.Share)} |");
        }
    }

    /// <summary>Every objective with 8 samples of 8 problems a step; those that compare with no group with one sample of 64 too.</summary>
    private static IEnumerable<(string Asked, int Prompts, int Samples)> Settings()
    {
        foreach (var objective in PolicyObjectives.All) yield return ($"objective: {objective.Name}", 8, 8);
        yield return ("{ objective: ppo, advantage: group }", 8, 8);
        yield return ("objective: ppo", 64, 1);
        yield return ("objective: reinforce_pp", 64, 1);
        yield return ("objective: remax", 64, 1);
    }

    /// <summary>Digits, a problem a line: 0+0= to 4+4=.</summary>
    private static void WriteSums(string root)
    {
        var sums = Enumerable.Range(0, 25).Select(i => (A: i / 5, B: i % 5)).ToArray();
        File.WriteAllLines(Path.Combine(root, "sums.jsonl"), sums.Select(s => $"{{\"prompt\": \"{s.A}+{s.B}=\", \"completion\": \"{s.A + s.B}\"}}"));
        File.WriteAllLines(Path.Combine(root, "problems.jsonl"), sums.Select(s => $"{{\"prompt\": \"{s.A}+{s.B}=\", \"answer\": {s.A + s.B}}}"));
    }

    private static string Base(string root, int threads)
    {
        WriteSums(root);
        var folder = Path.Combine(root, "base");
        var recipe = TrainRecipe.Parse(
            $$"""
            name: base
            micro_batch_tokens: 1024
            model: { hidden: 32, layers: 2, heads: 2, intermediate: 64, context: 32, tokenizer: { vocabulary: 270 } }
            supervised: { data: [sums.jsonl], tokens: 40000, batch_tokens: 500, optimizer: { kind: adamw, learning_rate: 0.003 } }
            """, Path.Combine(root, "base.yaml"));
        using var run = TrainingRun.Start(recipe, folder, threads);
        run.Execute();
        return new RunFolder(folder).Checkpoint(RunFolder.Base);
    }

    /// <summary>The share of right answers among each step's samples.</summary>
    private static double[] Reinforce(string root, string start, int seed, string asked, int prompts, int samples, int steps, int threads)
    {
        var keys = asked.StartsWith('{') ? asked[1..^1].Trim() : asked;
        var recipe = TrainRecipe.Parse(
            $$"""
            name: run
            seed: {{seed}}
            micro_batch_tokens: 1024
            model: { from: "{{start}}" }
            supervised: { tokens: 0 }
            problems: { train: [problems.jsonl], grader: numeric, answer_format: whole }
            evaluation: { problems: 0, max_tokens: 4 }
            checkpoint: { every: 100000, keep_last: 1 }
            health: { kl_every: 0 }
            reinforcement: { steps: {{steps}}, prompts: {{prompts}}, samples: {{samples}}, updates: 2, max_tokens: 4, store_samples: false, optimizer: { kind: adamw, learning_rate: 0.003 }, {{keys}} }
            """, Path.Combine(root, "run.yaml"));
        var folder = Path.Combine(root, "run");
        try
        {
            using (var run = TrainingRun.Start(recipe, folder, threads)) run.Execute();
            var accuracy = SampleMetrics.Reinforcement.Accuracy.Name;
            return [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey(accuracy)).Select(m => m.Values[accuracy])];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Means over a few steps.</summary>
    private static IEnumerable<ChartPoint> Smooth(double[] curve)
    {
        for (var i = 0; i + Window <= curve.Length; i++) yield return new ChartPoint(i + Window, curve.AsSpan(i, Window).ToArray().Average());
    }

    private static string Share(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
