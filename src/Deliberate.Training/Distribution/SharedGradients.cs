using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The sum of the ranks' gradients, to the same bits in each: a rank receives the others' parts of its own part of a bucket, adds them in double in the order of
/// ranks, and sends what that comes to back to all, by point-to-point messages, never by the library's own reduction, whose order is not promised. 2 (n - 1) / n of
/// the gradient's bytes leave each rank; half of that where the optimizer is shared, which then sends weights. With the last backward of an update under way, buckets
/// are sent as soon as it is done with them (what PyTorch's DistributedDataParallel does, arXiv 2006.15704), by the thread that called for it, between pieces of its
/// work: no bit depends on when a message arrives.
/// </summary>
internal sealed class SharedGradients : IBackwardWatcher
{
    private const string What = "gradients";

    private const int LossTag = 78, FirstTag = 100, Tags = 4096;

    /// <summary>Buckets on their way at a time: enough for any line, and memory for no more.</summary>
    internal const int Window = 8;

    /// <summary>Between two looks at messages during a backward: they cost some microseconds each.</summary>
    private static readonly long LookEvery = Stopwatch.Frequency / 10_000;

    private readonly World _world;
    private readonly ParameterStore _store;
    private readonly Tape? _tape;
    private readonly GradientBucket[] _buckets;
    private readonly int _layers;
    private readonly Queue<BucketTransfer> _free = new();
    private readonly List<BucketTransfer> _open = [];
    private float[] _piece = [];
    private World.Headers? _headers;
    private List<Transfer> _losses = [];
    private int _next, _stagesDone;
    private long _looked;

    /// <param name="world">More than one rank.</param>
    /// <param name="tape">Whose backward fills the store's gradients; null where they are there when asked for.</param>
    /// <param name="head">What is trained before the tape's backward.</param>
    public SharedGradients(World world, ParameterStore store, Optimizer optimizer, Tape? tape = null, LinearWeight? head = null)
    {
        (_world, _store) = (world, store);
        _tape = world.Overlaps ? tape : null;
        var stages = _tape?.TrainedByLayer(store, head) ?? [[.. store.Parameters.Where(p => !p.Frozen)]];
        // One for what comes before the layers and one for what none of them names.
        _layers = stages.Length - 2;
        _buckets = GradientBucket.Cut(stages, optimizer, world.Size, world.Buckets);
        for (var i = 0; i < Window; i++) _free.Enqueue(new BucketTransfer(world, store.Gradients, optimizer.Peers is not null));
    }

    /// <summary>Null for a run of one.</summary>
    public static SharedGradients? Of(World? world, ParameterStore store, Optimizer optimizer, Tape tape, LinearWeight? head = null) => world is { Size: > 1 } ? new SharedGradients(world, store, optimizer, tape, head) : null;

    /// <summary>At the beginning of an update: says which weights this rank has, and is ready for what arrives.</summary>
    public void Begin()
    {
        _headers = _world.Announce(What, _store.BufferLength, HashOfWeights());
        (_next, _stagesDone, _losses) = (0, 0, []);
        if (_tape is not null) Advance();
    }

    /// <summary>The next backward of the tape is this rank's last of the update.</summary>
    public void Overlap()
    {
        if (_tape is not null) _tape.Watcher = this;
    }

    /// <summary>Sends what has not been sent and waits for the others' gradients, which have to be of the same weights.</summary>
    /// <returns>The loss of the whole batch: the sum over ranks, in their order.</returns>
    /// <exception cref="UserError">Weights have come apart, or a rank does not answer.</exception>
    public double Finish(double loss)
    {
        if (_tape is not null) _tape.Watcher = null;
        _stagesDone = int.MaxValue;
        byte[][] all = [.. Enumerable.Range(0, _world.Size).Select(rank => rank == _world.Rank ? BitConverter.GetBytes(loss) : new byte[sizeof(double)])];
        _losses = _world.Start(LossTag, [.. all.Select(_ => (ReadOnlyMemory<byte>)all[_world.Rank])], [.. all.Select((part, rank) => rank == _world.Rank ? default : (Memory<byte>)part)]);
        var isSame = false;
        _world.Wait(What, Move, Open);
        var sum = 0.0;
        foreach (var part in all) sum += BitConverter.ToDouble(part);
        return sum;

        bool Move()
        {
            var moved = Advance();
            if (isSame || _headers!.Open.Count > 0) return moved;
            SameWeights();
            return isSame = true;
        }
    }

    public void Done(int layer)
    {
        _stagesDone = Math.Max(_stagesDone, _layers - layer + 1);
        Advance();
    }

    public void Look()
    {
        if (Stopwatch.GetTimestamp() - _looked < LookEvery) return;
        Advance();
        _looked = Stopwatch.GetTimestamp();
    }

    /// <summary>Does what can be done now; whether that was anything.</summary>
    private bool Advance()
    {
        var moved = _headers!.Open.RemoveAll(t => t.IsDone()) + _losses.RemoveAll(t => t.IsDone()) > 0;
        for (var isOver = true; isOver;)
        {
            isOver = false;
            for (; _next < _buckets.Length && _free.TryDequeue(out var slot); _next++)
            {
                slot.Begin(_buckets[_next], FirstTag + (2 * (_next % Tags)));
                _open.Add(slot);
                moved = true;
            }

            for (var i = 0; i < _open.Count; i++)
            {
                moved |= _open[i].Advance(_stagesDone);
                if (!_open[i].IsOver) continue;
                // There is room for the next.
                _free.Enqueue(_open[i]);
                _open.RemoveAt(i--);
                isOver = true;
            }
        }

        return moved;
    }

    private IEnumerable<Transfer> Open() => _headers!.Open.Concat(_losses).Concat(_open.SelectMany(s => s.Open));

    private ulong HashOfWeights()
    {
        const int Piece = 1 << 18;
        var hash = Checksum.Empty;
        if (_piece.Length == 0) _piece = new float[Math.Min(Piece, _store.BufferLength)];
        for (long at = 0; at < _store.BufferLength; at += _piece.Length)
        {
            var part = _piece.AsSpan(0, (int)Math.Min(_piece.Length, _store.BufferLength - at));
            _store.Values.Read(at, part);
            hash = Checksum.Of(MemoryMarshal.AsBytes(part), hash);
        }

        return hash;
    }

    private void SameWeights() => _world.Same(
        "hash of the weights", [.. _headers!.Read().Select(h => h.Note.ToString("x16", CultureInfo.InvariantCulture))],
        "Their memory, instruction set or libraries differ: from here on they would train different models. Go on from the newest checkpoint on machines of one kind.");
}
