using System.Runtime.InteropServices;

namespace Deliberate.Models;

/// <summary>
/// Guesses that a text goes on as it did where its last tokens stood before, in the prompt or in what was written: the longest run of
/// at most <see cref="Longest"/> tokens, the last place of those. (Prompt lookup; Saxena 2023.) Costs a look through the text.
/// </summary>
internal sealed class LookupDrafter : IDrafter
{
    private const int Longest = 4, Shortest = 2;

    private int[] _text = [];

    public int Draft(SampleSlot slot, Span<int> draft)
    {
        var prompt = slot.Prompt!.Request.Prompt;
        var output = CollectionsMarshal.AsSpan(slot.Tokens);
        var length = prompt.Length + output.Length;
        if (_text.Length < length) _text = new int[Math.Max(length, 2 * _text.Length)];
        prompt.CopyTo(_text, 0);
        output.CopyTo(_text.AsSpan(prompt.Length));
        return Find(_text.AsSpan(0, length), draft);
    }

    public void Dispose()
    {
    }

    /// <summary>What stood behind the text's end where that stood before.</summary>
    internal static int Find(ReadOnlySpan<int> text, Span<int> draft)
    {
        for (var size = Math.Min(Longest, text.Length - 1); size >= Shortest; size--)
        {
            // Another place than the end itself, with something behind it.
            var at = text[..^1].LastIndexOf(text[^size..]);
            if (at < 0) continue;
            var behind = text[(at + size)..];
            var count = Math.Min(behind.Length, draft.Length);
            behind[..count].CopyTo(draft);
            return count;
        }

        return 0;
    }
}
