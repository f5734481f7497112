using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Whether what is said outside of the thought includes the reference: as a whole word or number unless it may stand anywhere, so that
/// 5 is not found in 25 nor in 5.5; upper and lower case alike unless said otherwise.
/// </summary>
/// <param name="anywhere">Also within a longer word or number.</param>
/// <param name="matchCase">Whether case counts.</param>
/// <param name="negate">Whether the reference must not be there.</param>
internal sealed class IncludesScorer(bool anywhere = false, bool matchCase = false, bool negate = false) : IScorer, IIdentified
{
    public string Name => negate ? "excludes" : "includes";

    public string Identity => $"{Name}{(anywhere ? " anywhere" : "")}{(matchCase ? " in case" : "")}";

    public int BatchSize => int.MaxValue;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(Judge)]);

    public Verdict Judge(Sample sample)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        var reference = sample.Problem.Answer.Trim();
        if (reference.Length == 0) return Verdict.HarnessError("the item has no reference to look for");
        var isThere = IsIn(sample.Text, reference);
        if (negate) return isThere ? Verdict.Fail($"it says \"{reference}\"") : Verdict.Pass();
        return isThere ? Verdict.Pass() : string.IsNullOrWhiteSpace(sample.Text) ? Verdict.Unscored("nothing is said") : Verdict.Fail("the reference is not in it");
    }

    private bool IsIn(string text, string reference)
    {
        var comparison = matchCase ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        for (var at = text.IndexOf(reference, comparison); at >= 0; at = text.IndexOf(reference, at + 1, comparison))
            if (anywhere || IsWhole(text, at, at + reference.Length)) return true;
        return false;
    }

    private static bool IsWhole(string text, int start, int end)
    {
        if (char.IsLetterOrDigit(text[start]) && start > 0 && (char.IsLetterOrDigit(text[start - 1]) || (char.IsAsciiDigit(text[start]) && Joins(text, start - 1, -1)))) return false;
        return !(char.IsLetterOrDigit(text[end - 1]) && end < text.Length && (char.IsLetterOrDigit(text[end]) || (char.IsAsciiDigit(text[end - 1]) && Joins(text, end, 1))));
    }

    /// <summary>Whether a sign joins digits into one number: a point or comma with a digit behind it, a minus before it.</summary>
    private static bool Joins(string text, int at, int direction)
    {
        var next = at + direction;
        if (text[at] is '.' or ',') return next >= 0 && next < text.Length && char.IsAsciiDigit(text[next]);
        return direction < 0 && text[at] is '-' or '\u2212' && (next < 0 || !char.IsLetterOrDigit(text[next]));
    }
}
