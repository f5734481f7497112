using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What the episodes of each environment of a run earned, and how many turns they took, step by step: a curve each.</summary>
internal static class EnvironmentFigure
{
    /// <summary>Null where nothing is played, or where no two steps recorded it.</summary>
    public static ReportFigure? Build(RunEvidence run)
    {
        if (run.Facts.Reinforcement is not { } rl) return null;
        var names = run.Recipe.Family.IsMixed ? run.Recipe.Family.Parts.Select(p => p.Name).ToArray() : [run.Recipe.Family.Name];
        var charts = new List<IChart>();
        foreach (var (title, axis, metric) in new[] { ("Reward by environment", "mean reward of an episode", EnvironmentMetrics.Reward), ("Turns by environment", "mean turns of an episode", EnvironmentMetrics.Turns) })
        {
            var curves = names.Select(name => (Name: name, Points: run.Metrics.Select(m => (m.Step, Value: m.Values.Find(metric.For(name)))).Where(p => p.Value is not null).Select(p => new ChartPoint(p.Step, p.Value!.Value)).ToArray()))
                .Where(curve => curve.Points.Length > 1).ToArray();
            if (curves.Length == 0) return null;
            charts.Add(new LineChart(title, new ChartAxis("RL step"), new ChartAxis(axis), [.. curves.Select((curve, i) => new LineSeries(curve.Name, (ChartTone)((i % 6) + 1), curve.Points, IntervalStyle.Band))]));
        }

        return new ReportFigure(
            charts, $"{RunWords.Name(run)}: what episodes earned and how many turns the model took, environment by environment.",
            string.Create(CultureInfo.InvariantCulture, $"{rl.Prompts} problems x {rl.Samples} episodes a step"), "the training episodes' own numbers, one value a step, from metrics.jsonl")
        { Terms = [RunWords.Term(EnvironmentMetrics.Reward), RunWords.Term(EnvironmentMetrics.Turns)] };
    }
}
