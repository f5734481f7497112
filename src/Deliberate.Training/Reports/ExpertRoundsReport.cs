using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What a run's report says of expert iteration: how it was done, and what each round sampled, kept and reached.</summary>
internal static class ExpertRoundsReport
{
    /// <summary>Empty where the run has none.</summary>
    public static IEnumerable<string> Prose(RunEvidence run)
    {
        if (run.Facts.ExpertIteration is not { } recipe) yield break;
        var right = recipe.Keep == KeepSamples.All ? "" : "right ";
        var kept = recipe.MostPerProblem is { } most ? string.Create(CultureInfo.InvariantCulture, $"at most {most} {right}completion{(most == 1 ? "" : "s")} a problem ({Order(recipe.Order)})") : $"all {right}completions";
        yield return string.Create(CultureInfo.InvariantCulture, $"Expert iteration: {recipe.Rounds} round{(recipe.Rounds == 1 ? "" : "s")} of {recipe.Prompts} fresh problems x {recipe.Samples} samples{(run.Facts.Teacher is { Samples: true } ? " of the teacher" : "")} at temperature {recipe.Temperature:0.##}. ")
            + $"Each keeps {kept}{(recipe.EveryStepRight ? " with every step right" : "")}{(recipe.Deduplicate ? ", each once" : "")}, and imitates them in {(recipe.Epochs == 1 ? "one pass" : $"{recipe.Epochs} passes")}{(recipe.Restart ? ", beginning from the base each time" : "")}{(run.Facts.Teacher is { Labels: true } ? ", token by token with the teacher's distribution for a label" : "")}.";
    }

    /// <summary>Null before the first round.</summary>
    public static ReportTable? Table(RunEvidence run)
    {
        var rows = new List<IReadOnlyList<ReportCell>>();
        var collected = run.Metrics.Where(m => m.Values.Has(ExpertMetrics.Kept)).ToArray();
        foreach (var round in collected)
        {
            double Value(RunMetric metric) => round.Values.Find(metric) ?? 0;
            var number = (int)Value(ExpertMetrics.Round);
            var loss = run.Metrics.LastOrDefault(m => m.Values.Find(ExpertMetrics.Round) == number && m.Values.Has(OptimizerMetrics.ExpertIteration.Loss))?.Values.Find(OptimizerMetrics.ExpertIteration.Loss);
            var after = run.Rounds.FirstOrDefault(r => r.Round == number).Samples;
            rows.Add(
            [
                ReportCell.Of((double)number), ReportCell.Of(Value(SampleMetrics.ExpertIteration.Accuracy), NumberStyle.Percent), ReportCell.Of(Value(ExpertMetrics.Solved), NumberStyle.Percent), ReportCell.Of(Value(ExpertMetrics.Kept)), ReportCell.Of(Value(ExpertMetrics.Minibatches)),
                loss is { } last ? ReportCell.Of(last) : new ReportCell("none", "", IsNumber: true), after is null ? new ReportCell("not measured", "", IsNumber: true) : ReportCell.Of(SampleMeasure.Accuracy.Of(run.First(after))),
            ]);
        }

        return rows.Count == 0 ? null : new ReportTable("Rounds of expert iteration", ["round", "samples right", "problems solved", "kept", "mini-batches", "last loss", "held-out answers right"], rows,
            $"Samples of fresh training problems by {(run.Facts.Teacher is { Samples: true } ? "the teacher" : "the model that the round began with")}; a problem is solved if any of its samples is right. The loss is {(run.Facts.Teacher is { Labels: true } ? "the divergence from the teacher, " : "")}in nats a token. Held-out answers are those of the model that the round made, with 95% intervals.");
    }

    /// <summary>Held-out accuracy over the rounds, where reinforcement learning follows; otherwise the run's own figure shows it.</summary>
    public static ReportFigure? Figure(RunEvidence run)
    {
        if (run.Facts.Reinforcement is null || run.Rounds.Count < 2) return null;
        var sample = string.Join(" or ", run.Rounds.Select(r => SampleMeasure.Accuracy.Of(run.First(r.Samples)).N).Distinct().Order()) + " held-out problems at each point";
        return LearningFigure.Build(RunWords.Name(run), LearningWords.ExpertIteration, "share of held-out answers", RunFigures.Points(run, run.Rounds), null, sample, "sampled at temperature 1, no filter, after so many rounds");
    }

    private static string Order(KeepOrder order) => order switch
    {
        KeepOrder.Best => "best first: every step right, then shorter",
        KeepOrder.Shortest => "shortest first",
        _ => "as drawn",
    };
}
