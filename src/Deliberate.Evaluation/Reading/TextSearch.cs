using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>
/// Whether a record's texts hold what is looked for, upper and lower case alike, found in the record's bytes: no JSON is read where
/// the bytes are not there. Where they are, it is held against the record that they stand within the value of a text, not in the name
/// of a field or in one of the words that every record has. The log escapes texts in one way, and what is looked for is escaped in
/// the same.
/// </summary>
internal sealed class TextSearch
{
    /// <summary>Fields whose words are not the sample's: their values are filters of their own.</summary>
    private static readonly string[] Unsearched = ["outcome", "role", "finish_reason", "kind", "thought_opened_by"];

    private readonly string _text;
    private readonly byte[] _lower, _upper;
    private readonly int _anchor;
    private readonly byte _low, _high;
    private readonly bool _isAscii, _isBytes;
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
        _values = SearchValues.Create([escaped], StringComparison.OrdinalIgnoreCase);
        // The rarest byte is looked for first.
        for (var i = 1; i < _lower.Length; i++)
            if (Frequency(_lower[i]) < Frequency(_lower[_anchor])) _anchor = i;
        (_low, _high) = _isBytes ? (_lower[_anchor], _upper[_anchor]) : ((byte)0, (byte)0);
    }

    /// <param name="record">As the log holds it: one JSON object.</param>
    public bool IsIn(ReadOnlySpan<byte> record) => _isBytes ? IsInBytes(record) : IsInLetters(record);

    /// <summary>Goes from one place where the bytes stand to the next, and through the JSON no further than that.</summary>
    private bool IsInBytes(ReadOnlySpan<byte> record)
    {
        var at = IndexOf(record);
        if (at < 0) return false;
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
