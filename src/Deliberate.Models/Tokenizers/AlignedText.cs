using System.Runtime.CompilerServices;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// UTF-8 text on its way through normalization and pre-tokenization: every byte remembers which code points [start, end) of
/// the caller's text it came from. The alignment is kept only where someone asked for offsets.
/// </summary>
internal sealed class AlignedText
{
    private byte[] _bytes;
    private int[]? _starts;
    private int[]? _ends;

    /// <summary>An empty text.</summary>
    public AlignedText(int capacity, bool tracksOffsets)
    {
        _bytes = new byte[capacity];
        if (!tracksOffsets) return;
        _starts = new int[capacity];
        _ends = new int[capacity];
    }

    /// <summary>The caller's text: byte for byte, each aligned to its own code point.</summary>
    public AlignedText(byte[] utf8, bool tracksOffsets)
    {
        _bytes = utf8;
        Length = utf8.Length;
        if (!tracksOffsets) return;
        _starts = new int[utf8.Length];
        _ends = new int[utf8.Length];
        var codePoint = 0;
        for (var i = 0; i < utf8.Length; codePoint++)
        {
            Rune.DecodeFromUtf8(utf8.AsSpan(i), out _, out var length);
            _starts.AsSpan(i, length).Fill(codePoint);
            _ends.AsSpan(i, length).Fill(codePoint + 1);
            i += length;
        }
    }

    public int Length { get; private set; }

    public bool TracksOffsets => _starts is not null;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>First code point that the byte at a position came from; 0 if offsets are not tracked.</summary>
    public int Start(int position) => _starts is null ? 0 : _starts[position];

    /// <summary>One past the last code point that the byte at a position came from; 0 if offsets are not tracked.</summary>
    public int End(int position) => _ends is null ? 0 : _ends[position];

    /// <summary>Appends bytes of another text with their alignment.</summary>
    public void Append(AlignedText source, int start, int end)
    {
        Grow(end - start);
        source._bytes.AsSpan(start, end - start).CopyTo(_bytes.AsSpan(Length));
        if (_starts is not null)
        {
            source._starts.AsSpan(start, end - start).CopyTo(_starts.AsSpan(Length));
            source._ends.AsSpan(start, end - start).CopyTo(_ends.AsSpan(Length));
        }

        Length += end - start;
    }

    /// <summary>Appends bytes that all came from the same code points.</summary>
    public void Append(ReadOnlySpan<byte> bytes, int start, int end)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        if (_starts is not null)
        {
            _starts.AsSpan(Length, bytes.Length).Fill(start);
            _ends.AsSpan(Length, bytes.Length).Fill(end);
        }

        Length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Grow(int count)
    {
        if (Length + count <= _bytes.Length) return;
        var capacity = Math.Max(Length + count, _bytes.Length * 2);
        Array.Resize(ref _bytes, capacity);
        if (_starts is null) return;
        Array.Resize(ref _starts, capacity);
        Array.Resize(ref _ends, capacity);
    }
}
