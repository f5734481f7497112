using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The ranks of a run: each has the whole model and does its share of every batch; what they found is put together in the order of
/// ranks, so that every rank goes on with the same bits, and the same number of ranks gives them again. Gradients are summed in double by
/// point-to-point messages, each rank a part of them, never by the library's own reduction, whose order is not promised. All ranks make
/// the same calls in the same order; each message says which call it is of, so that ranks that have come apart notice. One rank is a world too.
/// </summary>
internal sealed class World(ITransport? transport) : IDisposable
{
    /// <summary>Elements of a gradient that are on their way at a time, of one rank's part.</summary>
    private const int Piece = 1 << 20;

    private const int HeaderBytes = 24;

    private readonly byte[] _header = new byte[HeaderBytes];
    private float[] _own = [], _sent = [];
    private double[] _sum = [];
    private long _calls, _tokens;
    private TimeSpan _waited, _waiting;

    /// <summary>A run of one process.</summary>
    public static World Alone { get; } = new(null);

    public int Rank => transport?.Rank ?? 0;

    public int Size => transport?.Size ?? 1;

    /// <summary>Ranks on this machine.</summary>
    public int OnThisMachine => transport?.OnThisMachine ?? 1;

    public bool IsFirst => Rank == 0;

    /// <summary>The time that this rank has waited for others since this was last asked, and what that cost its thread.</summary>
    public (TimeSpan Clock, TimeSpan Processor) TakeWaited()
    {
        var waited = (_waited, _waiting);
        (_waited, _waiting) = (default, default);
        return waited;
    }

    /// <summary>Takes note of tokens that this rank has drawn or learned from, for the figures of its work.</summary>
    public void Count(long tokens) => _tokens += tokens;

    /// <summary>The same since this was last asked.</summary>
    public long TakeTokens()
    {
        var tokens = _tokens;
        _tokens = 0;
        return tokens;
    }

    /// <summary>A rank's share of a list: neighbours, of about as many tokens as the other ranks' shares.</summary>
    /// <param name="count">Of items.</param>
    /// <param name="tokens">Of an item.</param>
    /// <param name="of">Whose; this rank's if left out.</param>
    public (int Begin, int End) Share(int count, Func<int, int> tokens, int? of = null)
    {
        var own = of ?? Rank;
        if (Size == 1) return (0, count);
        var total = 0L;
        for (var i = 0; i < count; i++) total += Math.Max(1, tokens(i));
        int begin = count, end = count;
        var before = 0L;
        for (var i = 0; i < count; i++)
        {
            // An item belongs to the rank in whose part of all tokens its middle lies.
            var middle = before + (Math.Max(1, tokens(i)) / 2.0);
            var rank = Math.Min(Size - 1, (int)(middle * Size / total));
            if (rank == own && begin == count) begin = i;
            if (rank > own)
            {
                end = i;
                break;
            }

            before += Math.Max(1, tokens(i));
        }

        return (Math.Min(begin, end), end);
    }

    /// <summary>What each rank has to say, in their order.</summary>
    public byte[][] Gather(string what, byte[] mine)
    {
        if (transport is null || Size == 1) return [mine];
        var lengths = Headers(what, mine.Length);
        var parts = new byte[Size][];
        for (var rank = 0; rank < Size; rank++) parts[rank] = rank == Rank ? mine : new byte[lengths[rank]];
        Exchange(what, [.. parts.Select(_ => (ReadOnlyMemory<byte>)mine)], [.. parts.Select((part, rank) => rank == Rank ? default : (Memory<byte>)part)]);
        return parts;
    }

    /// <summary>Values of each rank, one after the other.</summary>
    public double[][] Gather(string what, ReadOnlySpan<double> mine) => [.. Gather(what, MemoryMarshal.AsBytes(mine).ToArray()).Select(part => MemoryMarshal.Cast<byte, double>(part).ToArray())];

    /// <summary>The sum over ranks, in their order.</summary>
    public double Sum(string what, double mine)
    {
        if (Size == 1) return mine;
        var sum = 0.0;
        foreach (var part in Gather(what, [mine])) sum += part[0];
        return sum;
    }

    /// <summary>The largest over ranks; NaN where one has that.</summary>
    public double Max(string what, double mine)
    {
        if (Size == 1) return mine;
        var parts = Gather(what, [mine]).Select(part => part[0]).ToArray();
        return Array.Exists(parts, double.IsNaN) ? double.NaN : parts.Max();
    }

    /// <summary>What the first rank has.</summary>
    public byte[] FromFirst(string what, byte[] mine) => Size == 1 ? mine : Gather(what, IsFirst ? mine : [])[0];

    /// <summary>Refuses to go on where ranks do not have the same.</summary>
    /// <exception cref="UserError">With the ranks that differ from the first, and what of.</exception>
    public void Agree(string what, string mine, string advice)
    {
        if (Size == 1) return;
        string[] all = [.. Gather(what, Encoding.UTF8.GetBytes(mine)).Select(Encoding.UTF8.GetString)];
        int[] others = [.. Enumerable.Range(0, Size).Where(rank => all[rank] != all[0])];
        if (others.Length > 0) throw new UserError($"{(others.Length == 1 ? "rank" : "ranks")} {string.Join(", ", others)} of {Size} {(others.Length == 1 ? "has" : "have")} another {what} than rank 0: {Short(all[others[0]])}, and rank 0 {Short(all[0])}.", advice: advice);

        static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
    }

    /// <summary>What an update needs of all ranks: the same weights beforehand, the sum of their gradients, and of their losses.</summary>
    /// <returns>The loss of the whole batch.</returns>
    public double Reduce(ParameterStore store, double loss)
    {
        if (Size == 1) return loss;
        SameWeights(store);
        SumGradients(store);
        return Sum("loss", loss);
    }

    /// <summary>Whether it holds in any rank.</summary>
    public bool Any(string what, bool mine) => Size == 1 ? mine : Max(what, mine ? 1 : 0) > 0;

    /// <summary>
    /// Sums gradients over ranks, to the same bits in each: a rank receives the others' parts of its own part of the elements, adds them in
    /// the order of ranks in double, and sends what that comes to back to all. 2 (n - 1) / n of the gradient's bytes leave each rank.
    /// </summary>
    public void SumGradients(ParameterStore store)
    {
        if (transport is null || Size == 1) return;
        const string What = "gradients";
        Headers(What, store.BufferLength);
        // Whole pieces of so many elements a rank.
        for (long begin = 0; begin < store.BufferLength; begin += (long)Piece * Size)
        {
            var all = (int)Math.Min((long)Piece * Size, store.BufferLength - begin);
            int From(int rank) => (int)((long)all * rank / Size);
            int Length(int rank) => From(rank + 1) - From(rank);
            var mine = Length(Rank);
            var own = Room(ref _own, all);
            var sent = Room(ref _sent, mine * Size);
            var sum = Room(ref _sum, mine);
            store.Gradients.Read(begin, own);
            Exchange(What, [.. Ranks.Select(r => (ReadOnlyMemory<byte>)Bytes(_own, From(r), Length(r)))], [.. Ranks.Select(r => r == Rank ? default : Bytes(_sent, r * mine, mine))]);
            sum.Clear();
            for (var rank = 0; rank < Size; rank++)
            {
                var part = rank == Rank ? own.Slice(From(Rank), mine) : sent.Slice(rank * mine, mine);
                for (var i = 0; i < mine; i++) sum[i] += part[i];
            }

            for (var i = 0; i < mine; i++) own[From(Rank) + i] = (float)sum[i];
            Exchange(What, [.. Ranks.Select(_ => (ReadOnlyMemory<byte>)Bytes(_own, From(Rank), mine))], [.. Ranks.Select(r => r == Rank ? default : Bytes(_own, From(r), Length(r)))]);
            store.Gradients.Write(begin, own);
        }
    }

    /// <summary>Refuses to go on where weights have come apart: before each update, by a checksum of all of them.</summary>
    public void SameWeights(ParameterStore store)
    {
        if (Size == 1) return;
        var hash = Checksum.Empty;
        var own = Room(ref _own, (int)Math.Min(Piece, store.BufferLength));
        for (long at = 0; at < store.BufferLength; at += own.Length)
        {
            var part = own[..(int)Math.Min(own.Length, store.BufferLength - at)];
            store.Values.Read(at, part);
            hash = Checksum.Of(MemoryMarshal.AsBytes(part), hash);
        }

        Agree("hash of the weights", hash.ToString("x16", CultureInfo.InvariantCulture), "Their memory, instruction set or libraries differ: from here on they would train different models. Go on from the newest checkpoint on machines of one kind.");
    }

    /// <summary>The transport is the launcher's, and is ended by whoever made it.</summary>
    public void Dispose()
    {
    }

    private IEnumerable<int> Ranks => Enumerable.Range(0, Size);

    /// <summary>Says which call this is, and learns what the others have to say: how long theirs is.</summary>
    private long[] Headers(string what, long length)
    {
        _calls++;
        BinaryPrimitives.WriteInt64LittleEndian(_header, _calls);
        BinaryPrimitives.WriteUInt64LittleEndian(_header.AsSpan(8), Checksum.Of(Encoding.UTF8.GetBytes(what), Checksum.Empty));
        BinaryPrimitives.WriteInt64LittleEndian(_header.AsSpan(16), length);
        var received = new byte[Size][];
        for (var rank = 0; rank < Size; rank++) received[rank] = rank == Rank ? _header : new byte[HeaderBytes];
        Exchange(what, [.. received.Select(_ => (ReadOnlyMemory<byte>)_header)], [.. received.Select((part, rank) => rank == Rank ? default : (Memory<byte>)part)]);
        var apart = Ranks.Where(rank => !received[rank].AsSpan(0, 16).SequenceEqual(_header.AsSpan(0, 16))).ToArray();
        if (apart.Length > 0) throw new UserError($"rank {Rank} is at {what} (call {_calls}), and {(apart.Length == 1 ? "rank" : "ranks")} {string.Join(", ", apart)} elsewhere (call {BinaryPrimitives.ReadInt64LittleEndian(received[apart[0]])}): they no longer do the same.", advice: "They run different programs, or one has left its course; go on from the newest checkpoint.");
        return [.. received.Select(part => BinaryPrimitives.ReadInt64LittleEndian(part.AsSpan(16)))];
    }

    private void Exchange(string what, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive)
    {
        var (start, processor) = (Stopwatch.GetTimestamp(), ThreadProcessor.Time);
        transport!.Exchange(what, send, receive);
        _waited += Stopwatch.GetElapsedTime(start);
        _waiting += ThreadProcessor.Time - processor;
    }

    private static Memory<byte> Bytes(float[] values, int from, int length) => new FloatBytes(values).Memory.Slice(from * sizeof(float), length * sizeof(float));

    private static Span<T> Room<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new T[length];
        return buffer.AsSpan(0, length);
    }

    /// <summary>The bytes of an array of numbers.</summary>
    private sealed class FloatBytes(float[] values) : System.Buffers.MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

        public override unsafe System.Buffers.MemoryHandle Pin(int elementIndex = 0)
        {
            var handle = GCHandle.Alloc(values, GCHandleType.Pinned);
            return new System.Buffers.MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle, this);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
