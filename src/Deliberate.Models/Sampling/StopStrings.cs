namespace Deliberate.Models;

/// <summary>
/// Ends a text at the first of some strings while it is being written. A string may come in any number of pieces, as the tokens cut
/// it; shown is what stands before it, and nothing is held back but what may still become one. Which string ends the text does not
/// depend on the pieces: the one that is complete first.
/// </summary>
/// <param name="stops">None of them empty.</param>
/// <param name="show">Given every piece in order.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops, Action<string> show)
{
    private string _held = "";

    /// <summary>Whether the text has ended; what comes after is not looked at.</summary>
    public bool Found { get; private set; }

    /// <summary>What of a whole text stands before the string that ends it.</summary>
    public static string Cut(string text, IReadOnlyList<string> stops)
    {
        var kept = "";
        var reader = new StopStrings(stops, piece => kept += piece);
        reader.Push(text);
        reader.Finish();
        return kept;
    }

    public void Push(string text)
    {
        if (Found) return;
        _held += text;
        var (begin, end) = (-1, int.MaxValue);
        foreach (var stop in stops)
        {
            var at = _held.IndexOf(stop, StringComparison.Ordinal);
            if (at < 0 || (at + stop.Length, at).CompareTo((end, begin)) >= 0) continue;
            (begin, end) = (at, at + stop.Length);
        }

        Found = begin >= 0;
        Show(Found ? begin : _held.Length - Overlap(_held, stops));
    }

    /// <summary>The text is over: shows what was held back.</summary>
    public void Finish()
    {
        if (!Found) Show(_held.Length);
    }

    /// <summary>Length of the longest end of a text that one of the strings begins with.</summary>
    public static int Overlap(string text, IReadOnlyList<string> stops)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
                if (text.AsSpan().EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal)) longest = length;
        }

        return longest;
    }

    private void Show(int length)
    {
        var text = _held[..length];
        _held = Found ? "" : _held[length..];
        if (text.Length > 0) show(text);
    }
}
