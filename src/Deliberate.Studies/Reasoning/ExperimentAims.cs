using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// The aims that were set for the quickstart's two tasks (<see cref="RunTargets"/>), held against the same tasks here, where one
/// model learns them beside all others: said whether met or missed, whichever way it comes out.
/// </summary>
internal static class ExperimentAims
{
    private const string Arithmetic = "arithmetic", Countdown = "countdown";

    /// <summary>Empty where neither task is among the families; an aim that needs a model of which there is none is left out.</summary>
    public static List<RunTarget> Of(ExperimentSummary summary)
    {
        var aims = new List<RunTarget>();
        foreach (var family in summary.Families)
        {
            if (family == Arithmetic) aims.AddRange(OfArithmetic(summary, family));
            else if (family.StartsWith(Countdown, StringComparison.Ordinal)) aims.AddRange(OfCountdown(summary, family));
        }

        return aims;
    }

    private static IEnumerable<RunTarget> OfArithmetic(ExperimentSummary summary, string family)
    {
        Estimate? Steps(ExperimentModel model) => summary.Score(new Subject(model), family, Metric.EveryStepRight)?.Rate;
        if (Steps(ExperimentModel.Base) is { } before) yield return new RunTarget($"{family}, every step right before RL", $"at most {EstimateWords.Percent(RunTargets.MostBefore)}", EstimateWords.Share(before), before.Value <= RunTargets.MostBefore);
        if (Steps(ExperimentModel.Reinforced) is { } after) yield return new RunTarget($"{family}, every step right after RL", $"at least {EstimateWords.Percent(RunTargets.LeastAfter)}", EstimateWords.Share(after), after.Value >= RunTargets.LeastAfter);
        if (summary.Contrast(ExperimentQuestion.All.First(q => q.Key == "thought"), family) is { } gap) yield return new RunTarget($"{family}, answers right above the control without thought", "at least 20 percentage points", ExperimentFindings.Difference(gap), gap.Difference.Value >= RunTargets.LeastGap);
    }

    private static IEnumerable<RunTarget> OfCountdown(ExperimentSummary summary, string family)
    {
        var (before, after) = (new Subject(ExperimentModel.Base), new Subject(ExperimentModel.Reinforced));
        if (summary.Score(before, family) is null || summary.Score(after, family) is null) yield break;
        var ratio = ExperimentScores.Times(summary.Evidence, before, after, family);
        yield return new RunTarget($"{family}, solved after over before RL", $"at least {RunTargets.LeastRatio} times", EstimateWords.Times(ratio), ratio.Value >= RunTargets.LeastRatio);
        var change = ExperimentScores.Longer(summary.Evidence, before, after, family);
        var (shorter, longer) = (Tokens(summary, before, family), Tokens(summary, after, family));
        yield return new RunTarget($"{family}, completion length after RL", "longer than before", $"{EstimateWords.Tokens(shorter)} to {EstimateWords.Tokens(longer)} tokens{(change.Finding == Finding.NotToldApart ? $" ({DifferenceWords.None("this experiment")})" : "")}", change.Value > 0);
    }

    private static double Tokens(ExperimentSummary summary, Subject subject, string family) => ExperimentScores.Tokens(summary.Evidence, subject, [family]).Value;
}
