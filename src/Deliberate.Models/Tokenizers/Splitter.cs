namespace Deliberate.Models;

/// <summary>What becomes of a match, and of what lies between matches (the names of the reference library).</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Finds the parts of a stretch of text that match a pattern and those that do not.</summary>
internal abstract class Splitter
{
    /// <summary>A part of the text; parts follow each other without a gap; only matches of regular expressions may be empty.</summary>
    public readonly record struct Part(int Start, int End, bool Matches);

    /// <summary>Cuts text[start..end) into parts.</summary>
    public abstract void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts);

    /// <summary>Adds a part unless it is empty.</summary>
    protected static void Add(List<Part> parts, int start, int end, bool matches)
    {
        if (start < end) parts.Add(new(start, end, matches));
    }
}
