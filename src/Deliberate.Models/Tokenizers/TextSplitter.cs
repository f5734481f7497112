using System.Text;

namespace Deliberate.Models;

/// <summary>Each occurrence of a text is a match.</summary>
internal sealed class TextSplitter(string pattern) : Splitter
{
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(pattern);

    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        while (_pattern.Length > 0)
        {
            var skipped = text[start..end].IndexOf(_pattern);
            if (skipped < 0) break;
            Add(parts, start, start + skipped, matches: false);
            start += skipped;
            Add(parts, start, start + _pattern.Length, matches: true);
            start += _pattern.Length;
        }

        Add(parts, start, end, matches: false);
    }
}
