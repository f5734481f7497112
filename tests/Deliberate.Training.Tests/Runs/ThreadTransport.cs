using System.Collections.Concurrent;

namespace Deliberate.Training.Tests;

/// <summary>
/// Ranks that are threads of one process: what MPI's processes are to a <see cref="World"/>. Messages are found only every now and then when they are looked for,
/// and bytes are read when they are, so that nothing may rest on the order in which they arrive, nor change what is still on its way.
/// </summary>
internal sealed class ThreadTransport(int rank, ThreadTransport.Wire[,] wires) : ITransport
{
    private readonly Random _late = new(rank);

    public int Rank { get; } = rank;

    public int Size => wires.GetLength(0);

    public int OnThisMachine => Size;

    public TimeSpan Patience => TimeSpan.FromSeconds(60);

    /// <summary>Does something in as many ranks at once; the first failure is thrown.</summary>
    public static T[] Run<T>(int size, Func<World, T> work)
    {
        var wires = new Wire[size, size];
        for (var i = 0; i < size * size; i++) wires[i / size, i % size] = new Wire();
        var results = new T[size];
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(new World(new ThreadTransport(rank, wires)));
            }
            catch (Exception error)
            {
                failures.Enqueue(error);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.TryDequeue(out var first)) throw first;
        return results;
    }

    public Transfer Send(int rank, int tag, ReadOnlyMemory<byte> bytes) => new Message(this, wires[Rank, rank], rank, tag, bytes, default);

    public Transfer Receive(int rank, int tag, Memory<byte> bytes) => new Message(this, wires[rank, Rank], rank, tag, default, bytes);

    public void Dispose()
    {
    }

    /// <summary>From one rank to another: under each tag what was sent and what is waited for, in their order.</summary>
    internal sealed class Wire
    {
        public Dictionary<int, Queue<Message>> Sent { get; } = [];

        public Dictionary<int, Queue<Message>> Awaited { get; } = [];
    }

    internal sealed class Message : Transfer
    {
        private readonly ThreadTransport _transport;
        private readonly Wire _wire;
        private readonly int _tag;
        private readonly ReadOnlyMemory<byte> _from;
        private readonly Memory<byte> _to;
        private bool _isDone;

        public Message(ThreadTransport transport, Wire wire, int rank, int tag, ReadOnlyMemory<byte> from, Memory<byte> to)
            : base(rank, isSend: to.IsEmpty)
        {
            (_transport, _wire, _tag, _from, _to) = (transport, wire, tag, from, to);
            lock (wire)
            {
                var lists = IsSend ? wire.Sent : wire.Awaited;
                if (!lists.TryGetValue(tag, out var list)) lists[tag] = list = new();
                list.Enqueue(this);
            }
        }

        public override bool IsDone()
        {
            if (_transport._late.Next(3) == 0) return false;
            lock (_wire)
            {
                // Whoever looks moves what both are ready for.
                while (_wire.Sent.TryGetValue(_tag, out var sent) && sent.Count > 0 && _wire.Awaited.TryGetValue(_tag, out var awaited) && awaited.Count > 0)
                {
                    var (one, other) = (sent.Dequeue(), awaited.Dequeue());
                    one._from.Length.ShouldBe(other._to.Length, "both ends know how much there is");
                    one._from.CopyTo(other._to);
                    (one._isDone, other._isDone) = (true, true);
                }

                return _isDone;
            }
        }
    }
}
