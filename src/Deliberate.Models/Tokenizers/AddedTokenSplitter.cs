using System.Buffers;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Finds added tokens in a text: the leftmost, of those the longest, and none that overlap, by a trie over bytes. A
/// <see cref="AddedToken.SingleWord"/> match inside a word is passed over as a whole, as the reference library does.
/// </summary>
internal sealed class AddedTokenSplitter
{
    private readonly List<Dictionary<byte, int>> _children = [[]];
    private readonly List<AddedToken?> _ending = [null];
    private readonly SearchValues<byte> _first;

    /// <param name="tokens">The tokens, each with the text to look for.</param>
    public AddedTokenSplitter(IEnumerable<(AddedToken Token, byte[] Text)> tokens)
    {
        var first = new List<byte>();
        foreach (var (token, text) in tokens)
        {
            if (text.Length == 0) continue;
            first.Add(text[0]);
            var node = 0;
            foreach (var value in text)
            {
                if (!_children[node].TryGetValue(value, out var next))
                {
                    next = _children.Count;
                    _children[node].Add(value, next);
                    _children.Add([]);
                    _ending.Add(null);
                }

                node = next;
            }

            _ending[node] ??= token;
        }

        IsEmpty = first.Count == 0;
        _first = SearchValues.Create(first.ToArray());
    }

    public bool IsEmpty { get; }

    /// <summary>A stretch of text, or an added token with the white space it swallowed.</summary>
    public readonly record struct Segment(int Start, int End, AddedToken? Token);

    /// <summary>Cuts text[start..end) into segments; empty stretches are left out.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="matchSpecial">False leaves special tokens as plain text.</param>
    /// <param name="segments">Receives the segments.</param>
    public void Split(ReadOnlySpan<byte> text, int start, int end, bool matchSpecial, List<Segment> segments)
    {
        if (start >= end) return;
        var shown = start;
        for (var position = start; position < end && !IsEmpty;)
        {
            var skipped = text[position..end].IndexOfAny(_first);
            if (skipped < 0) break;
            position += skipped;
            var (token, length) = Longest(text[position..end]);
            if (token is null)
            {
                position++;
                continue;
            }

            var (from, to) = (position, position + length);
            position = to;
            if ((token.Special && !matchSpecial) || (token.SingleWord && TouchesWord(text[start..end], from - start, to - start))) continue;
            if (token.LeftStrip)
                while (from > shown && PreviousIsSpace(text, shown, from, out var before)) from = before;
            if (token.RightStrip)
                while (to < end && CharacterClasses.At(text, to, out var width).HasFlag(CharacterClass.Space)) to += width;
            if (shown < from) segments.Add(new(shown, from, null));
            segments.Add(new(from, to, token));
            shown = to;
            position = Math.Max(position, to);
        }

        if (shown < end) segments.Add(new(shown, end, null));
    }

    private (AddedToken? Token, int Length) Longest(ReadOnlySpan<byte> text)
    {
        (AddedToken?, int) best = (null, 0);
        var node = 0;
        for (var i = 0; i < text.Length && _children[node].TryGetValue(text[i], out node); i++)
            if (_ending[node] is { } token) best = (token, i + 1);
        return best;
    }

    private static bool TouchesWord(ReadOnlySpan<byte> text, int from, int to)
    {
        if (to < text.Length && CharacterClasses.At(text, to, out _).HasFlag(CharacterClass.Word)) return true;
        if (from == 0) return false;
        Rune.DecodeLastFromUtf8(text[..from], out var rune, out _);
        return CharacterClasses.Of(rune).HasFlag(CharacterClass.Word);
    }

    private static bool PreviousIsSpace(ReadOnlySpan<byte> text, int floor, int position, out int before)
    {
        Rune.DecodeLastFromUtf8(text[floor..position], out var rune, out var width);
        before = position - width;
        return Rune.IsWhiteSpace(rune);
    }
}
