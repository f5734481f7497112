using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// Which tokens the assistant wrote: what supervised training takes its loss from. As transformers does: from the token that
/// holds a span's first character to the one that holds its last, whatever stands beside the span in those two.
/// </summary>
internal static class AssistantMask
{
    /// <param name="spans">[start, end) in code points, as <see cref="RenderedChat.AssistantSpans"/>.</param>
    /// <param name="offsets">[start, end) in code points of each token [tokens], in order.</param>
    /// <returns>1 for the assistant's tokens, else 0 [tokens].</returns>
    public static byte[] From(IReadOnlyList<(int Start, int End)> spans, ReadOnlySpan<(int Start, int End)> offsets)
    {
        var mask = new byte[offsets.Length];
        foreach (var (start, end) in spans)
        {
            if (end <= start) continue;
            var first = TokenAt(offsets, start);
            var last = TokenAt(offsets, end - 1);

            // A first character in no token: nothing to mark. A last one in none: the text was cut short, so all that is left.
            if (first < 0) continue;
            for (var i = first; i <= (last < 0 ? offsets.Length - 1 : last); i++) mask[i] = 1;
        }

        return mask;
    }

    /// <summary>The first token that holds a character; -1 where none does. Tokens of the bytes of one character share its offsets.</summary>
    private static int TokenAt(ReadOnlySpan<(int Start, int End)> offsets, int character)
    {
        for (var i = 0; i < offsets.Length; i++)
        {
            if (offsets[i].Start <= character && character < offsets[i].End) return i;
        }

        return -1;
    }
}
