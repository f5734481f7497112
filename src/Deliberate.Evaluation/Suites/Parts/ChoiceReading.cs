using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Which of the given answers a model chose: by the letter of a statement ("the answer is B", a box), by a letter that its text
/// begins with or is, or by the text of exactly one choice in what it says. Two choices, or none, are no choice.
/// </summary>
internal static partial class ChoiceReading
{
    /// <param name="text">What stands outside of the thought.</param>
    /// <param name="choices">In the order of their letters.</param>
    /// <returns>From 0; null where the text chooses none, or several.</returns>
    public static int? Read(string text, IReadOnlyList<string> choices)
    {
        if (AnswerStatements.Last(text, truncated: false)?.Value is { Length: > 0 } stated && One(stated, choices) is { } said) return said;
        return One(text.Trim(), choices) ?? Named(text, choices);
    }

    /// <summary>The message of a question with its choices, and how to answer it.</summary>
    public static string Ask(string question, IReadOnlyList<string> choices) =>
        $"{question}\n\n{string.Join('\n', choices.Select((choice, i) => $"{Letter(i)}) {choice}"))}\n\nAnswer with the letter of one choice alone, as in: Answer: {Letter(0)}";

    public static char Letter(int choice) => (char)('A' + choice);

    /// <summary>The verdict on a sample of a question with choices, whose answer is the letter of the right one.</summary>
    public static Verdict Judge(Sample sample) => Read(sample.Text, ItemFacts.Choices(sample)) is { } chosen ? Chosen(sample, chosen) : Verdict.Unscored("no choice, or several");

    /// <summary>The same of a choice that was read.</summary>
    public static Verdict Chosen(Sample sample, int choice, string? wrong = null)
    {
        var letter = Letter(choice).ToString();
        return (letter == sample.Problem.Answer ? Verdict.Pass() : Verdict.Fail(wrong ?? $"chose {letter}")) with { Read = letter };
    }

    private static int? One(string text, IReadOnlyList<string> choices)
    {
        if (ChoiceGrader.Letters(text) is { Length: 1 } letters && letters[0] - 'A' is >= 0 and var given && given < choices.Count) return given;
        if (First().Match(text) is { Success: true } first && first.Groups["letter"].Value[0] - 'A' is >= 0 and var begun && begun < choices.Count) return begun;
        var same = Enumerable.Range(0, choices.Count).Where(i => Plain(text) == Plain(choices[i])).ToArray();
        return same.Length == 1 ? same[0] : null;
    }

    private static int? Named(string text, IReadOnlyList<string> choices)
    {
        var plain = $" {Plain(text)} ";
        var named = Enumerable.Range(0, choices.Count).Where(i => Plain(choices[i]).Length > 0 && plain.Contains($" {Plain(choices[i])} ", StringComparison.Ordinal)).ToArray();
        // "the old man" holds "the man" no less than itself.
        named = [.. named.Where(i => !named.Any(j => j != i && $" {Plain(choices[j])} ".Contains($" {Plain(choices[i])} ", StringComparison.Ordinal)))];
        return named.Length == 1 ? named[0] : null;
    }

    /// <summary>Letters and digits in lower case, everything else a single space.</summary>
    private static string Plain(string text) => Other().Replace(text.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal), " ").Trim();

    [GeneratedRegex(@"^[\s*(\[]{0,4}(?<letter>[A-J])[)\]*.:]{1,3}(\s|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex First();

    [GeneratedRegex(@"[^\p{L}\p{N}]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Other();
}
