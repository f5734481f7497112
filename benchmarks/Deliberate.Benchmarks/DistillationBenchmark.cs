using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Nested arithmetic with thought, learned by a larger model, by a smaller one alone, and by the smaller one from the larger: by its
/// samples, all or the right ones, and token by token on its own. The control goes on with the corpus instead, for about as many tokens as
/// are kept of the teacher's samples. Every row begins with the row "smaller, alone"; right answers to the same held-out problems, three seeds.
/// Prints the table of docs/distillation.md.
/// </summary>
internal static class DistillationBenchmark
{
    private const int Seeds = 3;

    /// <param name="quick">A minute, with tiny numbers: whether the chain works, and no result.</param>
    /// <param name="threads">Of each run.</param>
    public static void Run(bool quick, int threads)
    {
        if (quick) Console.WriteLine("Tiny numbers, to see that the chain works. Not a result.");
        var root = Directory.CreateTempSubdirectory("deliberate-distillation").FullName;
        try
        {
            var rows = new OrderedDictionary<string, Row>();
            for (var seed = 1; seed <= (quick ? 1 : Seeds); seed++)
                foreach (var (name, folder) in Seed(root, seed, quick, threads)) Add(rows, name, folder);
            Print(rows);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>The runs of a seed, in the order of the table.</summary>
    private static IEnumerable<(string Name, string Folder)> Seed(string root, int seed, bool quick, int threads)
    {
        var (tokens, prompts, steps) = quick ? (6_000, 8, 2) : (800_000, 512, 32);
        string Train(string name, string sections)
        {
            var folder = Path.Combine(root, $"{name}-{seed}");
            var recipe = TrainRecipe.Parse(
                $$"""
                name: {{name}}
                seed: {{seed}}
                family: { name: arithmetic, levels: [2] }
                evaluation: { problems: {{(quick ? 10 : 300)}}, max_tokens: 64 }
                health: { kl_every: 0 }
                checkpoint: { every: 100000, keep_last: 1 }
                {{sections}}
                """, Path.Combine(root, "recipe.yaml"));
            using var run = TrainingRun.Start(recipe, folder, threads);
            run.Execute();
            return folder;
        }

        string Checkpoint(string folder) => new RunFolder(folder).Checkpoint(RunFolder.Final);
        const string NoReinforcement = "reinforcement: { steps: 0 }";
        var larger = Train("larger", $"model: {{ hidden: 96, layers: 3, heads: 4, intermediate: 192, context: 128 }}\nsupervised: {{ tokens: {tokens}, batch_tokens: 1024 }}\n{NoReinforcement}");
        yield return ("larger", larger);
        var alone = Train("alone", $"model: {{ hidden: 32, layers: 2, heads: 2, intermediate: 64, context: 128 }}\nsupervised: {{ tokens: {tokens / 2}, batch_tokens: 1024 }}\n{NoReinforcement}");
        yield return ("smaller, alone", alone);
        var from = $"model: {{ from: \"{Checkpoint(alone)}\" }}";
        yield return ("smaller, more of the corpus", Train("corpus", $"{from}\nsupervised: {{ tokens: {tokens / 40}, batch_tokens: 1024, optimizer: {{ kind: adamw, learning_rate: 0.001 }} }}\n{NoReinforcement}"));
        var taught = $"{from}\nsupervised: {{ tokens: 0 }}\nteacher: {{ from: \"{Checkpoint(larger)}\" }}";
        foreach (var keep in new[] { "all", "right" })
            yield return ($"smaller, the teacher's samples, {keep}", Train(keep, $"{taught}\nexpert_iteration: {{ rounds: 1, prompts: {prompts}, samples: 4, max_tokens: 64, batch_tokens: 1024, sampler: teacher, keep: {keep} }}\n{NoReinforcement}"));
        yield return ("smaller, reverse KL on its own samples", Train("reverse", $"{taught}\nreinforcement: {{ steps: {steps}, prompts: {(quick ? 4 : prompts * 4 / (steps * 2))}, samples: 2, max_tokens: 64, objective: reinforce, advantage: reverse_kl, optimizer: {{ kind: adamw, learning_rate: 0.001 }}, store_samples: false }}"));
    }

    private static void Add(OrderedDictionary<string, Row> rows, string name, string folder)
    {
        if (!rows.TryGetValue(name, out var row)) rows[name] = row = new Row();
        row.Tokens.Add(MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Sum(Tokens));
        var samples = EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final)).Where(s => s.IsJudged).ToArray();
        row.Shares.Add(samples.Average(s => s.IsRight ? 1.0 : 0));
        foreach (var sample in samples) row.Answers.Add(sample.Problem.Index, sample.IsRight ? 1 : 0);
    }

    /// <summary>What a step learned from: tokens of examples, or those of the student's own samples.</summary>
    private static double Tokens(MetricsRecord step) =>
        (step.Values.Find(SupervisedMetrics.BatchTokens) ?? 0) + (step.Values.Find(ExpertMetrics.BatchTokens) ?? 0)
        + ((step.Values.Find(ReinforcementMetrics.TrainedSamples) ?? 0) * (step.Values.Find(SampleMetrics.Reinforcement.CompletionLength) ?? 0));

    private static void Print(OrderedDictionary<string, Row> rows)
    {
        Console.WriteLine("| model | tokens learned from, mean | right answers, mean | of each seed | difference from the smaller one alone |");
        Console.WriteLine("|---|---|---|---|---|");
        var alone = rows["smaller, alone"];
        foreach (var (name, row) in rows)
        {
            var difference = name == "smaller, alone" ? "" : DifferenceMetric.Of(alone.Answers, row.Answers, MeasureKind.Share).WithRange(NumberStyle.Share);
            Console.WriteLine($"| {name} | {row.Tokens.Average().ToString("N0", CultureInfo.InvariantCulture)} | {Share(row.Shares.Average())} | {string.Join(", ", row.Shares.Select(Share))} | {difference} |");
        }
    }

    private sealed class Row
    {
        public List<double> Tokens { get; } = [];

        public List<double> Shares { get; } = [];

        public ItemValues<long> Answers { get; } = new();
    }

    private static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
