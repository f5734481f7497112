namespace Deliberate.Models;

/// <summary>
/// The patterns of GPT-2, Llama 3 and Qwen 2 by hand, over code points; every part is a match, and the parts cover the text.
/// GPT-2: contractions in lower case; one optional space before letters, numbers or others; white space.
/// Llama 3 and Qwen 2: contractions in any case; one optional character that is neither letter, number nor line end before
/// letters; one to three numbers (Qwen: one); others with a space before and line ends after; white space up to its last line end.
/// In all of them white space before a word leaves its last character to the word.
/// </summary>
internal sealed class WordSplitter : Splitter
{
    /// <summary>GPT-2's pattern as tokenizer files spell it.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's pattern.</summary>
    public const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen 2's pattern.</summary>
    public const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const CharacterClass Word = CharacterClass.Letter | CharacterClass.Number | CharacterClass.Space;

    private readonly bool _newer;
    private readonly int _longestNumber;

    private WordSplitter(bool newer, int longestNumber) => (_newer, _longestNumber) = (newer, longestNumber);

    public static WordSplitter Gpt2 { get; } = new(newer: false, longestNumber: int.MaxValue);

    /// <summary>The splitter by hand of a pattern, or null if there is none.</summary>
    public static WordSplitter? ForPattern(string pattern) => pattern switch
    {
        Gpt2Pattern => Gpt2,
        Llama3Pattern => new WordSplitter(newer: true, longestNumber: 3),
        Qwen2Pattern => new WordSplitter(newer: true, longestNumber: 1),
        _ => null,
    };

    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        text = text[..end];
        while (start < end)
        {
            var next = _newer ? NextNewer(text, start) : NextGpt2(text, start);
            parts.Add(new(start, next, Matches: true));
            start = next;
        }
    }

    private static int NextGpt2(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, anyCase: false) is var contraction and > 0) return start + contraction;
        var position = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = CharacterClasses.At(text, position, out var length) & Word;
        if ((kind & CharacterClass.Space) != 0) return WhiteSpace(text, start);
        return Run(text, position + length, kind);
    }

    private int NextNewer(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, anyCase: true) is var contraction and > 0) return start + contraction;
        var first = CharacterClasses.At(text, start, out var length);
        var after = start + length;
        if ((first & CharacterClass.Letter) != 0) return Run(text, after, CharacterClass.Letter);
        if ((first & CharacterClass.Number) != 0)
        {
            for (var count = 1; count < _longestNumber && after < text.Length; count++)
            {
                if ((CharacterClasses.At(text, after, out length) & CharacterClass.Number) == 0) break;
                after += length;
            }

            return after;
        }

        if ((first & CharacterClass.NewLine) == 0 && after < text.Length && (CharacterClasses.At(text, after, out length) & CharacterClass.Letter) != 0)
            return Run(text, after + length, CharacterClass.Letter);
        if ((first & CharacterClass.Space) == 0) return LineEnds(text, Run(text, after, CharacterClass.Other));
        if (text[start] == ' ' && after < text.Length && (CharacterClasses.At(text, after, out length) & Word) == 0)
            return LineEnds(text, Run(text, after + length, CharacterClass.Other));
        return WhiteSpaceToLineEnd(text, start);
    }

    /// <summary>Past the characters whose class, of letter, number and space, is the one given.</summary>
    private static int Run(ReadOnlySpan<byte> text, int position, CharacterClass kind)
    {
        while (position < text.Length && (CharacterClasses.At(text, position, out var length) & Word) == kind) position += length;
        return position;
    }

    private static int LineEnds(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length && text[position] is (byte)'\r' or (byte)'\n') position++;
        return position;
    }

    /// <summary>White space; all of it at the end of the text, else all but the last character if there is more than one.</summary>
    private static int WhiteSpace(ReadOnlySpan<byte> text, int start)
    {
        int position = start, last = start;
        while (position < text.Length && (CharacterClasses.At(text, position, out var length) & CharacterClass.Space) != 0)
        {
            last = position;
            position += length;
        }

        return position == text.Length || last == start ? position : last;
    }

    private static int WhiteSpaceToLineEnd(ReadOnlySpan<byte> text, int start)
    {
        var lineEnd = -1;
        for (var position = start; position < text.Length;)
        {
            var kind = CharacterClasses.At(text, position, out var length);
            if ((kind & CharacterClass.Space) == 0) break;
            position += length;
            if ((kind & CharacterClass.NewLine) != 0) lineEnd = position;
        }

        return lineEnd > 0 ? lineEnd : WhiteSpace(text, start);
    }

    /// <summary>Length of 's 't 're 've 'm 'll 'd, or 0. In any case, the long s (U+017F) is an s.</summary>
    private static int Contraction(ReadOnlySpan<byte> text, int start, bool anyCase)
    {
        if (start + 1 >= text.Length) return 0;
        var fold = anyCase ? 0x20 : 0;
        var second = text[start + 1] | fold;
        if (second is 's' or 't' or 'm' or 'd') return 2;
        if (start + 2 >= text.Length) return 0;
        if (anyCase && text[start + 1] == 0xC5 && text[start + 2] == 0xBF) return 3;
        var third = text[start + 2] | fold;
        return (second, third) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
