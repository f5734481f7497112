using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Byte-pair encoding (Sennrich et al., 1508.07909). A piece starts as its bytes (byte-level) or characters;
/// the adjacent pair of lowest rank, leftmost first, becomes one token until no pair merges. Short pieces are scanned for the
/// lowest rank, long ones keep a heap, so a piece of n symbols costs n log n at most.
/// </summary>
internal sealed class BpeModel : TokenModel
{
    /// <summary>Symbols up to which a piece is scanned.</summary>
    public const int LongestScan = 48;

    private readonly MergeTable _merges;
    private readonly int[] _byteSymbols = new int[256];
    private readonly Dictionary<int, int> _runeSymbols;
    private readonly int[]? _byteTokens;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>>? _whole;
    private readonly int _unknown;
    private readonly bool _fusesUnknown;
    private readonly bool _byteLevel;

    public BpeModel(BpeVocabulary vocabulary, bool byteLevel)
    {
        _byteLevel = byteLevel;
        _fusesUnknown = vocabulary.FusesUnknown;
        _unknown = vocabulary.UnknownToken is null ? -1 : vocabulary.Ids[vocabulary.UnknownToken];
        _runeSymbols = vocabulary.Symbols(byteLevel);
        for (var value = 0; value < 256; value++) _byteSymbols[value] = _runeSymbols.GetValueOrDefault(value, -1);
        _byteTokens = vocabulary.FallsBackToBytes ? vocabulary.ByteTokens() : null;
        _merges = new MergeTable(vocabulary.Merges.Count);
        for (var rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            var (left, right) = vocabulary.Merges[rank];
            _merges.Add(vocabulary.Ids[left], vocabulary.Ids[right], rank, vocabulary.Ids[left + right]);
        }

        if (!vocabulary.IgnoresMerges) return;
        var whole = new Dictionary<byte[], int>(ByteSequenceComparer.Instance);
        foreach (var (token, id) in vocabulary.Ids)
            if ((byteLevel ? ByteLetters.Read(token) : Encoding.UTF8.GetBytes(token)) is { } bytes) whole.TryAdd(bytes, id);
        _whole = whole.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public override void Encode(ReadOnlySpan<byte> piece, Scratch scratch, bool wantsSpans)
    {
        if (_whole is { } whole && whole.TryGetValue(piece, out var id))
        {
            scratch.Ids.Add(id);
            if (wantsSpans) scratch.Spans.Add((0, piece.Length));
            return;
        }

        var cached = !wantsSpans && piece.Length <= WordCache.LongestWord;
        var slot = cached ? WordCache.Slot(piece) : 0;
        if (cached && scratch.Cache.TryGet(slot, piece, out var known))
        {
            scratch.Ids.AddRange(known.AsSpan());
            return;
        }

        var count = Spell(piece, scratch);
        count = count <= LongestScan ? MergeByScan(scratch, count) : MergeByHeap(scratch, count);
        scratch.Ids.AddRange(scratch.Symbols.AsSpan(0, count));
        if (wantsSpans) scratch.AddSpans(scratch.Widths.AsSpan(0, count));
        if (cached) scratch.Cache.Set(slot, piece, scratch.Symbols.AsSpan(0, count));
    }

    /// <summary>The symbols a piece starts from, with their widths in bytes; returns how many.</summary>
    private int Spell(ReadOnlySpan<byte> piece, Scratch scratch)
    {
        if (scratch.Symbols.Length < piece.Length)
        {
            scratch.Symbols = new int[piece.Length * 2];
            scratch.Widths = new int[piece.Length * 2];
        }

        var (symbols, widths) = (scratch.Symbols, scratch.Widths);
        int count = 0, unknownWidth = 0;
        for (var position = 0; position < piece.Length;)
        {
            int symbol, width = 1;
            if (_byteLevel)
            {
                symbol = _byteSymbols[piece[position]];
            }
            else
            {
                Rune.DecodeFromUtf8(piece[position..], out var rune, out width);
                symbol = _runeSymbols.GetValueOrDefault(rune.Value, -1);
            }

            var character = piece.Slice(position, width);
            position += width;
            if (symbol < 0 && HasByteTokens(character))
            {
                foreach (var value in character) (symbols[count], widths[count++]) = (_byteTokens![value], 1);
            }
            else if (symbol < 0)
            {
                if (_unknown < 0) throw Unknown(_byteLevel ? $"the byte 0x{character[0]:X2}" : $"\"{Encoding.UTF8.GetString(character)}\"", piece);
                if (unknownWidth > 0 && !_fusesUnknown)
                {
                    (symbols[count], widths[count++]) = (_unknown, unknownWidth);
                    unknownWidth = 0;
                }

                unknownWidth += width;
            }
            else
            {
                if (unknownWidth > 0) (symbols[count], widths[count++]) = (_unknown, unknownWidth);
                unknownWidth = 0;
                (symbols[count], widths[count++]) = (symbol, width);
            }
        }

        if (unknownWidth > 0) (symbols[count], widths[count++]) = (_unknown, unknownWidth);
        return count;
    }

    private bool HasByteTokens(ReadOnlySpan<byte> character)
    {
        if (_byteTokens is null) return false;
        foreach (var value in character)
            if (_byteTokens[value] < 0) return false;
        return true;
    }

    private int MergeByScan(Scratch scratch, int count)
    {
        var symbols = scratch.Symbols.AsSpan(0, count);
        var widths = scratch.Widths.AsSpan(0, count);
        var pairs = scratch.Pairs.AsSpan(0, count);
        for (var i = 0; i + 1 < count; i++) pairs[i] = _merges.Find(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                if (pairs[i].Rank < pairs[best].Rank) best = i;
            if (pairs[best].Rank == int.MaxValue) break;
            symbols[best] = pairs[best].Id;
            widths[best] += widths[best + 1];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            widths[(best + 2)..(count + 1)].CopyTo(widths[(best + 1)..]);
            if (best + 2 < count) pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
            if (best > 0) pairs[best - 1] = _merges.Find(symbols[best - 1], symbols[best]);
            if (best + 1 < count) pairs[best] = _merges.Find(symbols[best], symbols[best + 1]);
        }

        return count;
    }

    private int MergeByHeap(Scratch scratch, int count)
    {
        var (symbols, widths) = (scratch.Symbols, scratch.Widths);
        var previous = new int[count];
        var next = new int[count];
        var heap = new PriorityQueue<(int Left, int LeftId, int RightId, int Id), long>(count);
        for (var i = 0; i < count; i++) (previous[i], next[i]) = (i - 1, i + 1);
        for (var i = 0; i + 1 < count; i++) Push(i, i + 1);
        while (heap.TryDequeue(out var merge, out _))
        {
            var left = merge.Left;
            var right = next[left];
            if (symbols[left] != merge.LeftId || right >= count || symbols[right] != merge.RightId) continue;
            symbols[left] = merge.Id;
            widths[left] += widths[right];
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < count) previous[next[left]] = left;
            if (previous[left] >= 0) Push(previous[left], left);
            if (next[left] < count) Push(left, next[left]);
        }

        var kept = 0;
        for (var i = 0; i < count; i = next[i]) (symbols[kept], widths[kept++]) = (symbols[i], widths[i]);
        return kept;

        void Push(int left, int right)
        {
            var (rank, id) = _merges.Find(symbols[left], symbols[right]);
            if (id >= 0) heap.Enqueue((left, symbols[left], symbols[right], id), ((long)rank << 32) | (uint)left);
        }
    }
}
