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
/// ranks, so that every rank goes on with the same bits, and the same number of ranks gives them again (gradients: <see cref="SharedGradients"/>). All ranks make
/// the same calls in the same order; each message says which call it is of, so that ranks that have come apart notice. One rank is a world too.
/// </summary>
internal sealed class World(ITransport? transport) : IDisposable
{
    private const int HeaderBytes = 32, Tag = 77;

    /// <summary>How a wait looks whether it is over: all the time, then once in a while, then less often.</summary>
    private static readonly TimeSpan Spin = TimeSpan.FromMilliseconds(2), Look = TimeSpan.FromMilliseconds(1), Soon = TimeSpan.FromMilliseconds(200), LaterLook = TimeSpan.FromMilliseconds(5);

    private long _calls, _tokens;
    private TimeSpan _waited, _waiting;

    /// <summary>A run of one process.</summary>
    public static World Alone { get; } = new(null);

    public int Rank => transport?.Rank ?? 0;

    public int Size => transport?.Size ?? 1;

    /// <summary>Ranks on this machine.</summary>
    public int OnThisMachine => transport?.OnThisMachine ?? 1;

    public bool IsFirst => Rank == 0;

    /// <summary>Whether gradients are sent while a backward still goes on; no bit depends on it.</summary>
    public bool Overlaps { get; private set; } = true;

    /// <summary>How much of a gradient is sent at a time; no bit depends on it.</summary>
    public BucketSize Buckets { get; set; } = BucketSize.Usual;

    /// <summary>Whether each rank has its part of an optimizer's state alone.</summary>
    public bool ShardsOptimizers { get; private set; }

    /// <summary>As a run's recipe wants it.</summary>
    public void Follow(RanksRecipe? recipe)
    {
        if (Size == 1) return;
        Overlaps = recipe?.Overlap ?? true;
        ShardsOptimizers = recipe is { ShardOptimizer: true };
    }

    /// <summary>Who shares the state of an optimizer; null where each rank has all of it.</summary>
    public IOptimizerPeers? PeersOfOptimizer() => ShardsOptimizers ? new OptimizerPeers(this) : null;

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
        var headers = Announce(what, mine.Length);
        Wait(what, headers.Open);
        var lengths = headers.Read();
        var parts = new byte[Size][];
        for (var rank = 0; rank < Size; rank++) parts[rank] = rank == Rank ? mine : new byte[lengths[rank].Length];
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
        Same(what, [.. Gather(what, Encoding.UTF8.GetBytes(mine)).Select(Encoding.UTF8.GetString)], advice);
    }

    /// <summary>The same of what all ranks have said already.</summary>
    /// <param name="all">Of each.</param>
    public void Same(string what, string[] all, string advice)
    {
        int[] others = [.. Enumerable.Range(0, Size).Where(rank => all[rank] != all[0])];
        if (others.Length > 0) throw new UserError($"{(others.Length == 1 ? "rank" : "ranks")} {string.Join(", ", others)} of {Size} {(others.Length == 1 ? "has" : "have")} another {what} than rank 0: {Short(all[others[0]])}, and rank 0 {Short(all[0])}.", advice: advice);

        static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
    }

    /// <summary>Whether it holds in any rank.</summary>
    public bool Any(string what, bool mine) => Size == 1 ? mine : Max(what, mine ? 1 : 0) > 0;

    /// <summary>Begins a call whose messages are on their way while this rank does something else: says which it is.</summary>
    /// <param name="what">Of the call.</param>
    /// <param name="length">That every rank may have its own of.</param>
    /// <param name="note">The same.</param>
    public Headers Announce(string what, long length, ulong note = 0)
    {
        _calls++;
        var mine = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt64LittleEndian(mine, _calls);
        BinaryPrimitives.WriteUInt64LittleEndian(mine.AsSpan(8), Checksum.Of(Encoding.UTF8.GetBytes(what), Checksum.Empty));
        BinaryPrimitives.WriteInt64LittleEndian(mine.AsSpan(16), length);
        BinaryPrimitives.WriteUInt64LittleEndian(mine.AsSpan(24), note);
        byte[][] all = [.. Ranks.Select(rank => rank == Rank ? mine : new byte[HeaderBytes])];
        return new Headers(this, what, _calls, all, Start(Tag, [.. Ranks.Select(_ => (ReadOnlyMemory<byte>)mine)], [.. all.Select((part, rank) => rank == Rank ? default : (Memory<byte>)part)]));
    }

    /// <summary>Begins a message to another rank.</summary>
    public Transfer Send(int rank, int tag, ReadOnlyMemory<byte> bytes) => transport!.Send(rank, tag, bytes);

    /// <summary>Begins to wait for a message of another rank's.</summary>
    public Transfer Receive(int rank, int tag, Memory<byte> bytes) => transport!.Receive(rank, tag, bytes);

    /// <summary>Begins to send to every other rank and to receive from every other rank; what has length 0 is neither sent nor waited for, so both ends know each other's lengths.</summary>
    public List<Transfer> Start(int tag, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive)
    {
        var open = new List<Transfer>();
        for (var rank = 0; rank < Size; rank++)
        {
            if (rank == Rank) continue;
            if (receive[rank].Length > 0) open.Add(transport!.Receive(rank, tag, receive[rank]));
            if (send[rank].Length > 0) open.Add(transport!.Send(rank, tag, send[rank]));
        }

        return open;
    }

    /// <summary>Waits until messages have arrived.</summary>
    public void Wait(string what, List<Transfer> open) => Wait(what, () => open.RemoveAll(t => t.IsDone()) > 0, () => open);

    /// <summary>
    /// Waits for messages, with something to do as they arrive. Looking costs next to nothing; a wait that lasts leaves the core to others. What is waited counts
    /// as such, and what is done as it arrives does not.
    /// </summary>
    /// <param name="advance">Does what can be done; whether that was anything.</param>
    /// <param name="open">What is still on its way; none when the wait is over.</param>
    /// <exception cref="UserError">Nothing came in time: the ranks are named.</exception>
    public void Wait(string what, Func<bool> advance, Func<IEnumerable<Transfer>> open)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var (start, processor) = (Stopwatch.GetTimestamp(), ThreadProcessor.Time);
            var moved = advance();
            if (!open().Any()) return;
            if (moved)
            {
                clock.Restart();
                continue;
            }

            if (clock.Elapsed > transport!.Patience) throw Late(what, [.. open()]);
            if (clock.Elapsed > Spin) Thread.Sleep(clock.Elapsed > Soon ? LaterLook : Look);
            else Thread.Yield();
            _waited += Stopwatch.GetElapsedTime(start);
            _waiting += ThreadProcessor.Time - processor;
        }
    }

    /// <summary>The transport is the launcher's, and is ended by whoever made it.</summary>
    public void Dispose()
    {
    }

    private IEnumerable<int> Ranks => Enumerable.Range(0, Size);

    private void Exchange(string what, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive) => Wait(what, Start(Tag, send, receive));

    private UserError Late(string what, Transfer[] open)
    {
        var missing = open.Where(o => !o.IsSend).Select(o => o.Rank).Concat(open.Select(o => o.Rank)).Distinct().Order().ToArray();
        return new UserError(
            string.Create(CultureInfo.InvariantCulture, $"rank {Rank} waited {transport!.Patience.TotalSeconds:0.#} s for {(missing.Length == 1 ? "rank" : "ranks")} {string.Join(", ", missing)} ({what}): it hangs, is much slower, or has lost its connection."),
            advice: "Look at that rank's machine; then go on from the newest checkpoint (deliberate resume, with the same number of ranks). DELIBERATE_MPI_TIMEOUT_S sets how long a rank is waited for.");
    }

    /// <summary>What all ranks say of a call.</summary>
    /// <param name="world">Of this rank.</param>
    /// <param name="what">Of the call.</param>
    /// <param name="call">Its number.</param>
    /// <param name="all">Of each rank, as they arrive.</param>
    /// <param name="open">Not yet arrived.</param>
    internal sealed class Headers(World world, string what, long call, byte[][] all, List<Transfer> open)
    {
        /// <summary>Still on its way.</summary>
        public List<Transfer> Open => open;

        /// <summary>Of each rank, once all have arrived.</summary>
        /// <exception cref="UserError">They are at different calls.</exception>
        public (long Length, ulong Note)[] Read()
        {
            var mine = all[world.Rank];
            var apart = world.Ranks.Where(rank => !all[rank].AsSpan(0, 16).SequenceEqual(mine.AsSpan(0, 16))).ToArray();
            if (apart.Length > 0) throw new UserError($"rank {world.Rank} is at {what} (call {call}), and {(apart.Length == 1 ? "rank" : "ranks")} {string.Join(", ", apart)} elsewhere (call {BinaryPrimitives.ReadInt64LittleEndian(all[apart[0]])}): they no longer do the same.", advice: "They run different programs, or one has left its course; go on from the newest checkpoint.");
            return [.. all.Select(part => (BinaryPrimitives.ReadInt64LittleEndian(part.AsSpan(16)), BinaryPrimitives.ReadUInt64LittleEndian(part.AsSpan(24))))];
        }
    }
}
