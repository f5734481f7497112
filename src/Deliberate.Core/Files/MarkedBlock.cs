namespace Deliberate.Core;

/// <summary>
/// The part of a text file between two marks, each on a line of its own: what a program writes into a page that people write.
/// <code>&lt;!-- NAME: begin --&gt;
/// anything
/// &lt;!-- NAME: end --&gt;</code>
/// </summary>
internal static class MarkedBlock
{
    /// <summary>Puts new content between the marks; all else stays as it is.</summary>
    /// <exception cref="UserError">The file is not there, or does not have both marks once, in this order.</exception>
    public static void Replace(string path, string name, string content)
    {
        if (!File.Exists(path)) throw new UserError("There is no such file.", path, advice: $"It needs the lines {Begin(name)} and {End(name)}.");
        AtomicFile.WriteText(path, Replaced(File.ReadAllText(path), path, name, content));
    }

    /// <summary>Checks before any time is spent that <see cref="Replace"/> will find its marks.</summary>
    public static void Check(string path, string name)
    {
        if (!File.Exists(path)) throw new UserError("There is no such file.", path, advice: $"It needs the lines {Begin(name)} and {End(name)}.");
        Replaced(File.ReadAllText(path), path, name, "");
    }

    /// <summary>What stands between the marks.</summary>
    /// <exception cref="UserError">The file does not have both marks once, in this order.</exception>
    public static string Content(string path, string name)
    {
        var text = File.ReadAllText(path);
        var (begin, end) = Bounds(text, path, name);
        return text[begin..end].Trim('\n');
    }

    private static string Replaced(string text, string path, string name, string content)
    {
        var (begin, end) = Bounds(text, path, name);
        return $"{text[..begin]}\n{content.TrimEnd('\n')}\n{text[end..]}";
    }

    /// <summary>Behind the first mark, and before the second.</summary>
    private static (int Begin, int End) Bounds(string text, string path, string name)
    {
        var (begin, end) = (Find(text, Begin(name), path), Find(text, End(name), path));
        return end < begin ? throw new UserError($"{End(name)} comes before {Begin(name)}.", path, advice: "Put the marks in order.") : (begin + Begin(name).Length, end);
    }

    private static int Find(string text, string mark, string path)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0) throw new UserError($"The mark {mark} is missing.", path, advice: "Put it on a line of its own where the numbers are to stand.");
        if (text.IndexOf(mark, at + 1, StringComparison.Ordinal) >= 0) throw new UserError($"The mark {mark} is there twice.", path, advice: "Leave one of them.");
        return at;
    }

    private static string Begin(string name) => $"<!-- {name}: begin -->";

    private static string End(string name) => $"<!-- {name}: end -->";
}
