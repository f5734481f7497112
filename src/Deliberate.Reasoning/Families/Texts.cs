namespace Deliberate.Reasoning;

/// <summary>What the texts of all families have in common.</summary>
internal static class Texts
{
    public const string Yes = "yes", No = "no";

    /// <summary>Tags, newline and digits, then the family's own symbols.</summary>
    public static IReadOnlyList<string> Alphabet(params IReadOnlyList<string> own) =>
        [ChainOfThought.OpeningTag, ChainOfThought.ClosingTag, "\n", .. "0123456789".Select(c => c.ToString()), .. own];

    public static string YesOrNo(bool yes) => yes ? Yes : No;

    /// <summary>The verdict on an answer that is right in one form only.</summary>
    public static Verdict VerifyExactly(string answer, string right) =>
        string.Equals(answer, right, StringComparison.Ordinal) ? Verdict.Pass() : Verdict.Fail("wrong answer");

    /// <summary>A step of a model, short enough to be quoted in a reason.</summary>
    public static string Quote(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "...");
}
