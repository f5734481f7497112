using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Deliberate.Evaluation;

/// <summary>
/// Rules on the form of a text that a program can check: what an instruction demands, as <c>kind:argument</c>. The one visible list of
/// what the suites on instructions know.
/// </summary>
internal static partial class TextRules
{
    private static readonly Dictionary<string, Func<string, string, bool>> Kinds = new(StringComparer.Ordinal)
    {
        ["starts"] = (text, words) => Plain(text).StartsWith(Plain(words), StringComparison.Ordinal),
        ["ends"] = (text, words) => Plain(text).EndsWith(Plain(words), StringComparison.Ordinal),
        ["has"] = (text, words) => $" {Plain(text)} ".Contains($" {Plain(words)} ", StringComparison.Ordinal),
        ["lacks"] = (text, words) => !$" {Plain(text)} ".Contains($" {Plain(words)} ", StringComparison.Ordinal),
        ["only"] = (text, words) => Plain(text) == Plain(words),
        ["more"] = (text, words) => Plain(text) != Plain(words),
        ["without"] = (text, signs) => !text.Contains(signs, StringComparison.OrdinalIgnoreCase),
        ["with"] = (text, signs) => text.Contains(signs, StringComparison.OrdinalIgnoreCase),
        ["lower"] = (text, _) => !text.Any(char.IsUpper) && text.Any(char.IsLower),
        ["upper"] = (text, _) => !text.Any(char.IsLower) && text.Any(char.IsUpper),
        ["no-digits"] = (text, _) => !text.Any(char.IsDigit),
        ["digits"] = (text, _) => text.Any(char.IsDigit),
        ["lines-at-most"] = (text, count) => Lines(text) <= Whole(count),
        ["lines-at-least"] = (text, count) => Lines(text) >= Whole(count),
        ["words-at-most"] = (text, count) => WordCount(text) <= Whole(count),
        ["words-at-least"] = (text, count) => WordCount(text) >= Whole(count),
        ["json"] = (text, field) => HasField(text, field),
        ["no-list"] = (text, _) => !ListLine().IsMatch(text),
        ["list"] = (text, count) => ListLine().Count(text) == Whole(count),
        ["question"] = (text, _) => text.TrimEnd().EndsWith('?'),
    };

    /// <summary>Whether the text keeps the rule.</summary>
    public static bool Holds(string rule, string text)
    {
        var at = rule.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? Kinds[rule](text, "") : Kinds[rule[..at]](text, rule[(at + 1)..]);
    }

    /// <summary>Words in lower case with one space between: what is around them does not matter.</summary>
    public static string Plain(string text) => string.Join(' ', Word().Matches(text.ToLowerInvariant()).Select(m => m.Value));

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int Lines(string text) => text.Split('\n').Count(l => !string.IsNullOrWhiteSpace(l));

    private static int WordCount(string text) => Word().Count(text);

    private static bool HasField(string text, string field)
    {
        var (start, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        if (start < 0 || end < start) return false;
        try
        {
            using var json = JsonDocument.Parse(text[start..(end + 1)]);
            return json.RootElement.TryGetProperty(field, out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"^\s{0,4}(\d{1,2}[.)]|[-*•])\s", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListLine();
}
