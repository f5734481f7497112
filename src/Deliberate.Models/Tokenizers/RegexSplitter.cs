using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Any other pattern, in the dialect of Oniguruma, as the reference library has it (<see cref="PatternParser"/>), over code points.
/// A pattern that takes more than a second on a text is a user error.
/// </summary>
internal sealed class RegexSplitter : Splitter
{
    private const int LongestPattern = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TranslatedPattern _translated;
    private readonly string _pattern;
    private readonly string? _file;
    private readonly string _stage;

    /// <param name="pattern">The pattern.</param>
    /// <param name="file">For errors.</param>
    /// <param name="stage">For errors: the stage of the tokenizer that it stands in.</param>
    public RegexSplitter(string pattern, string? file, string stage)
    {
        (_pattern, _file, _stage) = (pattern, file, stage);
        var field = $"{stage}: Regex";
        if (pattern.Length > LongestPattern) throw new UserError($"The pattern is longer than {LongestPattern} characters.", file, field: field);
        _translated = TranslatedPattern.Of(pattern, Patience, file, field);
    }

    /// <summary>Matches without length are parts too: they cut the text between its characters.</summary>
    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        if (start == end) return;
        var classes = new char[end - start];
        var positions = new int[end - start + 1];
        var count = 0;
        for (var position = start; position < end; count++)
        {
            Rune.DecodeFromUtf8(text[position..end], out var rune, out var length);
            classes[count] = _translated.Classes.Of(rune);
            positions[count] = position;
            position += length;
        }

        positions[count] = end;
        var started = Stopwatch.GetTimestamp();
        var pending = start;
        var last = -1;
        try
        {
            foreach (var match in _translated.Regex.EnumerateMatches(classes.AsSpan(0, count)))
            {
                CheckPatience(started, end - start);
                // One that is empty at the end of the match before it does not count.
                if (match.Length == 0 && match.Index == last) continue;
                last = match.Index + match.Length;
                Add(parts, pending, positions[match.Index], matches: false);
                pending = positions[last];
                parts.Add(new Part(positions[match.Index], pending, Matches: true));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw TooSlow(e);
        }

        Add(parts, pending, end, matches: false);
    }

    /// <summary>Throws where a text has taken longer than a second, and a microsecond for each byte.</summary>
    /// <param name="started">Time stamp.</param>
    /// <param name="bytes">Of the whole text.</param>
    public void CheckPatience(long started, int bytes)
    {
        if (Stopwatch.GetElapsedTime(started) > Patience + TimeSpan.FromMicroseconds(bytes)) throw TooSlow(null);
    }

    private UserError TooSlow(Exception? inner) =>
        new($"The tokenizer's pattern {_pattern} takes more than a second on this text.", _file, field: _stage, advice: "Mend the pattern, if you trust the rest of the file.", inner: inner);
}
