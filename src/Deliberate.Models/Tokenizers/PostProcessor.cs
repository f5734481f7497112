namespace Deliberate.Models;

/// <summary>
/// The fifth stage, for a single sequence: special tokens before and after the text (begin of text, end of text), and offsets
/// that leave out the white space at the ends of a token.
/// </summary>
/// <param name="Before">Ids put in front when special tokens are asked for.</param>
/// <param name="After">Ids put behind.</param>
/// <param name="TrimsOffsets">Whether offsets leave out white space.</param>
/// <param name="KeepsPrefixSpace">A single space at the start of the text stays, as it may be one that the tokenizer added.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After, bool TrimsOffsets, bool KeepsPrefixSpace)
{
    public static PostProcessor None { get; } = new([], [], TrimsOffsets: false, KeepsPrefixSpace: false);

    /// <summary>The offsets of a token, given how many white-space characters its spelling begins and ends with.</summary>
    public (int Start, int End) Trim(bool isFirst, (int Start, int End) offsets, int leading, int trailing)
    {
        if (!TrimsOffsets) return offsets;
        var (start, end) = offsets;
        if (leading > 0)
        {
            if ((isFirst || start == 0) && KeepsPrefixSpace && leading == 1) leading = 0;
            start = Math.Min(start + leading, end);
        }

        if (trailing > 0 && end >= trailing) end = Math.Max(end - trailing, start);
        return (start, end);
    }

    /// <summary>White-space characters, and letters that stand for a space, at both ends of a token's spelling.</summary>
    public static (int Leading, int Trailing) CountSpaces(string token)
    {
        var space = ByteLetters.Letter((byte)' ');
        int leading = 0, trailing = 0;
        while (leading < token.Length && (token[leading] == space || char.IsWhiteSpace(token[leading]))) leading++;
        while (trailing < token.Length && (token[^(trailing + 1)] == space || char.IsWhiteSpace(token[^(trailing + 1)]))) trailing++;
        return (leading, trailing);
    }
}
