using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>An aim that was set before the run, what came out, and whether that meets it.</summary>
internal sealed record RunTarget(string Name, string Aim, string Measured, bool Met);

/// <summary>
/// The aims of the quickstart at its usual length, judged by the point estimates, each of which stands with its interval:
/// arithmetic with every step right at most 65% before and at least 90% after; Countdown at least 1.7 times as many solved with
/// longer completions, and more with more budget; the control at least 20 points below. Only a set of runs like the quickstart's is held to them.
/// </summary>
internal static class RunTargets
{
    public const double MostBefore = 0.65, LeastAfter = 0.9, LeastRatio = 1.7, LeastGap = 0.2;

    /// <summary>Empty unless the runs are arithmetic with its control, and Countdown, all finished.</summary>
    public static List<RunTarget> Of(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> runs)
    {
        var arithmetic = runs.FirstOrDefault(r => r.Run.Facts.Subject == "arithmetic" && r.Control?.Final is not null && IsFinished(r.Run));
        var countdown = runs.FirstOrDefault(r => RunWords.IsSearch(r.Run) && r.Run.Thinks && IsFinished(r.Run)).Run;
        return arithmetic.Run is null || countdown is null ? [] : [.. Arithmetic(arithmetic.Run, arithmetic.Control!), .. Countdown(countdown)];
    }

    private static bool IsFinished(RunEvidence run) => run is { Base: not null, Final: not null };

    private static IEnumerable<RunTarget> Arithmetic(RunEvidence run, RunEvidence control)
    {
        var (before, after) = (run.First(run.Base!), run.First(run.Final!));
        var (from, to) = (SampleMeasure.StepsRight.Of(before), SampleMeasure.StepsRight.Of(after));
        var name = RunWords.Name(run);
        yield return new RunTarget($"{name}, every step right before RL", $"at most {EstimateWords.Percent(MostBefore)}", EstimateWords.Share(from), from.Value <= MostBefore);
        yield return new RunTarget($"{name}, every step right after RL", $"at least {EstimateWords.Percent(LeastAfter)}", EstimateWords.Share(to), to.Value >= LeastAfter);
        var gap = SampleMeasure.Accuracy.Change(control.First(control.Final!), after);
        yield return new RunTarget($"{name}, answers right above the control", "at least 20 percentage points", EstimateWords.Points(gap), gap.Value >= LeastGap);
    }

    private static IEnumerable<RunTarget> Countdown(RunEvidence run)
    {
        var (before, after) = (run.First(run.Base!), run.First(run.Final!));
        var ratio = SampleMeasure.Accuracy.Times(before, after, run.Recipe.Evaluation.Seed);
        var name = RunWords.Name(run);
        yield return new RunTarget($"{name}, solved after over before RL", $"at least {LeastRatio} times", EstimateWords.Times(ratio), ratio.Value >= LeastRatio);
        var length = SampleMeasure.CompletionLength.Change(before, after);
        yield return new RunTarget(
            $"{name}, completion length after RL", "longer than before", $"{EstimateWords.Tokens(SampleMeasure.CompletionLength.Of(before).Value)} to {EstimateWords.Tokens(SampleMeasure.CompletionLength.Of(after).Value)} tokens{(length.Finding == Finding.NotToldApart ? $" ({DifferenceWords.None("this run")})" : "")}", length.Value > 0);
        var (least, most) = (run.Budgets[0], run.Budgets[^1]);
        var (little, much) = (SampleMeasure.Within(least).Of(after), SampleMeasure.Within(most).Of(after));
        yield return new RunTarget($"{name}, solved with a larger token budget", "rises", $"{EstimateWords.Percent(little.Value)} within {least} tokens, {EstimateWords.Percent(much.Value)} within {most}", much.Value > little.Value);
    }

    /// <summary>The table, and in a sentence what was missed.</summary>
    public static ReportTable Table(IReadOnlyList<RunTarget> targets) => new(
        "What was aimed at, and what came out", ["", "result", "aim", "measured"],
        [.. targets.Select(t => (IReadOnlyList<ReportCell>)[ReportCell.Of(t.Name), ReportCell.Of(t.Met ? "met" : "missed"), ReportCell.Of(t.Aim), ReportCell.Of(t.Measured)])],
        "The aims were set for the quickstart's usual length before it was run; they are judged by the value measured, not by the end of its interval. A shorter quickstart may miss them.");

    public static string Sentence(IReadOnlyList<RunTarget> targets)
    {
        var missed = targets.Where(t => !t.Met).ToArray();
        return missed.Length == 0
            ? $"All {targets.Count} aims set beforehand were met."
            : $"Of {targets.Count} aims set beforehand {missed.Length} {(missed.Length == 1 ? "was" : "were")} missed: {string.Join("; ", missed.Select(t => $"{t.Name}: {t.Measured}, aim: {t.Aim}"))}.";
    }
}
