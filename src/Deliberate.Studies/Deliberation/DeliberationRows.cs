using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Studies;

/// <summary>What a row measured on a test, the seeds of a prompt together.</summary>
/// <param name="Model">Which row.</param>
/// <param name="Task">Which test.</param>
/// <param name="Metric">Which metric.</param>
/// <param name="Slice">A tag's value; empty for all.</param>
/// <param name="Value">Over prompts, those of one base request counted once by the interval.</param>
/// <param name="Missing">Samples without an answer, cut within the thought: they count neither way.</param>
/// <param name="Seeds">Of each seed alone.</param>
/// <param name="OursLess">Ours less this one, paired by prompt; null in ours, and where it cannot be paired.</param>
internal sealed record DeliberationCell(DeliberationModel Model, string Task, string Metric, string Slice, Estimate Value, int Missing, IReadOnlyList<double> Seeds, Estimate? OursLess);

/// <summary>Reads the logs of the seeds that are done.</summary>
internal sealed class DeliberationRows
{
    private readonly List<DeliberationCell> _cells = [];

    private DeliberationRows(IReadOnlyList<(ulong Seed, JudgeErrors? Judge, IReadOnlyList<DeliberationTrial> Trials)> seeds) => Seeds = seeds;

    public IReadOnlyList<DeliberationCell> Cells => _cells;

    /// <summary>What each seed's judge and trials came to.</summary>
    public IReadOnlyList<(ulong Seed, JudgeErrors? Judge, IReadOnlyList<DeliberationTrial> Trials)> Seeds { get; }

    /// <summary>Ours within a number of tokens of thought: task, metric, estimate.</summary>
    public IReadOnlyList<(int Budget, string Task, string Metric, Estimate Value)> Budgets { get; private set; } = [];

    /// <summary>Monitorability by row, the seeds' questions together.</summary>
    public IReadOnlyList<(DeliberationModel Model, MonitorabilityReport Report)> Monitored { get; private set; } = [];

    /// <summary>Skills of ours less the base's: whether capability was kept.</summary>
    public NonInferiority? Kept { get; private set; }

    public DeliberationCell? Find(DeliberationModel model, string task, string metric, string slice = "") => _cells.FirstOrDefault(c => c.Model == model && c.Task == task && c.Metric == metric && c.Slice == slice);

    public static DeliberationRows Read(StudyFolder study, IReadOnlyList<ulong> seeds, IReadOnlyDictionary<ulong, JudgeErrors> judges)
    {
        SafetyTasks.Register();
        var folders = seeds.Select(s => new DeliberationFolder(study, s)).ToArray();
        var rows = new DeliberationRows([.. seeds.Zip(folders, (s, f) => (s, judges.GetValueOrDefault(s), DeliberationTrials.Read(f.Trials)))]);
        if (seeds.Count == 0) return rows;
        var ours = new Dictionary<string, SampleResult[]>(StringComparer.Ordinal);
        SampleResult[] before = [];
        foreach (var model in DeliberationModel.All.OrderBy(m => m != DeliberationModel.Ours))
        {
            foreach (var name in DeliberationChapter.Tasks(model))
            {
                var task = EvaluationTasks.Get(name);
                var bySeed = folders.Select(f => Samples(f.Log(model, name))).ToArray();
                SampleResult[] all = [.. bySeed.SelectMany((samples, seed) => samples.Select(s => s with { Epoch = seed }))];
                if (model == DeliberationModel.Ours) ours[name] = all;
                if (model == DeliberationModel.Base && name == WorldTasks.SkillsName) before = all;
                foreach (var metric in task.Metrics)
                {
                    var difference = model == DeliberationModel.Ours || !ours.TryGetValue(name, out var other) ? null : MetricComparison.Of(metric, all, other)?.Difference;
                    foreach (var measured in metric.Measure(all))
                    {
                        var single = bySeed.Select(samples => metric.Measure(samples).FirstOrDefault(m => m.Slice == measured.Slice)?.Estimate.Value ?? double.NaN).ToArray();
                        rows._cells.Add(new DeliberationCell(model, name, metric.Name, measured.Slice, measured.Estimate, measured.Missing, single, measured.Slice.Length == 0 ? difference : null));
                    }
                }
            }
        }

        rows.Budgets =
        [
            .. from budget in DeliberationPlan.Budgets
               from task in DeliberationChapter.BudgetTasks
               let samples = folders.SelectMany((f, seed) => Samples(f.Log(budget, task)).Select(s => s with { Epoch = seed })).ToArray()
               from metric in EvaluationTasks.Get(task).Metrics
               select (budget, task, metric.Name, metric.Measure(samples).First().Estimate),
        ];
        rows.Monitored = [.. DeliberationModel.Monitored.Select(model => (model, MonitorabilityReport.Of([.. folders.SelectMany((f, seed) => MonitoredSample.Read(f.Monitored(model)).Select(s => s with { Instance = FormattableString.Invariant($"{seed}/{s.Instance}") }))], seed: 1, WorldTasks.Hints)))];
        if (MetricComparison.Of(EvaluationTasks.Get(WorldTasks.SkillsName).Metrics[0], before, ours[WorldTasks.SkillsName])?.Difference is { } kept) rows.Kept = NonInferiority.Of(kept, 0.02);
        return rows;
    }

    private static SampleResult[] Samples(string path)
    {
        using var log = EvaluationLogFile.Open(path);
        return [.. log.Samples().Select(s => s.ToResult())];
    }
}
