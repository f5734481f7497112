using System.Text.RegularExpressions;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Where in a completion the final answer stands.</summary>
public enum AnswerFormat
{
    /// <summary>Behind one of the marks that <see cref="AnswerExtraction"/> knows; without a mark there is no answer.</summary>
    Marked,

    /// <summary>All of the text after the thought.</summary>
    Whole,

    /// <summary>As <see cref="Marked"/>, and without a mark the last number in the text. Lenient: it reads answers that were not meant as such.</summary>
    LastNumber,
}

/// <summary>
/// The final answer of a completion. A thought is never searched, by whatever tags models mark it, and while it is unfinished there
/// is no answer. Marks, the first kind that occurs, and of
/// its kind the last: <c>\boxed{}</c> or <c>\fbox{}</c>; <c>&lt;answer&gt;&lt;/answer&gt;</c>; the text under a heading
/// <c># Answer</c>; the line behind <c>####</c>; "the answer is ..." up to the end of the sentence; <c>Answer: ...</c>; "option is (B)".
/// Runs in time linear in the text: every repetition in the patterns is bounded.
/// </summary>
public static partial class AnswerExtraction
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.RightToLeft;

    /// <param name="completion">Without its end-of-text token.</param>
    /// <param name="format">Where to look.</param>
    /// <param name="truncated">Whether the token budget ended it: then only what is closed (a box, a tag) is an answer.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag (<c>&lt;think&gt;</c>), the completion begins within the thought.</param>
    /// <returns>Null where there is no answer; an empty box is an empty answer.</returns>
    public static string? Extract(string completion, AnswerFormat format = AnswerFormat.Marked, bool truncated = false, string prompt = "") =>
        ThinkingSplit.Of(completion, prompt).Answer is { } text ? Find(text, format, truncated) : null;

    /// <param name="text">What stands behind the thought.</param>
    internal static string? Find(string text, AnswerFormat format, bool truncated)
    {
        if (format == AnswerFormat.Whole) return truncated || string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        var (closed, ended) = Closed(text);
        if (closed is not null || ended || truncated) return closed;
        return Open(text) ?? (format == AnswerFormat.LastNumber && Number().Match(text) is { Success: true } number ? number.Value.TrimEnd(',') : null);
    }

    /// <summary>An answer with a mark at its end, and whether a box was begun at all: one that is not closed is no answer, nor is anything before it.</summary>
    private static (string? Answer, bool Ended) Closed(string text)
    {
        int boxed = text.LastIndexOf(@"\boxed", StringComparison.Ordinal), framed = text.LastIndexOf(@"\fbox", StringComparison.Ordinal);
        if (boxed >= 0 || framed >= 0) return (Box(text, boxed > framed ? boxed + @"\boxed".Length : framed + @"\fbox".Length), true);
        var close = text.LastIndexOf("</answer>", StringComparison.OrdinalIgnoreCase);
        var open = close < 0 ? -1 : text.LastIndexOf("<answer>", close, StringComparison.OrdinalIgnoreCase);
        return open < 0 ? (null, false) : (Bare(text[(open + "<answer>".Length)..close]), true);
    }

    private static string? Open(string text)
    {
        if (Heading().Match(text) is { Success: true } heading) return NullIfEmpty(Bare(text[(heading.Index + heading.Length)..]));
        var hashes = text.LastIndexOf("####", StringComparison.Ordinal);
        if (hashes >= 0) return NullIfEmpty(Bare(Line(text, hashes + 4)));
        if (Phrase().Match(text) is { Success: true } phrase) return NullIfEmpty(Letter(Sentence(Line(text, phrase.Index + phrase.Length))));
        if (Label().Match(text) is { Success: true } label) return NullIfEmpty(Letter(Bare(Line(text, label.Index + label.Length))));
        return OptionPhrase().Match(text) is { Success: true } option ? option.Groups["letter"].Value.ToUpperInvariant() : null;
    }

    /// <summary>The content of the box whose name ends before <paramref name="at"/>; without braces, the next token.</summary>
    private static string? Box(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        if (at >= text.Length) return null;
        if (text[at] != '{')
        {
            var end = at + 1;
            if (text[at] == '\\') while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            return Bare(text[at..end]);
        }

        var depth = 0;
        for (var i = at; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return Bare(text[(at + 1)..i]);
        }

        return null;
    }

    private static string Line(string text, int from)
    {
        var end = text.IndexOf('\n', from);
        return end < 0 ? text[from..] : text[from..end];
    }

    /// <summary>Up to the full stop that ends it; one inside a number or a formula does not.</summary>
    private static string Sentence(string line)
    {
        var formula = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '$') formula = !formula;
            if (line[i] == '.' && !formula && (i + 1 >= line.Length || char.IsWhiteSpace(line[i + 1]))) return Bare(line[..i]);
        }

        return Bare(line);
    }

    /// <summary>Without spaces, dollar signs, stars and a full stop around it.</summary>
    private static string Bare(string answer)
    {
        var bare = answer.AsSpan().Trim();
        while (true)
        {
            var before = bare.Length;
            if (bare.EndsWith(".") && !bare.EndsWith("..")) bare = bare[..^1].TrimEnd();
            if (bare.Length > 1 && bare[0] == '$' && bare[^1] == '$') bare = bare.Trim('$').Trim();
            if (bare.Length > 3 && bare.StartsWith("**") && bare.EndsWith("**")) bare = bare[2..^2].Trim();
            if (bare.Length == before) return bare.ToString();
        }
    }

    /// <summary>The letter of a choice however it is set; anything else as it is.</summary>
    private static string Letter(string answer) => answer.Any(char.IsAsciiLetterUpper) && ChoiceGrader.Letters(answer) is { Length: 1 } letter ? letter : answer;

    private static string? NullIfEmpty(string answer) => answer.Length == 0 ? null : answer;

    [GeneratedRegex(@"^#{1,6}[ \t]{0,8}(final[ \t]{1,8})?answer[ \t]{0,8}:?[ \t]{0,8}$", Options | RegexOptions.Multiline, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\banswer[ \t]{1,8}is[ \t]{0,8}:?", Options, 1000)]
    private static partial Regex Phrase();

    [GeneratedRegex(@"\banswer[ \t]{0,8}(\*\*)?[ \t]{0,8}:[ \t]{0,8}(\*\*)?", Options, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\boption[ \t]{1,8}is[ \t]{0,8}:?[ \t]{0,8}\(?(?<letter>[A-Za-z])\b\)?", Options, 1000)]
    private static partial Regex OptionPhrase();

    [GeneratedRegex(@"-?(\d[\d,]{0,40}(\.\d{1,40})?|\.\d{1,40})", Options, 1000)]
    private static partial Regex Number();
}
