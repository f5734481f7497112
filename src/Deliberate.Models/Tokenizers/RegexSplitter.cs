using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Any other pattern, by .NET's regular expressions. Those work on UTF-16 units, so a character beyond U+FFFF is shown to them
/// as one seldom used letter, number, mark or symbol of the same general category; a pattern that names such characters is
/// refused. A pattern that takes more than a second on a text is a user error.
/// </summary>
internal sealed class RegexSplitter : Splitter
{
    private const int LongestPattern = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly char[] StandIns = MakeStandIns();

    private readonly Regex _regex;
    private readonly string _pattern;
    private readonly string? _file;

    /// <param name="pattern">The pattern.</param>
    /// <param name="file">For errors.</param>
    /// <param name="field">For errors.</param>
    public RegexSplitter(string pattern, string? file, string field)
    {
        (_pattern, _file) = (pattern, file);
        if (pattern.Length > LongestPattern)
            throw new UserError($"The pattern is longer than {LongestPattern} characters.", file, field: field);
        foreach (var unit in pattern)
            if (char.IsSurrogate(unit)) throw new UserError("Patterns that name characters beyond U+FFFF are not supported.", file, field: field);
        try
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            throw new UserError($"Not a pattern that .NET understands: {e.Message}", file, field: field, inner: e);
        }
    }

    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        var shown = new StringBuilder(end - start);
        var positions = new List<int>(end - start + 1);
        for (var position = start; position < end;)
        {
            Rune.DecodeFromUtf8(text[position..end], out var rune, out var length);
            shown.Append(rune.IsBmp ? (char)rune.Value : StandIns[(int)Rune.GetUnicodeCategory(rune)]);
            positions.Add(position);
            position += length;
        }

        positions.Add(end);
        var started = Stopwatch.GetTimestamp();
        var pending = start;
        try
        {
            foreach (var match in _regex.EnumerateMatches(shown.ToString()))
            {
                CheckPatience(started, end - start);
                Add(parts, pending, positions[match.Index], matches: false);
                pending = positions[match.Index + match.Length];
                Add(parts, positions[match.Index], pending, matches: true);
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
        new($"The tokenizer's pattern {_pattern} takes more than a second on this text.", _file, field: "pre_tokenizer", advice: "Mend the pattern, if you trust the rest of the file.", inner: inner);

    /// <summary>For each general category a character of it below U+FFFF: the last one, so as to be in no range that patterns name.</summary>
    private static char[] MakeStandIns()
    {
        var standIns = new char[30];
        for (var unit = 0x3100; unit < 0xD800; unit++) standIns[(int)CharUnicodeInfo.GetUnicodeCategory((char)unit)] = (char)unit;
        for (var unit = 0; unit < 0x10000; unit++)
        {
            var category = (int)CharUnicodeInfo.GetUnicodeCategory((char)unit);
            if (standIns[category] == 0) standIns[category] = (char)unit;
        }

        return standIns;
    }
}
