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
    private readonly byte[] _lower;
    private readonly int _anchor;
    private readonly byte _low, _high;
    private readonly bool _isAscii;
    private readonly SearchValues<string> _values;

    /// <param name="text">Not empty.</param>
    public TextSearch(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        _text = text;
        _isAscii = Ascii.IsValid(text);
        var escaped = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        _lower = Encoding.UTF8.GetBytes(_isAscii ? escaped.ToLowerInvariant() : escaped);
        _values = SearchValues.Create([escaped], StringComparison.OrdinalIgnoreCase);
        // The rarest byte is looked for first.
        for (var i = 1; i < _lower.Length; i++)
            if (Frequency(_lower[i]) < Frequency(_lower[_anchor])) _anchor = i;
        _low = _lower[_anchor];
        _high = _low is >= (byte)'a' and <= (byte)'z' ? (byte)(_low - 32) : _low;
    }

    /// <param name="record">As the log holds it: one JSON object.</param>
    public bool IsIn(ReadOnlySpan<byte> record) => _isAscii ? IndexOf(record) is >= 0 and var at && IsInText(record, at) : IsInOther(record);

    /// <summary>Letters beyond ASCII have two cases of other bytes: they are compared as text.</summary>
    private bool IsInOther(ReadOnlySpan<byte> record)
    {
        var letters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(record.Length));
        var count = Encoding.UTF8.GetChars(record, letters);
        var found = letters.AsSpan(0, count).ContainsAny(_values);
        ArrayPool<char>.Shared.Return(letters);
        return found && IsInText(record, int.MaxValue);
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
            if (Ascii.EqualsIgnoreCase(text.Slice(start, _lower.Length), _lower)) return start;
            at++;
        }

        return -1;
    }

    /// <param name="first">Where the bytes stand first; beyond the end where nobody knows.</param>
    private bool IsInText(ReadOnlySpan<byte> record, int first)
    {
        var json = new Utf8JsonReader(record);
        var isSearched = true;
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                isSearched = true;
                foreach (var name in Unsearched) isSearched &= !json.ValueTextEquals(name);
            }
            else if (json.TokenType == JsonTokenType.String && isSearched && (first == int.MaxValue || json.BytesConsumed > first) && IsInValue(json.ValueSpan, json))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsInValue(ReadOnlySpan<byte> value, in Utf8JsonReader json) =>
        _isAscii ? value.Length >= _lower.Length && IndexOf(value) >= 0 : json.GetString()!.Contains(_text, StringComparison.OrdinalIgnoreCase);

    /// <summary>How common a byte is in English JSON, roughly: what is not listed is rare.</summary>
    private static int Frequency(byte value)
    {
        const string Common = " etaoinsrhldcumfpgwybv\",:.k-_x01qjz2";
        var at = Common.IndexOf((char)value, StringComparison.Ordinal);
        return at < 0 ? 0 : Common.Length - at;
    }
}
