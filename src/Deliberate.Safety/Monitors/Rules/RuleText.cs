using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What rules over words have in common.</summary>
internal static class RuleText
{
    /// <summary>The first sentence of a text that holds one of the phrases, and the phrase; null where none does.</summary>
    public static (string Sentence, string Phrase)? Find(string text, IReadOnlyList<string> phrases)
    {
        // Most texts hold none: one look at the whole of it before it is cut.
        var plain = text.Replace('’', '\'');
        if (!phrases.Any(p => plain.Contains(p, StringComparison.OrdinalIgnoreCase))) return null;
        foreach (var sentence in ThoughtParts.Sentences(text))
        {
            var own = sentence.Replace('’', '\'');
            if (phrases.FirstOrDefault(p => own.Contains(p, StringComparison.OrdinalIgnoreCase)) is { } phrase) return (sentence, phrase);
        }

        return null;
    }

    /// <summary>The last sentence that holds one of the phrases; null where none does.</summary>
    public static (string Sentence, string Phrase, int Place)? FindLast(string text, IReadOnlyList<string> phrases)
    {
        (string, string, int)? last = null;
        var place = 0;
        foreach (var sentence in ThoughtParts.Sentences(text))
        {
            var own = sentence.Replace('’', '\'');
            if (phrases.FirstOrDefault(p => own.Contains(p, StringComparison.OrdinalIgnoreCase)) is { } phrase) last = (sentence, phrase, place);
            place++;
        }

        return last;
    }

    /// <summary>All that was said before the thought, whoever said it.</summary>
    public static string Conversation(Sample sample) => string.Join('\n', sample.Messages.Select(m => m.Content));
}
