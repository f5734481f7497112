namespace Deliberate.Reasoning;

/// <summary>
/// Mathematical equality of two written answers, LaTeX or plain: the same number (exactly, where it is a fraction), the same
/// expression, tuple, set, interval, equation, matrix, or the same words. A rounded decimal is not the number it approximates; units
/// and currency may be left out, and are not converted; <c>50\%</c> is 50 as well as 0.5; letters of multiple choice match whatever is around them.
/// </summary>
internal sealed class MathGrader : IAnswerGrader
{
    private static readonly MathNode Hundred = new NumberNode(Rational.Of(100));

    public string Name => "math";

    public string Description => "the same mathematical value or object, LaTeX or plain";

    public AnswerMatch Compare(string reference, string answer)
    {
        if (MathText.Clean(reference) is not { } gold || MathText.Clean(answer) is not { } given) return AnswerMatch.Unreadable;
        if (given.Length == 0 || gold.Length == 0) return AnswerMatch.Different;
        if (gold == given || (!PartsDigits(gold) && !PartsDigits(given) && gold.Replace(" ", "", StringComparison.Ordinal) == given.Replace(" ", "", StringComparison.Ordinal))) return AnswerMatch.Equal;
        if (gold.Any(char.IsAsciiLetterUpper) && ChoiceGrader.Letters(gold) is { } wanted && wanted.All(c => c <= 'J') && ChoiceGrader.Letters(given) is { } letters) return letters == wanted ? AnswerMatch.Equal : AnswerMatch.Different;
        var golds = MathAnswer.Readings(gold);
        var answers = MathAnswer.Readings(given);
        var result = AnswerMatch.Unreadable;
        foreach (var a in golds)
        {
            foreach (var b in answers)
            {
                var equal = Equal(a, b);
                if (equal == true) return AnswerMatch.Equal;
                if (equal == false) result = AnswerMatch.Different;
            }
        }

        return result;
    }

    public string? Objection(string reference)
    {
        if (MathText.Clean(reference) is not { } clean) return "It is too long, or holds characters that no answer has.";
        if (clean.Length == 0) return "It is empty.";
        return MathAnswer.Readings(clean).Count == 0 ? "It cannot be read as mathematics or words, so only the very same text will be right." : null;
    }

    /// <summary>Whether a space parts two digits: then it is not only there to look at.</summary>
    private static bool PartsDigits(string clean)
    {
        for (var i = 1; i + 1 < clean.Length; i++)
        {
            if (clean[i] == ' ' && char.IsAsciiDigit(clean[i - 1]) && char.IsAsciiDigit(clean[i + 1])) return true;
        }

        return false;
    }

    private static bool? Equal(MathAnswer gold, MathAnswer given)
    {
        if (gold.Unit is not null && given.Unit is not null && MathUnits.Canonical(gold.Unit) is { } a && MathUnits.Canonical(given.Unit) is { } b && a != b) return false;
        var equal = MathComparer.Equal(gold.Node, given.Node);
        if (equal == true || gold.Percent == given.Percent) return equal;
        return gold.Percent
            ? MathComparer.Equal(new CallNode("div", gold.Node, Hundred), given.Node)
            : MathComparer.Equal(gold.Node, new CallNode("div", given.Node, Hundred));
    }
}
