using System.Numerics;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A <see cref="GradientBucket"/> on its way; used again for others.</summary>
/// <param name="world">The ranks.</param>
/// <param name="gradients">This rank's, where the sums go too.</param>
/// <param name="stays">Whether a rank's sums are its own business: it is who updates those weights.</param>
internal sealed class BucketTransfer(World world, DeviceBuffer gradients, bool stays)
{
    private readonly List<Transfer> _parts = [], _sums = [], _received = [];
    private GradientBucket _bucket = null!;
    private float[] _own = [], _others = [];
    private int _tag;
    private Stage _stage = Stage.Over;

    private enum Stage
    {
        /// <summary>The others' gradients of this rank's part may arrive; its own is not complete.</summary>
        Waiting,

        /// <summary>Its own is on its way to those whose parts it is of.</summary>
        Sent,

        /// <summary>All have arrived, and the sum of its part is on its way to all.</summary>
        Summed,

        /// <summary>The others' sums may arrive.</summary>
        Returning,
        Over,
    }

    public bool IsOver => _stage == Stage.Over;

    /// <summary>Messages on their way.</summary>
    public IEnumerable<Transfer> Open => _received.Concat(_parts).Concat(_sums);

    private int Mine => LengthOf(world.Rank);

    /// <param name="tag">Of its messages, and the one behind it.</param>
    public void Begin(GradientBucket bucket, int tag)
    {
        (_bucket, _tag, _stage) = (bucket, tag, Stage.Waiting);
        if (_own.Length < bucket.Length) _own = new float[bucket.Length];
        if (_others.Length < Mine * world.Size) _others = new float[Mine * world.Size];
        Receive(_tag, rank => FloatBytes.Of(_others, rank * Mine, Mine));
    }

    /// <summary>Does what can be done now.</summary>
    /// <param name="stagesDone">Of the backward.</param>
    /// <returns>Whether that was anything.</returns>
    public bool Advance(int stagesDone)
    {
        var moved = _received.RemoveAll(t => t.IsDone()) + _parts.RemoveAll(t => t.IsDone()) + _sums.RemoveAll(t => t.IsDone()) > 0;
        while (Next(stagesDone)) moved = true;
        return moved;
    }

    private bool Next(int stagesDone)
    {
        switch (_stage)
        {
            case Stage.Waiting when _bucket.Stage < stagesDone:
                for (var rank = 0; rank < world.Size; rank++) _bucket.Parts[rank].Read(gradients, 0, Part(rank));
                Send(_parts, _tag, rank => FloatBytes.Of(_own, _bucket.Starts[rank], LengthOf(rank)));
                _stage = Stage.Sent;
                return true;
            case Stage.Sent when _received.Count == 0:
                Sum();
                if (stays) _bucket.Parts[world.Rank].Write(gradients, 0, Part(world.Rank));
                else Send(_sums, _tag + 1, _ => FloatBytes.Of(_own, _bucket.Starts[world.Rank], Mine));
                _stage = Stage.Summed;
                return true;
            // What the others' sums are received over has to be sent before.
            case Stage.Summed when _parts.Count == 0:
                if (!stays) Receive(_tag + 1, rank => FloatBytes.Of(_own, _bucket.Starts[rank], LengthOf(rank)));
                _stage = stays ? Stage.Over : Stage.Returning;
                return true;
            case Stage.Returning when _received.Count == 0 && _sums.Count == 0:
                for (var rank = 0; rank < world.Size; rank++) _bucket.Parts[rank].Write(gradients, 0, Part(rank));
                _stage = Stage.Over;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Adds the ranks' gradients of this rank's part in their order, in double, into its own.</summary>
    private void Sum()
    {
        var own = Part(world.Rank);
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= own.Length - width; i += width)
        {
            Vector<double> low = default, high = default;
            for (var rank = 0; rank < world.Size; rank++)
            {
                Vector.Widen(new Vector<float>(rank == world.Rank ? own[i..] : _others.AsSpan((rank * Mine) + i)), out var below, out var above);
                low += below;
                high += above;
            }

            Vector.Narrow(low, high).CopyTo(own[i..]);
        }

        for (; i < own.Length; i++)
        {
            var sum = 0.0;
            for (var rank = 0; rank < world.Size; rank++) sum += rank == world.Rank ? own[i] : _others[(rank * Mine) + i];
            own[i] = (float)sum;
        }
    }

    private void Send(List<Transfer> open, int tag, Func<int, Memory<byte>> bytes)
    {
        for (var rank = 0; rank < world.Size; rank++)
            if (rank != world.Rank && bytes(rank) is { Length: > 0 } part) open.Add(world.Send(rank, tag, part));
    }

    private void Receive(int tag, Func<int, Memory<byte>> bytes)
    {
        for (var rank = 0; rank < world.Size; rank++)
            if (rank != world.Rank && bytes(rank) is { Length: > 0 } part) _received.Add(world.Receive(rank, tag, part));
    }

    private Span<float> Part(int rank) => _own.AsSpan(_bucket.Starts[rank], LengthOf(rank));

    private int LengthOf(int rank) => (int)_bucket.Parts[rank].Length;
}
