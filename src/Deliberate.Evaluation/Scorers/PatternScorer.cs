using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A regular expression over what is said outside of the thought. With a group, what the group of the last match holds must be the
/// reference; without one, a match is right. A model's text is never searched longer than a second.
/// </summary>
internal sealed class PatternScorer : IScorer, IIdentified
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Regex _pattern;
    private readonly bool _negate, _compares, _hasGroup;

    /// <param name="pattern">.NET's syntax.</param>
    /// <param name="negate">Whether it must not match.</param>
    /// <param name="compares">Whether what a group holds must be the reference; else a match is enough.</param>
    /// <exception cref="UserError">It is none.</exception>
    public PatternScorer(string pattern, bool negate = false, bool compares = true)
    {
        try
        {
            _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Multiline, Longest);
        }
        catch (ArgumentException error)
        {
            throw new UserError($"this is no regular expression: {error.Message}", field: "pattern", inner: error);
        }

        (_negate, _compares) = (negate, compares);
        _hasGroup = compares && _pattern.GetGroupNumbers().Length > 1;
        if (negate && _hasGroup) throw new UserError("a pattern that must not match has no use for a group.", field: "pattern", advice: "Write (?:...) instead of (...).");
    }

    public string Name => "pattern";

    public string Identity => $"{(_negate ? "not " : "")}pattern {_pattern}{(_compares ? "" : ", matched")}";

    public int BatchSize => int.MaxValue;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(Judge)]);

    public Verdict Judge(Sample sample)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        try
        {
            var last = _pattern.Matches(sample.Text).LastOrDefault();
            if (_negate) return last is null ? Verdict.Pass() : Verdict.Fail($"it says \"{Excerpt.Of(last.Value, 80)}\"");
            if (last is null) return _hasGroup ? Verdict.Unscored("the pattern is not found") : Verdict.Fail("the pattern is not found");
            if (!_hasGroup) return Verdict.Pass();
            var found = last.Groups.Values.Skip(1).FirstOrDefault(g => g.Success)?.Value ?? "";
            return ExactGrader.Normalise(found).Equals(ExactGrader.Normalise(sample.Problem.Answer), StringComparison.OrdinalIgnoreCase) ? Verdict.Pass() : Verdict.Fail($"\"{Excerpt.Of(found, 80)}\" is not the reference");
        }
        catch (RegexMatchTimeoutException)
        {
            return Verdict.HarnessError($"the pattern took longer than {Longest.TotalSeconds} s on this text");
        }
    }
}
