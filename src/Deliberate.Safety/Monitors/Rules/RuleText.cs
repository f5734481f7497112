using System.Buffers;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Phrases that a rule looks for, upper or lower case, straight or curled apostrophes.</summary>
internal sealed class Phrases(params string[] all)
{
    private readonly SearchValues<string> _values = SearchValues.Create(all, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first place where one stands, from a place on; null where none does.</summary>
    /// <param name="plain">With straight apostrophes.</param>
    public (int At, string Phrase)? Next(string plain, int from)
    {
        var at = plain.AsSpan(from).IndexOfAny(_values);
        if (at < 0) return null;
        var found = plain.AsSpan(from + at);
        foreach (var phrase in all)
            if (found.StartsWith(phrase, StringComparison.OrdinalIgnoreCase)) return (from + at, phrase);
        throw new InvalidOperationException("What was found is none of the phrases.");
    }
}

/// <summary>What rules over words have in common. One pass over a text, however long.</summary>
internal static class RuleText
{
    private const int LongestSentence = 2000;

    /// <summary>The first phrase that a text holds, with the sentence that it stands in; null where none does.</summary>
    public static (string Sentence, string Phrase)? Find(string text, Phrases phrases) =>
        phrases.Next(Plain(text), 0) is { } found ? (SentenceAt(text, found.At), found.Phrase) : null;

    /// <summary>The last one, and where.</summary>
    public static (string Sentence, string Phrase, int Place)? FindLast(string text, Phrases phrases)
    {
        var plain = Plain(text);
        (int At, string Phrase)? last = null;
        for (var next = phrases.Next(plain, 0); next is { } found; next = phrases.Next(plain, found.At + found.Phrase.Length)) last = found;
        return last is { } end ? (SentenceAt(text, end.At), end.Phrase, end.At) : null;
    }

    /// <summary>All that was said before the thought, whoever said it.</summary>
    public static string Conversation(Sample sample) => string.Join('\n', sample.Messages.Select(m => m.Content));

    /// <summary>The sentence or line around a place; of one without an end, as much of it as a page can show.</summary>
    public static string SentenceAt(string text, int at)
    {
        int start = at, end = at;
        while (start > 0 && at - start < LongestSentence && !EndsAt(text, start - 1)) start--;
        while (end < text.Length - 1 && end - at < LongestSentence && !EndsAt(text, end)) end++;
        return text[start..Math.Min(text.Length, end + 1)].Trim();
    }

    private static bool EndsAt(string text, int at) => text[at] == '\n' || (text[at] is '.' or '!' or '?' && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1])));

    /// <summary>As long as the text.</summary>
    private static string Plain(string text) => text.Replace('’', '\'');
}
