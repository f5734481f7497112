using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// Sees to it that every turn is learned with what ends it, or a model would learn to go on: templates mark the text of a turn
/// without the token behind it (<c>{% generation %}</c> around the content only), and some write no end at all.
/// </summary>
internal sealed class TurnEnds(TextFormat format)
{
    private readonly string[] _ends = [.. format.StopIds.Select(id => format.Tokenizer.IdToToken(id)).OfType<string>().Where(token => token.Length > 0), .. format.TurnEnd.Mark is { } mark ? (string[])[mark] : []];

    /// <summary>The token to end a text with that its template does not end.</summary>
    public int Token { get; } = format.TurnEnd.Token ?? format.StopIds[0];

    /// <summary>Whether a text ends with what ends a turn, white space apart.</summary>
    public bool IsEnded(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd();
        foreach (var end in _ends)
            if (text.EndsWith(end, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>The text with the ends of its turns learned; a text a turn where one that is not the last has none.</summary>
    public IReadOnlyList<LearnedText> Of(LearnedText learned)
    {
        var spans = learned.Spans.ToArray();
        var last = new int[learned.Starts.Count];
        var isOne = true;
        for (var turn = 0; turn < last.Length; turn++)
        {
            var (begin, until) = Bounds(learned, turn);
            last[turn] = Array.FindLastIndex(spans, span => span.Start < until && span.End > begin);
            // What reaches into the next turn learns all that stands between.
            if (last[turn] < 0 || spans[last[turn]].End > until) continue;
            var (start, end) = spans[last[turn]];
            if (EndBehind(learned.Text, end, until) is { } ended) spans[last[turn]] = (start, ended);
            else isOne &= turn == last.Length - 1;
        }

        if (isOne) return [learned with { Spans = spans }];
        return [.. last.Select((span, turn) => (Span: span, Bounds: Bounds(learned, turn))).Where(t => t.Span >= 0).Select(t => new LearnedText(
            learned.Text[..spans[t.Span].End], [t.Bounds.Begin], [.. spans.Where(span => span.Start < t.Bounds.Until && span.End > t.Bounds.Begin)]))];
    }

    /// <summary>Where a turn begins, and the next one.</summary>
    private static (int Begin, int Until) Bounds(LearnedText learned, int turn) =>
        (learned.Starts[turn], turn + 1 < learned.Starts.Count ? learned.Starts[turn + 1] : learned.Text.Length);

    /// <summary>Where what ends a turn ends, in the text before a place or behind it, white space apart; null where nothing does.</summary>
    private int? EndBehind(string text, int at, int until)
    {
        if (IsEnded(text.AsSpan(0, at))) return at;
        var rest = text.AsSpan(at, until - at);
        var behind = rest.TrimStart();
        foreach (var end in _ends)
            if (behind.StartsWith(end, StringComparison.Ordinal)) return at + rest.Length - behind.Length + end.Length;
        return null;
    }
}
