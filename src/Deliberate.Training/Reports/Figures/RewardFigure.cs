using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What each term of the reward paid, step by step: a curve each.</summary>
internal static class RewardFigure
{
    /// <summary>Null where the reward has one term alone, which the curve of the reward shows, or where no two steps recorded them.</summary>
    public static ReportFigure? Build(RunEvidence run)
    {
        if (run.Facts.Reinforcement is not { } rl) return null;
        var steps = run.Metrics.Where(m => m.Values.Has(SampleMetrics.Reinforcement.Reward)).ToArray();
        var curves = run.Recipe.Reinforcement.Rewards.Select(term => term.Term).Append(RewardNames.Unreadable)
            .Select(name => (Name: name, Points: steps.Select(m => (m.Step, Value: m.Values.Find(ReinforcementMetrics.RewardTerm.For(name)))).Where(p => p.Value is not null).Select(p => new ChartPoint(p.Step, p.Value!.Value)).ToArray()))
            .Where(curve => curve.Points.Length > 0).ToArray();
        if (curves.Length < 2 || steps.Length < 2) return null;
        var series = curves.Select((curve, i) => new LineSeries(curve.Name, (ChartTone)((i % 6) + 1), curve.Points, IntervalStyle.Band));
        return new ReportFigure(
            [new LineChart("Terms of the reward", new ChartAxis("RL step"), new ChartAxis("mean, its weight included"), [.. series])],
            $"{RunWords.Name(run)}: what each term of the reward paid while the model learned; together they are the reward.",
            string.Create(CultureInfo.InvariantCulture, $"{rl.Prompts} problems x {rl.Samples} samples a step"), "the training samples' own numbers, one value a step, from metrics.jsonl")
        { Terms = [RunWords.Term(ReinforcementMetrics.RewardTerm)] };
    }
}
