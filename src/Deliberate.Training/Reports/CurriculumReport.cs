using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What a run's report says of its curricula: the rule in a sentence, and a figure of levels and of accuracy at each of them.</summary>
internal static class CurriculumReport
{
    /// <summary>Empty where no stage has one.</summary>
    public static IEnumerable<string> Prose(RunEvidence run) => Stages(run).Select(s => Sentence(s.Recipe, s.Unit));

    public static IEnumerable<ReportFigure> Figures(RunEvidence run)
    {
        foreach (var (names, unit, axis, recipe, samples) in Stages(run))
        {
            var steps = run.Metrics.Where(m => m.Values.Has(names.Level)).ToArray();
            if (steps.Length < 2) continue;
            double At(MetricsRecord m) => m.Values.Find(ExpertMetrics.Round) ?? m.Step;
            LineSeries Series(string name, ChartTone tone, RunMetric metric) =>
                new(name, tone, [.. steps.Where(m => m.Values.Has(metric)).Select(m => new ChartPoint(At(m), m.Values[metric.Name]))], IntervalStyle.Band);
            var levels = recipe.Levels;
            var accuracy = levels.Select((level, i) => Series($"level {level}", (ChartTone)((i % 6) + 1), names.LevelAccuracy.For(level))).Where(s => s.Points.Count > 0);
            yield return new ReportFigure(
                [
                    new LineChart("Levels of the training problems", new ChartAxis(axis), new ChartAxis("level"), [Series("hardest", ChartTone.Purple, names.Level), Series("mean", ChartTone.Slate, names.LevelMean)]),
                    new LineChart("Right answers at each level", new ChartAxis(axis), ChartAxis.Share("share of training samples"), [.. accuracy]),
                ],
                $"{RunWords.Name(run)}: what the curriculum asked, and how it was answered. {Sentence(recipe, unit)}",
                samples, $"the training samples' own numbers, one value a {unit}, from metrics.jsonl")
            { Terms = [RunWords.Term(names.Level), RunWords.Term(names.LevelMean), RunWords.Term(names.LevelAccuracy)] };
        }
    }

    private static IEnumerable<(CurriculumMetrics Names, string Unit, string Axis, CurriculumRecipe Recipe, string Samples)> Stages(RunEvidence run)
    {
        if (run.Facts.ExpertIteration is { Curriculum: { } byRounds } expert)
            yield return (CurriculumMetrics.ExpertIteration, "round", LearningWords.ExpertIteration.Step, byRounds, string.Create(CultureInfo.InvariantCulture, $"{expert.Prompts} problems x {expert.Samples} samples a round"));
        if (run.Facts.Reinforcement is { Curriculum: { } bySteps } rl)
            yield return (CurriculumMetrics.Reinforcement, "step", LearningWords.Reinforcement.Step, bySteps, string.Create(CultureInfo.InvariantCulture, $"{rl.Prompts} problems x {rl.Samples} samples a step"));
    }

    private static string Sentence(CurriculumRecipe recipe, string unit)
    {
        var levels = string.Join(", ", recipe.Levels);
        var rehearsal = recipe.Rehearsal > 0 ? $"; {EstimateWords.Percent(recipe.Rehearsal)} of the problems are of levels before the present one" : "";
        return recipe.Kind == CurriculumKind.Linear
            ? $"Levels {levels} came by schedule, the last after {EstimateWords.Percent(recipe.Until)} of the {unit}s{rehearsal}."
            : $"Levels {levels} opened one after another, each when {EstimateWords.Percent(recipe.Threshold)} of the samples at the present one were right over {recipe.Window} {unit}{(recipe.Window == 1 ? "" : "s")}{rehearsal}.";
    }
}
