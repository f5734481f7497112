using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>The ranks that share an optimizer, each with the moments of its own parts.</summary>
internal sealed class OptimizerPeers(World world) : IOptimizerPeers
{
    private const int WeightsTag = 79, MomentsTag = 80;

    /// <summary>Elements of one rank that are on their way at a time.</summary>
    private const int Piece = 1 << 20;

    private ElementRanges[]? _updated;
    private float[][] _pieces = [];

    public int Rank => world.Rank;

    public int Size => world.Size;

    public void Fill(double[] values, ReadOnlySpan<OptimizerPart> parts)
    {
        var mine = new List<double>();
        for (var i = 0; i < parts.Length; i++)
            if (parts[i].Owner == Rank) mine.Add(values[i]);
        var all = world.Gather("norms", [.. mine]);
        var next = new int[Size];
        for (var i = 0; i < parts.Length; i++) values[i] = all[parts[i].Owner][next[parts[i].Owner]++];
    }

    public void Fill(DeviceBuffer values, ReadOnlySpan<OptimizerPart> parts)
    {
        const string What = "weights";
        _updated ??= Ranges(parts);
        var headers = world.Announce(What, _updated[Rank].Length);
        world.Wait(What, headers.Open);
        headers.Read();
        if (_pieces.Length == 0) _pieces = [.. _updated.Select(r => new float[Math.Min(Piece, r.Length)])];
        for (long at = 0; at < _updated.Max(r => r.Length); at += Piece)
        {
            int Length(int rank) => (int)Math.Clamp(_updated[rank].Length - at, 0, Piece);
            Memory<byte> Bytes(int rank) => FloatBytes.Of(_pieces[rank], 0, Length(rank));
            _updated[Rank].Read(values, Math.Min(at, _updated[Rank].Length), _pieces[Rank].AsSpan(0, Length(Rank)));
            var open = new List<Transfer>();
            for (var rank = 0; rank < Size; rank++)
            {
                if (rank == Rank) continue;
                if (Length(rank) > 0) open.Add(world.Receive(rank, WeightsTag, Bytes(rank)));
                if (Length(Rank) > 0) open.Add(world.Send(rank, WeightsTag, Bytes(Rank)));
            }

            world.Wait(What, open);
            for (var rank = 0; rank < Size; rank++)
                if (rank != Rank && Length(rank) > 0) _updated[rank].Write(values, at, _pieces[rank].AsSpan(0, Length(rank)));
        }
    }

    public void ToFirst(float[] piece, int length, int owner)
    {
        if (owner == 0 || (Rank != owner && Rank != 0)) return;
        var bytes = FloatBytes.Of(piece, 0, length);
        world.Wait("moments", [Rank == 0 ? world.Receive(owner, MomentsTag, bytes) : world.Send(0, MomentsTag, bytes)]);
    }

    private ElementRanges[] Ranges(ReadOnlySpan<OptimizerPart> parts)
    {
        var all = parts.ToArray();
        return [.. Enumerable.Range(0, Size).Select(rank => new ElementRanges(all.Where(p => p.Owner == rank).OrderBy(p => p.Offset).Select(p => (p.Offset, p.Length))))];
    }
}
