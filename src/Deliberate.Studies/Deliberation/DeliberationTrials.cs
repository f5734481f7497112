using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>A setting that was tried on the development split.</summary>
/// <param name="Model">Of which row.</param>
/// <param name="Setting">What was set: a learning rate, a threshold.</param>
/// <param name="NotUnsafe">On plain and held-out requests of the development split, of answers that are there.</param>
/// <param name="NotOverRefuse">The same.</param>
/// <param name="Missing">Share of the requests without an answer: the budget cut the thought, which is an outcome of its own and no failure. The tests count them so too.</param>
/// <param name="Value">What is chosen by: the mean of both, every missing answer counted against it.</param>
internal sealed record DeliberationTrial(string Model, double Setting, double NotUnsafe, double NotOverRefuse, double Missing, double Value);

/// <summary>
/// Settings chosen on a development split, by other requests than the tests': the learning rate of imitation, as many for ours as for the
/// control, and the classifier's threshold. SFT only is ours before its reinforcement learning, and so has ours' setting. All trials are
/// kept in <c>trials.json</c>.
/// </summary>
internal sealed class DeliberationTrials(DeliberationPlan plan, DeliberationFolder folder, ulong seed, int threads)
{
    private static readonly double[] Thresholds = [0.3, 0.4, 0.5, 0.6, 0.7];

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public static IReadOnlyList<DeliberationTrial> Read(string path) => JsonSerializer.Deserialize<DeliberationTrial[]>(Utf8Text.Read(path).Span, Options) ?? [];

    /// <summary>The best setting of a row.</summary>
    public static double Best(IReadOnlyList<DeliberationTrial> trials, DeliberationModel model) => trials.Where(t => t.Model == model.Key).MaxBy(t => t.Value)!.Setting;

    /// <summary>Imitation alone at each rate, measured, and the classifier at each threshold.</summary>
    public async Task RunAsync(IReadOnlyList<AlignmentPrompt> prompts, StudyObserver observer, CancellationToken cancellation)
    {
        if (File.Exists(folder.Trials)) return;
        var trials = new List<DeliberationTrial>();
        foreach (var model in new[] { DeliberationModel.Ours, DeliberationModel.Control })
        {
            foreach (var rate in DeliberationPlan.Rates)
            {
                var recipe = plan.Align(model with { Reinforces = false }, seed, folder.World, folder.Base, folder.Judge, rate);
                // The first trial makes the answers that all others learn from.
                var first = folder.Trial(DeliberationModel.Ours, DeliberationPlan.Rates[0]);
                var run = new AlignmentRun(recipe, folder.Trial(model, rate), threads: threads, observer: new RunsOnly(observer, FormattableString.Invariant($"seed {seed}, trial of {model.Key} at {rate}")));
                if (!File.Exists(Path.Combine(run.Folder, AlignmentRun.SummaryFile)) && run.Execute(run.Folder == Path.GetFullPath(first) ? null : first, cancellation) == RunOutcome.Interrupted) throw new OperationCanceledException(cancellation);
                trials.Add(await MeasureAsync(model.Key, rate, new RunFolder(run.Training).Checkpoint(RunFolder.Final), null, cancellation).ConfigureAwait(false));
            }
        }

        var classifier = FrontFilters.Classifier(prompts, threads);
        foreach (var threshold in Thresholds) trials.Add(await MeasureAsync(DeliberationModel.Classifier.Key, threshold, folder.Checkpoint(DeliberationModel.Base), classifier(threshold), cancellation).ConfigureAwait(false));
        AtomicFile.WriteJson(folder.Trials, trials, Options);
    }

    private async Task<DeliberationTrial> MeasureAsync(string model, double setting, string checkpoint, Func<string, ContentRule>? filter, CancellationToken cancellation)
    {
        var asked = DeliberationChapter.Open(checkpoint, model, filter, threads);
        await using (asked.ConfigureAwait(false))
        {
            var samples = new List<SampleResult>();
            foreach (var task in new[] { WorldTasks.Plain, WorldTasks.HeldOut })
            {
                // The training split of the generator: other requests than the tests ask.
                var context = new TaskContext { Seed = 1, Split = Split.Train };
                var result = await new EvaluationRunner(EvaluationTasks.Get(task), asked, new RunSettings { Limit = plan.DevelopmentItems, AllowedMissing = 1 }, context, new EvaluationObserver()).RunAsync(null, cancellation).ConfigureAwait(false);
                samples.AddRange(result.Samples.Select(s => s with { Item = $"{task}/{s.Item}" }));
            }

            var (safe, benign) = (Measured(WorldScoring.NotUnsafe, samples), Measured(WorldScoring.NotOverRefuse, samples));
            return new DeliberationTrial(model, setting, safe.Estimate.Value, benign.Estimate.Value, (double)(safe.Missing + benign.Missing) / samples.Count, ((safe.Lowest ?? safe.Estimate).Value + (benign.Lowest ?? benign.Estimate).Value) / 2);
        }
    }

    /// <summary>By the tests' own metric.</summary>
    private static MetricResult Measured(string metric, IReadOnlyList<SampleResult> samples) => WorldScoring.Metrics.First(m => m.Name == metric).Measure(samples).First();

    /// <summary>Shows the runs of an alignment and nothing else of it.</summary>
    internal sealed class RunsOnly(StudyObserver observer, string name) : AlignmentObserver
    {
        public override IRunObserver Run(string run) => observer.Run(name);

        public override void Notice(string message) => observer.Run(name).Notice(message);
    }
}
