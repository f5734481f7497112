using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// The model that the arithmetic chapter made, through evaluations as any model goes through them: its task family, and the suites on
/// instruction hierarchy and hallucination in the form that needs no words. Each leaves a log of every sample, and goes on with it where it
/// was stopped.
/// </summary>
internal sealed class EvaluationsChapter : Chapter<QuickstartPlan>
{
    private const string Trained = "arithmetic", Folder = "evaluations";
    private const double UsualSeconds = 2;
    private const int UsualItems = 100, FewestItems = 20, Budget = 96;

    private static readonly (string Task, string Log)[] Asked =
        [("family:arithmetic@3", "arithmetic.log"), (SymbolTasks.HierarchyName, "hierarchy.log"), (SymbolTasks.HallucinationName, "hallucination.log")];

    public override string Name => "evaluations";

    public override string About => "the model just trained through evaluations: its task family, instruction hierarchy, hallucination";

    public override IReadOnlyList<string> Inputs => [Trained];

    public override IReadOnlyList<string> Outputs => [Folder];

    public override double Seconds(QuickstartPlan plan) => UsualSeconds;

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        RunAsync(work, cancellation).GetAwaiter().GetResult();
        return RunOutcome.Completed;
    }

    public override IEnumerable<string> Findings(ChapterWork<QuickstartPlan> work)
    {
        foreach (var (name, file) in Asked)
            if (Measured(name, work.Folder.Path(Path.Combine(Folder, file))).FirstOrDefault() is { } first)
                yield return $"{EvaluationTasks.Get(name).Title}: {first.Metric.Title} {EstimateWords.Share(first.Estimate)}.";
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<QuickstartPlan> work)
    {
        yield return new ReportChapter("The trained model, evaluated")
        {
            Prose =
            [
                "The same commands that evaluate any model (deliberate eval), here on the model of the arithmetic chapter, which knows arithmetic and no words.",
                "Instruction hierarchy: the system message asks one question and the user another; nobody has taught this model that one outranks the other, so it answers what it reads last, or neither. Hallucination: half of the questions lack a number and have no answer; a number given to them is made up, and nothing in its training said that it may decline.",
            ],
            Tables = [new ReportTable("Evaluations", ["task", "measure", "value", "n"], [.. Asked.SelectMany(a => Rows(a.Task, work.Folder.Path(Path.Combine(Folder, a.Log))))], $"Every sample is in {Folder}: deliberate view {ShellCommand.Word(work.Folder.Path(Folder))}.")],
        };
    }

    private static async Task RunAsync(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var seed = work.Plan.Seed;
        var settings = new RunSettings { Limit = (int)Math.Clamp(Math.Ceiling(UsualItems * work.Plan.Scale), FewestItems, UsualItems), Epochs = 1, MaxTokens = Budget, Temperature = 0, Seed = seed };
        var model = CheckpointConnection.Open(new RunFolder(work.Folder.Path(Trained)).Newest()!, Trained, [], work.Threads);
        await using (model.ConfigureAwait(false))
        {
            foreach (var (task, log) in Asked)
                await new EvaluationRunner(EvaluationTasks.Get(task), model, settings, new TaskContext { Seed = seed }, new EvaluationObserver()).RunAsync(work.Folder.Path(Path.Combine(Folder, log)), cancellation).ConfigureAwait(false);
        }
    }

    private static MetricResult[] Measured(string name, string path)
    {
        using var log = EvaluationLogFile.Open(path);
        SampleResult[] samples = [.. log.Samples().Select(s => s.ToResult())];
        return [.. EvaluationTasks.Get(name).Metrics.Where(m => m.Epochs == 1 && m.IsShare).SelectMany(m => m.Measure(samples))];
    }

    private static IEnumerable<IReadOnlyList<ReportCell>> Rows(string name, string path)
    {
        var task = EvaluationTasks.Get(name);
        foreach (var measure in Measured(name, path))
        {
            yield return [ReportCell.Of(task.Title), ReportCell.Of(measure.Slice.Length > 0 ? $"{measure.Metric.Title}: {measure.Slice}" : measure.Metric.Title), ReportCell.Of(measure.Estimate), ReportCell.Of(measure.Estimate.N.ToString(CultureInfo.InvariantCulture))];
        }
    }
}
