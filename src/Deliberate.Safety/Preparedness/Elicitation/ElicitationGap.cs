using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A way to ask for more, and what it brought.</summary>
/// <param name="Way">plain, few_shot, chain_of_thought, fine_tuned, best_of_k.</param>
/// <param name="Figure">The headline.</param>
/// <param name="Difference">To the plain way, on the same items; null for itself.</param>
/// <param name="Log">Of its samples; empty where it shares the plain way's.</param>
internal sealed record ElicitedWay(string Way, Estimate Figure, Estimate? Difference, string Log)
{
    /// <summary>The log's final hash; empty where it shares the plain way's.</summary>
    public string LogHash { get; init; } = "";
}

/// <summary>
/// How much more of a task a model does when it is asked better: with worked examples of templates that the test never draws from, with room and
/// an instruction to think, with the best of several attempts, and by training it on the task (<see cref="TaskTraining"/>). The gap is measured on the
/// same items and samples; it is a lower bound (<see cref="Says"/>).
/// </summary>
internal static class ElicitationGap
{
    public const string Plain = "plain", FewShot = "few_shot", Chain = "chain_of_thought";

    private const string Think = "Think step by step before you answer; give the answer last, in the form that is asked for.";

    /// <summary>Examples are made with a seed of their own.</summary>
    private const ulong ExampleSeed = 424242;

    public static string Says(bool isTrained) => isTrained ? "a lower bound: more examples, and other ways to train, may bring more" : "a lower bound: training on the task was not tried (--fine-tune)";

    /// <summary>Every way that there is for a task, as tasks of their own.</summary>
    public static IReadOnlyList<(string Way, EvaluationTask Task)> Ways(EvaluationTask task, TaskContext context, int shots)
    {
        task = task.In(context);
        var ways = new List<(string, EvaluationTask)> { (Plain, task) };
        if (Examples(task.Name, shots) is { Count: > 0 } examples) ways.Add((FewShot, task with { Solver = new SolverChain(new FewShotSolver(examples), task.Solver) }));
        ways.Add((Chain, task with { Solver = new SolverChain(new ChainOfThoughtSolver(Think), task.Solver) }));
        return ways;
    }

    /// <summary>Asks the model each way.</summary>
    /// <param name="model">Not disposed.</param>
    /// <param name="task">Which task.</param>
    /// <param name="settings">Epochs are the attempts of the best of k.</param>
    /// <param name="context">Of the task.</param>
    /// <param name="shots">Worked examples.</param>
    /// <param name="folder">For a log of each way; gone on with where they are there.</param>
    /// <param name="observe">Makes who watches a way.</param>
    /// <param name="cancellation">Stops it; logs stay.</param>
    /// <param name="trained">The model after training on the task, not disposed; null where that is not a way.</param>
    public static async Task<IReadOnlyList<ElicitedWay>> MeasureAsync(EvaluationModel model, EvaluationTask task, RunSettings settings, TaskContext context, int shots, string folder, Func<string, EvaluationObserver> observe, CancellationToken cancellation, EvaluationModel? trained = null)
    {
        Directory.CreateDirectory(folder);
        var measured = new List<ElicitedWay>();
        EvaluationResult? plain = null;
        var ways = Ways(task, context, shots).Select(w => (w.Way, w.Task, Model: model));
        if (trained is not null) ways = ways.Append((TaskTraining.Way, task.In(context), trained));
        foreach (var (way, asked, who) in ways)
        {
            var log = Path.Combine(folder, $"{task.Name.Replace(':', '-')}.{way}.log");
            var result = await Evaluations.RunAsync(asked, who, settings, context, log, observe(way), cancellation).ConfigureAwait(false);
            plain ??= result;
            var headline = result.Headline;
            var difference = ReferenceEquals(plain, result) ? null : MetricComparison.Of(headline.Metric, plain.Samples, result.Samples)?.Difference;
            measured.Add(new ElicitedWay(way, headline.Estimate, difference, log) { LogHash = result.LogHash });
        }

        var attempts = settings.Epochs ?? task.Defaults.Epochs;
        if (attempts > 1 && plain!.Headline.Metric.Name == TaskMetric.Accuracy.Name)
        {
            // Each item's best of the plain samples against their mean.
            var best = VoteMetrics.PassAt(attempts).Measure(plain.Samples).First().Estimate;
            var from = Values(plain.Samples, group => group.Average(s => TaskMetric.RightOrNot(s)!.Value));
            var to = Values(plain.Samples, group => group.Max(s => TaskMetric.RightOrNot(s)!.Value));
            measured.Add(new ElicitedWay(string.Create(CultureInfo.InvariantCulture, $"best_of_{attempts}"), best, ClusteredDifferenceMetric.Of(from, to, MeasureKind.Share), ""));
        }

        return measured;
    }

    /// <summary>The way that brought most; its difference is the gap.</summary>
    public static ElicitedWay? Best(IReadOnlyList<ElicitedWay> ways) => ways.Where(w => w.Difference is { IsMeasured: true }).OrderByDescending(w => w.Difference!.Value).FirstOrDefault();

    private static List<(string Prompt, string Answer)> Examples(string task, int shots)
    {
        var own = PreparednessTasks.TemplatesOf(task).Where(t => t.Split == Split.Train).ToArray();
        var examples = new List<(string, string)>();
        for (var i = 0; own.Length > 0 && i < shots; i++)
        {
            var random = new RandomStream(ExampleSeed, StreamStage.GeneratedItems, step: 0, problem: i);
            var challenge = own[i % own.Length].Make(ref random);
            examples.Add((challenge.Prompt, challenge.Solution));
        }

        return examples;
    }

    private static ItemValues<(string Cluster, string Item)> Values(IReadOnlyList<SampleResult> samples, Func<IEnumerable<SampleResult>, double> value) =>
        ItemValues.Of(samples.Where(s => TaskMetric.RightOrNot(s) is not null).GroupBy(s => (s.Cluster, s.Item)), g => g.Key, g => value(g));
}
