namespace Deliberate.Reasoning;

/// <summary>Whole numbers as the families write them: ASCII digits, no sign, no leading zero, a bounded number of digits.</summary>
internal static class WholeNumber
{
    public static bool TryTake(ReadOnlySpan<char> text, ref int position, int mostDigits, out int value)
    {
        value = 0;
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]) && position - start <= mostDigits) value = (value * 10) + (text[position++] - '0');
        var digits = position - start;
        return digits >= 1 && digits <= mostDigits && (digits == 1 || text[start] != '0');
    }

    /// <summary>Reads the whole text as one number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, int mostDigits, out int value)
    {
        var position = 0;
        return TryTake(text, ref position, mostDigits, out value) && position == text.Length;
    }
}
