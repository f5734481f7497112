using System.Globalization;
using Deliberate.Core;

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
        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a) = (run.First(before), run.First(after));
        var bySteps = run.Thinks && !RunWords.IsSearch(run);
        var (from, to) = bySteps ? (Measures.StepsRight(b), Measures.StepsRight(a)) : (Measures.Accuracy(b), Measures.Accuracy(a));
        yield return new KeyNumber(RunWords.Percent(to.Value), $"{RunWords.Name(run)}, {(bySteps ? "every step right" : "solved")}", $"{RunWords.Interval(to)}; {run.Learning.Before} {RunWords.Percent(from.Value)}");
        if (run.Thinks && (alone || RunWords.IsSearch(run)))
        {
            var (shorter, longer) = (Measures.Length(b), Measures.Length(a));
            yield return new KeyNumber($"{Whole(shorter.Value)} → {Whole(longer.Value)}", $"{RunWords.Name(run)}, tokens of thought", $"mean, before → after {run.Learning.Short}", ChartTone.Green);
        }

        if (control?.Final is not { } direct) yield break;
        var without = Measures.Accuracy(control.First(direct));
        yield return new KeyNumber(RunWords.Percent(without.Value), $"{RunWords.Name(run)}, control without thought", $"{RunWords.Interval(without)}; with thought {RunWords.Percent(Measures.Accuracy(a).Value)} of answers right", ChartTone.Orange);
    }

    public static IEnumerable<string> Shows(RunEvidence run, RunEvidence? control)
    {
        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a, name) = (run.First(before), run.First(after), RunWords.Name(run));
        if (run.Recipe.Reinforcement.Steps == 0 && run.Recipe.ExpertIteration.Rounds == 0)
        {
            yield return $"{name}: imitation alone reached {RunWords.Share(Measures.Accuracy(a))} right answers.";
            yield break;
        }

        yield return $"{name}: after {run.Learning.Long} {RunWords.Share(Measures.Accuracy(a))} of the answers are right, before {RunWords.Share(Measures.Accuracy(b))}. {Change(Measures.Change(b, a, Measures.Right))}";
        if (run.Thinks)
        {
            yield return $"{name}: every step is right in {RunWords.Share(Measures.StepsRight(a))}, before {RunWords.Share(Measures.StepsRight(b))}.";
            yield return Length(run, b, a);
            yield return Budget(run, b, a);
        }

        if (control?.Final is not { } direct) yield break;
        var (without, gap) = (control.First(direct), Measures.Change(control.First(direct), a, Measures.Right));
        yield return $"{name}: the control that answers at once reached {RunWords.Share(Measures.Accuracy(without))}. With thought it is {RunWords.Points(gap)} {(gap.Value >= 0 ? "more" : "(less)")} on the same problems"
            + (gap.HasInterval && gap.Low <= 0 && gap.High >= 0 ? ", which chance could explain." : ".");
    }

    /// <summary>What holds of every report, and what this one lacks.</summary>
    public static IEnumerable<string> DoesNotShow(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> runs)
    {
        if (runs.Any(r => !r.Run.IsOwn))
        {
            yield return "How a model pretrained on natural text would start: the corpus is made up, a mixture of writers that stands for one.";
            yield return "That a larger model on natural problems would behave alike: these are small models on generated problems with exact checkers.";
        }

        foreach (var (run, _) in runs.Where(r => r.Run.IsOwn))
            yield return $"{RunWords.Name(run)}: whether what is right was reasoned out. Only answers are judged, no step is checked.";
        yield return "How much results vary with the seed: each run is one seed. Intervals cover the choice of problems and samples only.";
        foreach (var (run, _) in runs.Where(r => r.Run.Thinks && r.Control is null))
            yield return $"{RunWords.Name(run)}: what the thought itself contributes, since there is no control without thought beside it.";
        foreach (var (run, _) in runs.Where(r => r.Run.Final is null))
            yield return string.Create(CultureInfo.InvariantCulture, $"{RunWords.Name(run)}: how it ends. The run is not finished: {run.Progress}.");
    }

    private static string Change(Measured change) => change switch
    {
        { HasInterval: true, Low: > 0 } => $"On the same problems that is a gain of {RunWords.Points(change)}.",
        { HasInterval: true, High: < 0 } => $"On the same problems that is a loss: {RunWords.Points(change)}.",
        _ => $"The difference on the same problems, {RunWords.Points(change)}, may be chance.",
    };

    private static string Length(RunEvidence run, List<GradedSample> b, List<GradedSample> a)
    {
        string Apart(List<GradedSample> s) => $"right answers {RunWords.Tokens(Measures.Length(s.Where(x => x.Grade.Correct > 0)).Value)}, wrong ones {RunWords.Tokens(Measures.Length(s.Where(x => x.Grade.Correct == 0)).Value)}";
        var change = Measures.Change(b, a, Measures.Tokens);
        var said = change switch
        {
            { HasInterval: true, Low: > 0 } => "longer",
            { HasInterval: true, High: < 0 } => "shorter",
            _ => "not measurably longer or shorter",
        };
        return $"{RunWords.Name(run)}: thoughts became {said}: {RunWords.Tokens(Measures.Length(b).Value)} tokens before ({Apart(b)}), {RunWords.Tokens(Measures.Length(a).Value)} after ({Apart(a)}); {RunChapter.LengthRule(run)}.";
    }

    private static string Budget(RunEvidence run, List<GradedSample> b, List<GradedSample> a)
    {
        string Shares(List<GradedSample> s) => string.Join(", ", run.Budgets.Select(k => RunWords.Percent(Measures.Within(s, k).Value)));
        return $"{RunWords.Name(run)}: cut at {string.Join(", ", run.Budgets)} tokens, {Shares(a)} of the answers {run.Learning.After} are right and complete; {run.Learning.Before} {Shares(b)}.";
    }

    private static string Whole(double value) => double.IsFinite(value) ? value.ToString("0", CultureInfo.InvariantCulture) : "none";
}
