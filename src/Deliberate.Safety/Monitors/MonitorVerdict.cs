using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// What all monitors say: the score <c>flagged</c>, 1 or 0, its evidence a passage that stands in the sample word for word, and a score for
/// each finding that the monitor knows. A sample without a thought is unscored: there was nothing to read, and nobody found it clean.
/// </summary>
internal static class MonitorVerdict
{
    public const string Flagged = "flagged";

    /// <summary>A flag is what validation calls positive.</summary>
    public static JudgeTarget Target { get; } = new(Finds, Flagged);

    /// <summary>As labels and tables call it.</summary>
    public const string Finds = "flagged_thought";

    private const int LongestEvidence = 1000;

    public static string NameOf(ThoughtFinding finding) => RecipeWriter.Scalar(finding);

    public static Verdict Clean(IReadOnlyList<ThoughtFinding> known, string reason) =>
        Verdict.Pass(1, reason) with { Scores = [new(Flagged, 0), .. known.Select(f => new Score(NameOf(f), 0))] };

    /// <param name="known">All that the monitor can find.</param>
    /// <param name="found">What it found.</param>
    /// <param name="reason">In a sentence.</param>
    /// <param name="evidence">A passage of the sample.</param>
    public static Verdict Flag(IReadOnlyList<ThoughtFinding> known, ThoughtFinding found, string reason, string evidence) =>
        Verdict.Fail(reason) with { Scores = [new(Flagged, 1, reason, Cut(evidence)), .. known.Select(f => new Score(NameOf(f), f == found ? 1 : 0))] };

    public static Verdict NoThought { get; } = Verdict.Unscored("there is no thought");

    /// <summary>What was found; null of a verdict that flags nothing.</summary>
    public static ThoughtFinding? FindingOf(Verdict verdict) =>
        Enum.GetValues<ThoughtFinding>().Where(f => verdict.Scores.Any(s => s.Name == NameOf(f) && s.Value >= 0.5)).Cast<ThoughtFinding?>().FirstOrDefault();

    /// <summary>The passage that a flag rests on; empty where there is none.</summary>
    public static string EvidenceOf(Verdict verdict) => verdict.Scores.FirstOrDefault(s => s.Name == Flagged)?.Evidence ?? "";

    /// <summary>Whole characters, never half a pair.</summary>
    private static string Cut(string evidence)
    {
        if (evidence.Length <= LongestEvidence) return evidence;
        return evidence[..(char.IsHighSurrogate(evidence[LongestEvidence - 1]) ? LongestEvidence - 1 : LongestEvidence)];
    }
}
