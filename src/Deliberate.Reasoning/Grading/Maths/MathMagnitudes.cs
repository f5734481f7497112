namespace Deliberate.Reasoning;

/// <summary>Words behind a number that multiply it: <c>1.5 billion</c>, <c>5 dozen</c>, <c>3 hundredths</c>; and letters that do, where no variable can be meant.</summary>
internal static class MathMagnitudes
{
    private static readonly Dictionary<string, Rational> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hundred"] = Ten(2),
        ["thousand"] = Ten(3),
        ["million"] = Ten(6),
        ["billion"] = Ten(9),
        ["trillion"] = Ten(12),
        ["quadrillion"] = Ten(15),
        ["quintillion"] = Ten(18),
        ["lakh"] = Ten(5),
        ["crore"] = Ten(7),
        ["dozen"] = Rational.Of(12),
        ["tenth"] = Ten(-1),
        ["hundredth"] = Ten(-2),
        ["thousandth"] = Ten(-3),
        ["millionth"] = Ten(-6),
        ["billionth"] = Ten(-9),
        ["half"] = Part(2),
        ["halve"] = Part(2),
        ["third"] = Part(3),
        ["fourth"] = Part(4),
        ["fifth"] = Part(5),
        ["sixth"] = Part(6),
        ["seventh"] = Part(7),
        ["eighth"] = Part(8),
        ["ninth"] = Part(9),
        ["eleventh"] = Part(11),
        ["twelfth"] = Part(12),
        ["sixteenth"] = Part(16),
        ["twentieth"] = Part(20),
    };

    private static readonly Dictionary<string, Rational> Letters = new(StringComparer.Ordinal)
    {
        ["k"] = Ten(3),
        ["K"] = Ten(3),
        ["M"] = Ten(6),
        ["mn"] = Ten(6),
        ["mln"] = Ten(6),
        ["B"] = Ten(9),
        ["bn"] = Ten(9),
        ["T"] = Ten(12),
        ["tn"] = Ten(12),
    };

    /// <summary>What a word multiplies by; null for any other word, and for ordinals such as "5 third graders".</summary>
    public static Rational? Of(string word, bool one)
    {
        word = word.Trim('.', ',');
        if (word.Length < 4) return null;
        var plural = word.EndsWith('s');
        if (!Words.TryGetValue(plural ? word[..^1] : word, out var factor)) return null;
        return factor.IsInteger || plural != one ? factor : null;
    }

    /// <summary>What a letter right behind a number multiplies by: <c>40k</c>, <c>1.5M</c>.</summary>
    public static Rational? OfLetter(string letter) => Letters.TryGetValue(letter, out var factor) ? factor : null;

    private static Rational Ten(int power) => Rational.Power(Rational.Of(10), power)!.Value;

    private static Rational Part(int parts) => Rational.Of(1, parts)!.Value;
}
