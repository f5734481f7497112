using System.Collections.Concurrent;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Ranks that are threads of one process: what MPI's processes are to a <see cref="World"/>.</summary>
internal sealed class ThreadTransport(int rank, BlockingCollection<byte[]>[,] wires) : ITransport
{
    public int Rank { get; } = rank;

    public int Size => wires.GetLength(0);

    public int OnThisMachine => Size;

    /// <summary>Does something in as many ranks at once; the first failure is thrown.</summary>
    public static T[] Run<T>(int size, Func<World, T> work)
    {
        var wires = new BlockingCollection<byte[]>[size, size];
        for (var i = 0; i < size * size; i++) wires[i / size, i % size] = [];
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

    public void Exchange(string what, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive)
    {
        for (var other = 0; other < Size; other++)
            if (other != Rank && send[other].Length > 0) wires[Rank, other].Add(send[other].ToArray());
        for (var other = 0; other < Size; other++)
        {
            if (other == Rank || receive[other].Length == 0) continue;
            if (!wires[other, Rank].TryTake(out var bytes, TimeSpan.FromSeconds(60))) throw new UserError($"rank {Rank} waited for rank {other} ({what})");
            bytes.CopyTo(receive[other]);
        }
    }

    public void Dispose()
    {
    }
}
