using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>
/// Whether a record's texts hold what is looked for, upper and lower case alike, found in the record's bytes: no JSON is read where
/// the bytes are not there. Where they are, it is held against the record that they stand within the value of a text, not in the name
/// of a field or in one of the words that every record has: by the quotes around them, and only where those do not tell by reading the
/// JSON. The log escapes texts in one way, and what is looked for is escaped in the same.
/// </summary>
internal sealed class TextSearch
{
    /// <summary>Fields whose words are not the sample's: their values are filters of their own.</summary>
    private static readonly string[] Unsearched = ["outcome", "role", "finish_reason", "kind", "thought_opened_by"];

    private readonly string _text;
    private readonly byte[] _lower, _upper;
    private readonly int _anchor;
    private readonly byte _low, _high;
    private readonly bool _isAscii, _isBytes, _isWithinQuotes;
    private readonly SearchValues<string> _values;

    /// <param name="text">Not empty.</param>
    public TextSearch(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        _text = text;
        _isAscii = Ascii.IsValid(text);
        var escaped = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        (_lower, _upper) = (Encoding.UTF8.GetBytes(escaped.ToLowerInvariant()), Encoding.UTF8.GetBytes(escaped.ToUpperInvariant()));
        // Nearly every letter takes as many bytes in both cases; where one does not, texts are compared as letters.
        _isBytes = escaped.EnumerateRunes().All(r => Rune.ToLowerInvariant(r).Utf8SequenceLength == Rune.ToUpperInvariant(r).Utf8SequenceLength);
        _isWithinQuotes = NamesMore(_lower);
        _values = SearchValues.Create([escaped], StringComparison.OrdinalIgnoreCase);
        // The rarest byte is looked for first.
        for (var i = 1; i < _lower.Length; i++)
            if (Frequency(_lower[i]) < Frequency(_lower[_anchor])) _anchor = i;
        (_low, _high) = _isBytes ? (_lower[_anchor], _upper[_anchor]) : ((byte)0, (byte)0);
    }

    /// <param name="record">As the log holds it: one JSON object.</param>
    public bool IsIn(ReadOnlySpan<byte> record) => _isBytes ? IsInBytes(record) : IsInLetters(record);

    private bool IsInBytes(ReadOnlySpan<byte> record)
    {
        for (var at = IndexOf(record); at >= 0;)
        {
            var isText = _isWithinQuotes ? IsTextAt(record, at) : null;
            if (isText is null) return IsInJson(record, at);
            if (isText.Value) return true;
            var next = IndexOf(record[(at + 1)..]);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    /// <summary>Whether what stands within a pair of quotes is the value of a searched field; null where the quotes do not tell.</summary>
    private bool? IsTextAt(ReadOnlySpan<byte> record, int at)
    {
        var close = at + _lower.Length;
        do
        {
            var next = close < record.Length ? record[close..].IndexOf((byte)'"') : -1;
            if (next < 0) return null;
            close += next + 1;
        }
        while (IsWithinEscape(record[..(close - 1)]));
        // Behind a value there is never a colon.
        if (close < record.Length && record[close] == (byte)':') return false;
        var open = at;
        do
        {
            open = record[..open].LastIndexOf((byte)'"');
            if (open < 2) return null;
        }
        while (IsWithinEscape(record[..open]));
        if (record[open - 1] != (byte)':' || record[open - 2] != (byte)'"') return null;
        var name = record[(record[..(open - 2)].LastIndexOf((byte)'"') + 1)..(open - 2)];
        return !IsWithinEscape(record[..at]) && IsSearched(name);
    }

    /// <summary>Goes from one place where the bytes stand to the next, and through the JSON no further than that.</summary>
    private bool IsInJson(ReadOnlySpan<byte> record, int at)
    {
        var json = new Utf8JsonReader(record);
        ReadOnlySpan<byte> name = [];
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName) name = json.ValueSpan;
            while (json.BytesConsumed > at)
            {
                if (json.TokenType == JsonTokenType.String && json.TokenStartIndex < at && at + _lower.Length < json.BytesConsumed && !IsWithinEscape(record[..at]) && IsSearched(name)) return true;
                var next = IndexOf(record[(at + 1)..]);
                if (next < 0) return false;
                at += 1 + next;
            }
        }

        return false;
    }

    /// <summary>Decodes the record, and looks for the text in it.</summary>
    private bool IsInLetters(ReadOnlySpan<byte> record)
    {
        var letters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(record.Length));
        var count = Encoding.UTF8.GetChars(record, letters);
        var found = letters.AsSpan(0, count).ContainsAny(_values);
        ArrayPool<char>.Shared.Return(letters);
        return found && IsInText(record);
    }

    private int IndexOf(ReadOnlySpan<byte> text)
    {
        for (var at = _anchor; at < text.Length;)
        {
            var next = text[at..].IndexOfAny(_low, _high);
            if (next < 0) return -1;
            at += next;
            var start = at - _anchor;
            if (start + _lower.Length > text.Length) return -1;
            if (IsThere(text.Slice(start, _lower.Length))) return start;
            at++;
        }

        return -1;
    }

    private bool IsThere(ReadOnlySpan<byte> bytes)
    {
        if (_isAscii) return Ascii.EqualsIgnoreCase(bytes, _lower);
        // A letter is one case or the other, not the first byte of one and the second of the other.
        for (int i = 0, size; i < bytes.Length; i += size)
        {
            size = _lower[i] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
            var letter = bytes.Slice(i, size);
            if (!letter.SequenceEqual(_lower.AsSpan(i, size)) && !letter.SequenceEqual(_upper.AsSpan(i, size))) return false;
        }

        return true;
    }

    private bool IsInText(ReadOnlySpan<byte> record)
    {
        var json = new Utf8JsonReader(record);
        ReadOnlySpan<byte> name = [];
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName) name = json.ValueSpan;
            else if (json.TokenType == JsonTokenType.String && json.GetString()!.Contains(_text, StringComparison.OrdinalIgnoreCase) && IsSearched(name)) return true;
        }

        return false;
    }

    /// <summary>Whether bytes are none that could stand outside of quotes: of letters JSON has the words true, false and null there, and the e of a number.</summary>
    private static bool NamesMore(ReadOnlySpan<byte> lower)
    {
        const string Outside = "true false null e ";
        for (int i = 0, end; i < lower.Length; i = end + 1)
        {
            for (end = i; end < lower.Length && !"0123456789+-.{}[]:, "u8.Contains(lower[end]); end++)
            {
            }

            if (!Outside.Contains(Encoding.Latin1.GetString(lower[i..end]), StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>Whether what comes next is the letter of an escape: the n of a line break is no n.</summary>
    private static bool IsWithinEscape(ReadOnlySpan<byte> before) => ((before.Length - 1 - before.LastIndexOfAnyExcept((byte)'\\')) & 1) == 1;

    private static bool IsSearched(ReadOnlySpan<byte> name)
    {
        foreach (var unsearched in Unsearched)
            if (Ascii.Equals(name, unsearched)) return false;
        return true;
    }

    /// <summary>How common a byte is in English JSON, roughly: what is not listed is rare.</summary>
    private static int Frequency(byte value)
    {
        const string Common = " etaoinsrhldcumfpgwybv\",:.k-_x01qjz2";
        var at = Common.IndexOf((char)value, StringComparison.Ordinal);
        return at < 0 ? 0 : Common.Length - at;
    }
}
