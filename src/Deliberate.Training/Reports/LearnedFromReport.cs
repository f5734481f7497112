using System.Globalization;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What a report says of the problems of a run and of what it imitated, whoever made them.</summary>
internal static class LearnedFromReport
{
    /// <summary>What was asked, of whom, and how often.</summary>
    public static string Description(ProblemFacts problems)
    {
        if (problems.Description is { } description) return description;
        var judge = problems.Judge == JudgeKind.Verifier ? $"the verifier <{problems.JudgedBy}>" : $"the grader {problems.JudgedBy}";
        var held = problems.TestFiles.Count > 0 ? $"held out are those of {Names(problems.TestFiles)}" : problems.HeldOut == 0 ? "none is held out" : "one in eight is held out, chosen by a hash of its text";
        var count = problems is { Count: { } train, HeldOut: { } test } ? string.Create(CultureInfo.InvariantCulture, $"; {train:N0} to train on, {test:N0} to measure on") : "";
        return $"Problems of your own from {Names(problems.TrainFiles)}, judged by {judge}; {held}{count}. Steps are not checked.";
    }

    /// <summary>What was imitated; null without a supervised stage.</summary>
    public static string? Corpus(RunFacts facts)
    {
        if (facts.Imitation is not { } imitation) return null;
        var writers = imitation.Corpus.Count switch
        {
            0 => "",
            1 => $"{Writers(imitation.Corpus[0].Writers, "its writers")}. ",
            _ => string.Concat(imitation.Corpus.Select(c => $"{c.Family}: {Writers(c.Writers, "writers")}. ")),
        };
        var learned = imitation.Target is { } target ? $"The model learned {target} from" : "The base imitated";
        var passes = imitation.Passes is { } over ? string.Create(CultureInfo.InvariantCulture, $" ({over:0.##} passes)") : "";
        if (imitation.Files.Count > 0)
            return string.Create(CultureInfo.InvariantCulture, $"{learned} {imitation.Tokens:N0} tokens of {Names(imitation.Files)}{passes}")
                + (imitation.CorpusShare > 0 ? string.Create(CultureInfo.InvariantCulture, $" and of a made-up corpus, which gave {100 * imitation.CorpusShare:0}% of the examples: {writers.TrimEnd()}") : ".");
        return string.Create(CultureInfo.InvariantCulture, $"{learned} {imitation.Tokens:N0} tokens of a made-up corpus that stands for a pretraining corpus: ")
            + writers + "Test problems occur neither in it nor in what the model practises on: a hash of the problem decides the split.";
    }

    /// <summary>What was left out of the run's data files before, a sentence each.</summary>
    public static IEnumerable<string> Filtered(RunFacts facts) => (facts.Filters ?? []).Select(filter =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(filter.File)} is what a filter left of {filter.Input}: {filter.Kept:N0} of {filter.Lines:N0} lines")
        + (filter.Dropped.Count == 0 ? "." : $"; dropped were {string.Join(", ", filter.Dropped.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Value:N0} ({d.Key.Replace('_', ' ')})")))}."));

    /// <summary>What the last evaluation could not read or verify; nothing where it read and verified all.</summary>
    public static IEnumerable<string> Outcomes(RunEvidence run)
    {
        if (run.Final is not { } samples) yield break;
        var (unread, cut, failed) = (samples.Count(s => s.Outcome == SampleOutcome.Unscored), samples.Count(s => s.Outcome == SampleOutcome.CutWhileThinking), samples.Count(s => !s.IsJudged));
        if (cut > 0) yield return string.Create(CultureInfo.InvariantCulture, $"Of the {samples.Count} samples of the last evaluation the token budget cut {cut} off while thinking; they have no answer, and count as not right.");
        if (run.Facts.Problems is not { Judge: not JudgeKind.Checker }) yield break;
        if (unread > 0) yield return string.Create(CultureInfo.InvariantCulture, $"Of the {samples.Count} samples of the last evaluation {unread} had no answer that could be read; they count as not right.");
        if (failed > 0) yield return string.Create(CultureInfo.InvariantCulture, $"The verifier failed on {failed} of them; they are left out of every figure here.");
    }

    private static string Writers(CorpusMixture m, string who) =>
        $"{EstimateWords.Percent(m.Careful)} of {who} are careful, {EstimateWords.Percent(m.SlipProne)} slip, {EstimateWords.Percent(m.SystematicallyWrong)} hold a misconception and apply it every time, {EstimateWords.Percent(m.GivesUpEarly)} give up early";

    private static string Names(IReadOnlyList<string> files) => string.Join(", ", files.Select(f => Path.GetFileName(f)));
}
