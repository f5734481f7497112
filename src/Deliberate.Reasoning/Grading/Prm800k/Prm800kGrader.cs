using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The rules of PRM800K's grader ("Let's Verify Step by Step", 2023), for numbers that are comparable with the paper's: the normal form of
/// MATH, then a second one, then tuples element by element, each of which must be the same text where both are fractions (one that is not
/// reduced is wrong) or one is a whole number, and else the same expression. Conservative on purpose: what it does not understand is
/// wrong. <see cref="MathGrader"/> is the better judge of answers; this one is the paper's.
/// </summary>
internal sealed partial class Prm800kGrader : IAnswerGrader
{
    private const int Longest = 20_000;
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    public string Name => "prm800k";

    public string Description => "the rules of PRM800K's grader, to compare with published numbers";

    public AnswerMatch Compare(string reference, string answer)
    {
        try
        {
            return IsRight(reference, answer) ? AnswerMatch.Equal : AnswerMatch.Different;
        }
        catch (RegexMatchTimeoutException)
        {
            return AnswerMatch.Different;
        }
    }

    public string? Objection(string reference) => string.IsNullOrWhiteSpace(reference) ? "It is empty." : reference.Length > Longest ? "It is too long." : null;

    private static bool IsRight(string reference, string answer)
    {
        if (answer.Length > Longest || reference.Length > Longest) return false;
        if (HendrycksForm.Of(reference) == HendrycksForm.Of(answer)) return true;
        var (gold, given) = (Prm800kForm.Of(reference), Prm800kForm.Of(answer));
        if (gold == given) return true;
        if (given.Length == 0 || gold.Length == 0) return false;
        var (golds, givens) = (Elements(gold), Elements(given));
        if (golds.Length != givens.Length || (golds.Length > 1 && (gold[0] != given[0] || gold[^1] != given[^1]))) return false;
        return golds.Zip(givens).All(pair => IsSame(pair.First, pair.Second));
    }

    private static bool IsSame(string gold, string given)
    {
        if (Fraction().IsMatch(gold) && Fraction().IsMatch(given)) return gold == given;
        return Prm800kForm.IsWhole(gold) == Prm800kForm.IsWhole(given) && MayBeEvaluated($"({gold})-({given})") && SymbolicDifference.IsZero(gold, given);
    }

    /// <summary>The elements of a tuple or interval without brackets inside; else the text itself.</summary>
    private static string[] Elements(string text)
    {
        var s = Prm800kForm.WithoutThousands(text);
        return s.Length > 2 && IsBracket(s[0]) && IsBracket(s[^1]) && !s[1..^1].Any(IsBracket) ? [.. s[1..^1].Split(',').Select(e => e.Trim())] : [s];
    }

    private static bool IsBracket(char c) => c is '(' or ')' or '[' or ']';

    /// <summary>At most two letters that could be variables, and no power that algebra would hang on.</summary>
    private static bool MayBeEvaluated(string difference) =>
        difference.Replace("sqrt", "", StringComparison.Ordinal).Replace("frac", "", StringComparison.Ordinal).Where(char.IsLetter).Distinct().Count() <= 2
        && !difference.Contains("^{", StringComparison.Ordinal) && !difference.Contains("^(", StringComparison.Ordinal) && !Powers().IsMatch(difference);

    [GeneratedRegex("^-?[0-9]+.?/0*[1-9][0-9]*.?$", Options, 1000)]
    private static partial Regex Fraction();

    [GeneratedRegex(@"\^[0-9]+\^|\^[0-9][0-9]+", Options, 1000)]
    private static partial Regex Powers();
}
