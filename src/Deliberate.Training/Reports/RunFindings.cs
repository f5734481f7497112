using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// The sentences and cards at the top of the page, computed from the evaluations: what went up, by how much, with intervals, and
/// in so many words where it did not.
/// </summary>
internal static class RunFindings
{
    /// <param name="run">A run that is no control.</param>
    /// <param name="control">Its control, if any.</param>
    /// <param name="alone">The page has room for more of it.</param>
    public static IEnumerable<KeyNumber> Cards(RunEvidence run, RunEvidence? control, bool alone)
    {
        if (run is { Base: null, Final: { } measured } && !run.Facts.Learns)
        {
            var right = SampleMeasure.Accuracy.Of(run.First(measured));
            yield return new KeyNumber(EstimateWords.Percent(right.Value), $"{RunWords.Name(run)}, solved {run.Learning.After}", EstimateWords.IntervalMade(right));
        }

        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a) = (run.First(before), run.First(after));
        var bySteps = run.Thinks && !RunWords.IsSearch(run);
        var (from, to) = bySteps ? (SampleMeasure.StepsRight.Of(b), SampleMeasure.StepsRight.Of(a)) : (SampleMeasure.Accuracy.Of(b), SampleMeasure.Accuracy.Of(a));
        var first = run is { Facts.Learns: true, Start: { } start } ? $", {LearningWords.OfImitation(run.Facts).Before} {EstimateWords.Percent((bySteps ? SampleMeasure.StepsRight : SampleMeasure.Accuracy).Of(run.First(start)).Value)}" : "";
        yield return new KeyNumber(EstimateWords.Percent(to.Value), $"{RunWords.Name(run)}, {(bySteps ? "every step right" : "solved")}", $"{EstimateWords.IntervalMade(to)}; {run.Learning.Before} {EstimateWords.Percent(from.Value)}{first}");
        if (run.Thinks && (alone || RunWords.IsSearch(run)))
        {
            var (shorter, longer) = (SampleMeasure.CompletionLength.Of(b), SampleMeasure.CompletionLength.Of(a));
            yield return new KeyNumber($"{Whole(shorter.Value)} → {Whole(longer.Value)}", $"{RunWords.Name(run)}, completion length", $"mean tokens, before → after {run.Learning.Short}{(SampleMeasure.CompletionLength.Change(b, a).Finding == Finding.NotToldApart ? $"; {DifferenceWords.None("this run")}" : "")}", ChartTone.Green);
        }

        if (control?.Final is not { } direct) yield break;
        var without = SampleMeasure.Accuracy.Of(control.First(direct));
        yield return new KeyNumber(EstimateWords.Percent(without.Value), $"{RunWords.Name(run)}, control without thought", $"{EstimateWords.IntervalMade(without)}; with thought {EstimateWords.Percent(SampleMeasure.Accuracy.Of(a).Value)} of answers right", ChartTone.Orange);
    }

    /// <summary>What the evaluations say: values, and the differences that are told apart.</summary>
    public static IEnumerable<string> Shows(RunEvidence run, RunEvidence? control) =>
        Findings(run, control).Where(f => f.Difference is not { Finding: Finding.NotToldApart }).Select(f => f.Text);

    /// <summary>Differences that are not told apart, what holds of every report, and what this one lacks.</summary>
    public static IEnumerable<string> DoesNotShow(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> runs)
    {
        foreach (var (text, difference) in runs.SelectMany(r => Findings(r.Run, r.Control)))
            if (difference is { Finding: Finding.NotToldApart }) yield return text;
        foreach (var (run, _) in runs.Where(r => !r.Run.HasFacts)) yield return RunHeading.Unknown(run);
        if (runs.Any(r => r.Run.Facts.Imitation is { Corpus.Count: > 0 })) yield return "How a model pretrained on natural text would start: the corpus is made up, a mixture of writers that stands for one.";
        if (runs.Any(r => r.Run.Facts.Problems is { Judge: JudgeKind.Checker })) yield return "That a larger model on natural problems would behave alike: these are small models on generated problems with exact checkers.";
        foreach (var (run, _) in runs.Where(r => r.Run.Facts.Problems is { Judge: not JudgeKind.Checker }))
            yield return $"{RunWords.Name(run)}: whether what is right was reasoned out. Only answers are judged, no step is checked.";
        yield return Seeds([.. runs.Select(r => r.Run)]);
        foreach (var (run, _) in runs.Where(r => r.Run.Thinks && r.Control is null))
            yield return $"{RunWords.Name(run)}: what the thought itself contributes, since there is no control without thought beside it.";
        foreach (var (run, _) in runs.Where(r => !r.Run.IsOver))
            yield return string.Create(CultureInfo.InvariantCulture, $"{RunWords.Name(run)}: how it ends. The run is not finished: {run.Progress}.");
    }

    /// <summary>What is left open about seeds: all, or what several of the same run would tell if they were taken together.</summary>
    private static string Seeds(RunEvidence[] runs)
    {
        var most = runs.Max(run => runs.Where(other => other == run || IsOtherSeed(run, other)).Select(r => r.Facts.Seeds.Run).Distinct().Count());
        return most == 1
            ? $"How much results vary with the seed: {(runs.Length == 1 ? "this is one seed" : "each run is one seed")}. Intervals cover the choice of problems and samples only."
            : string.Create(CultureInfo.InvariantCulture, $"How much results vary with the seed beyond what {most} runs of the same recipe show: each interval is of one run and covers its choice of problems and samples only.");
    }

    private static bool IsOtherSeed(RunEvidence run, RunEvidence other) =>
        RecipeDifferences.Of(run.Recipe, other.Recipe).All(d => d.Key is "seed" or "evaluation.seed");

    /// <summary>Every sentence, with the difference that it speaks of; null where it speaks of none.</summary>
    private static IEnumerable<(string Text, Estimate? Difference)> Findings(RunEvidence run, RunEvidence? control)
    {
        if (run is { Facts.Learns: false, Start: null, Final: { } measured })
        {
            var reached = EstimateWords.Share(SampleMeasure.Accuracy.Of(run.First(measured)));
            yield return (run.Facts.Imitation is null ? $"{RunWords.Name(run)}: the model as it was loaded gave {reached} right answers; nothing was trained." : $"{RunWords.Name(run)}: {(run.Facts.Imitation.Target is { } target ? $"training on {target}" : "imitation")} alone reached {reached} right answers.", null);
            yield break;
        }

        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a, name) = (run.First(before), run.First(after), RunWords.Name(run));
        if (run is { Facts.Learns: true, Start: { } opened, Imitated: { } imitated })
        {
            var (s, i, imitation) = (run.First(opened), run.First(imitated), LearningWords.OfImitation(run.Facts).Long);
            yield return Right($"{name}: after {imitation}", s, i, "before");
            yield return Right($"{name}: at the end", s, a, "in the model that the run started from");
        }

        yield return Right($"{name}: after {run.Learning.Long}", b, a, "before");
        if (run.Thinks)
        {
            yield return Change($"{name}: every step is right in {EstimateWords.Share(SampleMeasure.StepsRight.Of(a))}, before {EstimateWords.Share(SampleMeasure.StepsRight.Of(b))}.", SampleMeasure.StepsRight.Change(b, a), SampleMeasure.StepsRight.Detectable(b, a));
            yield return Length(run, b, a);
            yield return (Budget(run, b, a), null);
        }

        if (control?.Final is not { } direct) yield break;
        var (without, gap) = (control.First(direct), SampleMeasure.Accuracy.Change(control.First(direct), a));
        var said = DifferenceWords.Of(gap, "With thought more of the same problems are solved", "With thought fewer of the same problems are solved", $"With thought there is, on the same problems, {DifferenceWords.None("these runs")}");
        yield return ($"{name}: the control that answers at once reached {EstimateWords.Share(SampleMeasure.Accuracy.Of(without))}. {said}: {EstimateWords.Points(gap)}.", gap);
    }

    private static (string Text, Estimate? Difference) Right(string when, List<ScoredSample> before, List<ScoredSample> after, string earlier) => Change(
        $"{when} {EstimateWords.Share(SampleMeasure.Accuracy.Of(after))} of the answers are right, {earlier} {EstimateWords.Share(SampleMeasure.Accuracy.Of(before))}.", SampleMeasure.Accuracy.Change(before, after), SampleMeasure.Accuracy.Detectable(before, after));

    /// <summary>Where nothing was told apart, what these problems would have shown.</summary>
    private static (string Text, Estimate? Difference) Change(string values, Estimate change, double? detectable)
    {
        var said = DifferenceWords.Of(change, "On the same problems that is a gain", "On the same problems that is a loss", $"On the same problems that is {DifferenceWords.None("this run")}");
        var least = change.Finding != Finding.NotToldApart ? "" : detectable is { } found ? $" These problems show a true difference of {EstimateWords.Points(found)} or more with a probability of 80%." : " So few problems show no difference.";
        return ($"{values} {said}: {EstimateWords.Points(change)}.{least}", change);
    }

    private static (string Text, Estimate? Difference) Length(RunEvidence run, List<ScoredSample> b, List<ScoredSample> a)
    {
        string Apart(List<ScoredSample> s) => $"right answers {EstimateWords.Tokens(SampleMeasure.CompletionLengthRight.Of(s).Value)}, wrong ones {EstimateWords.Tokens(SampleMeasure.CompletionLengthWrong.Of(s).Value)}";
        var change = SampleMeasure.CompletionLength.Change(b, a);
        var said = DifferenceWords.Of(change, "completions became longer", "completions became shorter", $"in completion length there is {DifferenceWords.None("this run")}");
        var (thoughtBefore, thoughtAfter) = (SampleMeasure.ThoughtLength.Of(b), SampleMeasure.ThoughtLength.Of(a));
        var thought = thoughtBefore.IsMeasured && thoughtAfter.IsMeasured ? $" Of these the thought has {EstimateWords.Tokens(thoughtBefore.Value)} and {EstimateWords.Tokens(thoughtAfter.Value)}." : "";
        return ($"{RunWords.Name(run)}: {said}: {EstimateWords.Tokens(SampleMeasure.CompletionLength.Of(b).Value)} tokens before ({Apart(b)}), {EstimateWords.Tokens(SampleMeasure.CompletionLength.Of(a).Value)} after ({Apart(a)}); {(run.HasFacts ? RewardWords.Length(run.Facts) : "whether length was rewarded is not known")}.{thought}", change);
    }

    private static string Budget(RunEvidence run, List<ScoredSample> b, List<ScoredSample> a)
    {
        string Shares(List<ScoredSample> s) => string.Join(", ", run.Budgets.Select(k => EstimateWords.Percent(SampleMeasure.Within(k).Of(s).Value)));
        return $"{RunWords.Name(run)}: cut at {string.Join(", ", run.Budgets)} tokens, {Shares(a)} of the answers {run.Learning.After} are right and complete; {run.Learning.Before} {Shares(b)}.";
    }

    private static string Whole(double value) => double.IsFinite(value) ? value.ToString("0", CultureInfo.InvariantCulture) : "none";
}
