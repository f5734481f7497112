using System.Runtime.CompilerServices;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// UTF-8 text on its way through normalization and pre-tokenization: every byte remembers which code points [start, end) of
/// the caller's text it came from. The alignment is kept only where someone asked for offsets. What is made of a text may grow
/// to 32 times its length and a megabyte, for the rules of rewriting come from strangers.
/// </summary>
internal sealed class AlignedText
{
    private const int MostGrowth = 32;
    private const int FreeGrowth = 1 << 20;

    private readonly long _limit;
    private readonly string? _file;
    private byte[] _bytes;
    private int[]? _starts;
    private int[]? _ends;

    /// <summary>An empty text, to be filled with what becomes of another.</summary>
    public AlignedText(int capacity, AlignedText source)
    {
        (_limit, _file) = (source._limit, source._file);
        _bytes = new byte[(int)Math.Min(capacity, _limit)];
        if (!source.TracksOffsets) return;
        _starts = new int[_bytes.Length];
        _ends = new int[_bytes.Length];
    }

    /// <summary>The caller's text: byte for byte, each aligned to its own code point.</summary>
    /// <param name="file">Where the rules come from, for the error.</param>
    public AlignedText(byte[] utf8, bool tracksOffsets, string? file)
    {
        (_bytes, _file) = (utf8, file);
        _limit = Math.Min(Array.MaxLength, ((long)MostGrowth * utf8.Length) + FreeGrowth);
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
        if ((long)Length + count <= _bytes.Length) return;
        if ((long)Length + count > _limit) throw new UserError($"The tokenizer's rules make more than {_limit} bytes of one stretch of text: it was stopped.", _file, field: "normalizer");
        var capacity = (int)Math.Min(_limit, Math.Max((long)Length + count, _bytes.Length * 2L));
        Array.Resize(ref _bytes, capacity);
        if (_starts is null) return;
        Array.Resize(ref _starts, capacity);
        Array.Resize(ref _ends, capacity);
    }
}
