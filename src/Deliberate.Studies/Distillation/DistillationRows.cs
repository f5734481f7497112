using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What the runs of the seeds that are done recorded of a model.</summary>
/// <param name="Model">Which one.</param>
/// <param name="Tokens">That it learned from beyond what it began with, mean over seeds.</param>
/// <param name="Right">Right answers, the seeds of a problem together.</param>
/// <param name="Seeds">Shares of right answers, a seed each.</param>
/// <param name="Difference">From the smaller model alone, paired by problem; null in its own row.</param>
internal sealed record DistillationRow(DistilledModel Model, double Tokens, Estimate Right, IReadOnlyList<double> Seeds, Estimate? Difference);

/// <summary>Reads the rows of the table from the run folders.</summary>
internal static class DistillationRows
{
    public static IReadOnlyList<DistillationRow> Read(StudyFolder folder, IReadOnlyList<ulong> seeds)
    {
        var answers = DistilledModel.All.ToDictionary(m => m.Key, m => seeds.Select(s => Answers(folder, s, m)).ToArray());
        var alone = Pooled(answers[DistilledModel.Alone.Key]);
        return
        [
            .. DistilledModel.All.Select(model => new DistillationRow(
                model, seeds.Average(s => Tokens(Run(folder, s, model))), ShareMetric.Of(Pooled(answers[model.Key])), [.. answers[model.Key].Select(a => a.Average(x => x.Right))],
                model == DistilledModel.Alone ? null : DifferenceMetric.Of(alone, Pooled(answers[model.Key]), MeasureKind.Share))),
        ];
    }

    private static (long Problem, double Right)[] Answers(StudyFolder folder, ulong seed, DistilledModel model) =>
        [.. EvaluationFile.Read(Run(folder, seed, model).Evaluation(RunFolder.Final)).Where(s => s.IsJudged).Select(s => (s.Problem.Index, s.IsRight ? 1.0 : 0))];

    private static ItemValues<long> Pooled(IEnumerable<(long Problem, double Right)[]> seeds) => ItemValues.Of(seeds.SelectMany(s => s), a => a.Problem, a => a.Right);

    private static RunFolder Run(StudyFolder folder, ulong seed, DistilledModel model) => new(Path.Combine(folder.Path(StudyClaim.SeedFolder(seed)), model.Key));

    /// <summary>What its steps learned from: tokens of examples, or those of the student's own samples.</summary>
    private static double Tokens(RunFolder run) => MetricsStream.Read(Path.Combine(run.Root, MetricsStream.MetricsFile)).Sum(step =>
        (step.Values.Find(SupervisedMetrics.BatchTokens) ?? 0) + (step.Values.Find(ExpertMetrics.BatchTokens) ?? 0)
        + ((step.Values.Find(ReinforcementMetrics.TrainedSamples) ?? 0) * (step.Values.Find(SampleMetrics.Reinforcement.CompletionLength) ?? 0)));
}
