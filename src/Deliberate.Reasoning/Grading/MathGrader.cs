namespace Deliberate.Reasoning;

/// <summary>
/// Mathematical equality of two written answers, LaTeX or plain: the same number (exactly, where it is a fraction), the same
/// expression, tuple, set, interval, equation, matrix, or the same words. A rounded decimal is not the number it approximates; units,
/// counted nouns and currency may be left out, but not differ, and are not converted; <c>50\%</c> is 50 as well as 0.5; letters of
/// multiple choice match whatever is around them.
/// </summary>
/// <param name="lists">Whether the order of a reference's list counts.</param>
internal sealed class MathGrader(AnswerLists lists = AnswerLists.Usual) : IAnswerGrader
{
    public string Name => "math";

    public string Description => "the same mathematical value or object, LaTeX or plain";

    public AnswerMatch Compare(string reference, string answer)
    {
        if (MathText.Clean(reference) is not { } gold || MathText.Clean(answer) is not { } given) return AnswerMatch.Unreadable;
        if (given.Length == 0 || gold.Length == 0) return AnswerMatch.Different;
        if (gold == given || (!PartsDigits(gold) && !PartsDigits(given) && gold.Replace(" ", "", StringComparison.Ordinal) == given.Replace(" ", "", StringComparison.Ordinal))) return AnswerMatch.Equal;
        if (Letters(gold, given) is { } same) return same ? AnswerMatch.Equal : AnswerMatch.Different;
        var golds = MathAnswer.Readings(gold);
        var answers = MathAnswer.Readings(given);
        var comparer = new MathComparer(new MathBudget(), lists);
        var result = AnswerMatch.Unreadable;
        foreach (var a in golds)
        {
            foreach (var b in answers)
            {
                if (!MayMeet(a, b)) continue;
                var equal = comparer.Equal(a.Node, b.Node);
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
        var readings = MathAnswer.Readings(clean);
        if (readings.Count == 0) return "It cannot be read as mathematics or words.";
        var equations = new MathEquations(new MathScalars(new MathBudget()));
        return readings.TrueForAll(r => equations.Readings(r.Node).Count == 0) ? "It is an equation that is not true." : null;
    }

    /// <summary>Whether both are letters of multiple choice, and the same; null where the reference is none, or the answer is something else.</summary>
    private bool? Letters(string gold, string given)
    {
        if (!gold.Any(char.IsAsciiLetterUpper) || ChoiceGrader.Sequence(gold) is not { } wanted || wanted.Any(c => c > 'J') || ChoiceGrader.Sequence(given) is not { } letters) return null;

        // Two letters apart are a choice of both; letters run together are a label, and three or more an ordering.
        var ordered = lists == AnswerLists.Ordered || (lists == AnswerLists.Usual && (wanted.Length > 2 || (wanted.Length == 2 && (AreJoined(gold) || AreJoined(given)))));
        return ordered ? letters == wanted : letters.Order().Distinct().SequenceEqual(wanted.Order().Distinct());
    }

    private static bool AreJoined(string clean)
    {
        for (var i = 0; i + 1 < clean.Length; i++)
        {
            if (char.IsAsciiLetterUpper(clean[i]) && char.IsAsciiLetterUpper(clean[i + 1])) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether two readings may be compared. A letter behind a number is a unit only where the other side says one, or, in an
    /// answer, where the reference has no letters that could be variables.
    /// </summary>
    private static bool MayMeet(MathAnswer reference, MathAnswer answer)
    {
        if (reference.Bare == BareLetters.None && answer.Bare == BareLetters.None) return true;
        if (reference.Bare != BareLetters.None && answer.Bare != BareLetters.None) return false;
        if (answer.Bare != BareLetters.None) return HasUnit(reference.Node) || (!MathSymbols.Any(reference.Node) && answer.Bare != BareLetters.Joined);
        return HasUnit(answer.Node) || (!MathSymbols.Any(answer.Node) && reference.Bare == BareLetters.Magnitude);
    }

    private static bool HasUnit(MathNode node) => node is QuantityNode || MathSymbols.Children(node).Any(HasUnit);

    /// <summary>Whether a space parts two digits: then it is not only there to look at.</summary>
    private static bool PartsDigits(string clean)
    {
        for (var i = 1; i + 1 < clean.Length; i++)
        {
            if (clean[i] == ' ' && char.IsAsciiDigit(clean[i - 1]) && char.IsAsciiDigit(clean[i + 1])) return true;
        }

        return false;
    }
}
