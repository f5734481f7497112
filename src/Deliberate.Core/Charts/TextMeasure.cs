namespace Deliberate.Core;

/// <summary>
/// How wide a text will be, guessed from the mean width of a letter in the fonts of common systems (a little too wide, so that
/// labels keep clear of each other), and where to break it.
/// </summary>
internal static class TextMeasure
{
    public static double Width(string text, double size = 13, bool bold = false) => text.Length * size * (bold ? 0.585 : 0.55);

    /// <summary>Breaks at spaces into lines of at most <paramref name="width"/>; a word too long for a line stands alone.</summary>
    public static List<string> Wrap(string text, double width, double size, bool bold = false, int most = 3)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && Width(longer, size, bold) > width)
            {
                lines.Add(line);
                line = word;
            }
            else
            {
                line = longer;
            }
        }

        if (line.Length > 0) lines.Add(line);
        if (lines.Count > most)
        {
            lines.RemoveRange(most, lines.Count - most);
            lines[^1] += "…";
        }

        for (var i = 0; i < lines.Count; i++) lines[i] = Cut(lines[i], width, size, bold);
        return lines;
    }

    /// <summary>The text, cut with an ellipsis where it is wider than <paramref name="width"/>.</summary>
    public static string Cut(string text, double width, double size = 13, bool bold = false)
    {
        if (Width(text, size, bold) <= width) return text;
        var letters = Math.Max(1, (int)(width / Width("n", size, bold)) - 1);
        if (letters < text.Length && char.IsHighSurrogate(text[letters - 1])) letters--;
        return string.Concat(text.AsSpan(0, Math.Min(letters, text.Length)).TrimEnd(), "…");
    }
}
