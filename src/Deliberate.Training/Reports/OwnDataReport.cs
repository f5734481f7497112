using System.Globalization;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a report says of data and problems of the user's, where it otherwise speaks of a family and its corpus.</summary>
internal static class OwnDataReport
{
    public static string Description(ProblemsRecipe problems)
    {
        var judge = problems.Verifier is { } verifier
            ? $"the verifier <{(verifier.Command.Count > 0 ? string.Join(' ', verifier.Command) : verifier.Name ?? Path.GetFileName(verifier.Assembly))}>"
            : $"the grader {problems.Grader ?? AnswerGraders.Default}";
        var held = problems.Test.Count > 0 ? $"held out are those of {Names(problems.Test)}" : "one in eight is held out, chosen by a hash of its text";
        return $"Problems of your own from {Names(problems.Train)}, judged by {judge}; {held}. Steps are not checked.";
    }

    /// <summary>What was imitated; null where it was a family's corpus alone.</summary>
    public static string? Corpus(SupervisedRecipe supervised) => supervised.Data.Count == 0 || supervised.Steps == 0 ? null
        : string.Create(CultureInfo.InvariantCulture, $"The base imitated {supervised.Tokens:N0} tokens of {Names(supervised.Data)}")
            + (supervised.CorpusShare > 0 ? string.Create(CultureInfo.InvariantCulture, $" and of a made-up corpus, which gave {100 * supervised.CorpusShare:0}% of the examples.") : ".");

    /// <summary>What the last evaluation could not read or verify; nothing where it read and verified all.</summary>
    public static IEnumerable<string> Outcomes(RunEvidence run)
    {
        if (run.Final is not { } samples) yield break;
        var (unread, cut, failed) = (samples.Count(s => s.Outcome == SampleOutcome.Unscored), samples.Count(s => s.Outcome == SampleOutcome.CutWhileThinking), samples.Count(s => !s.IsJudged));
        if (cut > 0) yield return string.Create(CultureInfo.InvariantCulture, $"Of the {samples.Count} samples of the last evaluation the token budget cut {cut} off while thinking; they have no answer, and count as not right.");
        if (!run.IsOwn) yield break;
        if (unread > 0) yield return string.Create(CultureInfo.InvariantCulture, $"Of the {samples.Count} samples of the last evaluation {unread} had no answer that could be read; they count as not right.");
        if (failed > 0) yield return string.Create(CultureInfo.InvariantCulture, $"The verifier failed on {failed} of them; they are left out of every figure here.");
    }

    private static string Names(IReadOnlyList<string> files) => string.Join(", ", files.Select(f => Path.GetFileName(f)));
}
