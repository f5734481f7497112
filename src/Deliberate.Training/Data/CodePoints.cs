namespace Deliberate.Training;

/// <summary>Between places in a text as .NET counts them and in code points, as templates' marks and tokenizers' offsets are.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text) count += char.IsLowSurrogate(c) ? 0 : 1;
        return count;
    }

    /// <summary>The place of a code point, counted from 0; the end for one behind it.</summary>
    public static int PlaceOf(ReadOnlySpan<char> text, int codePoint)
    {
        var at = 0;
        while (at < text.Length && codePoint > 0)
        {
            at++;
            if (at == text.Length || !char.IsLowSurrogate(text[at])) codePoint--;
        }

        return at;
    }
}
