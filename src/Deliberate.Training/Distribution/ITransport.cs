namespace Deliberate.Training;

/// <summary>
/// Bytes between the ranks of a run: what a <see cref="World"/> is made of. MPI is one, threads of a test another. Messages from one rank to another
/// under one tag arrive in the order in which they were sent. For one thread at a time.
/// </summary>
internal interface ITransport : IDisposable
{
    int Rank { get; }

    int Size { get; }

    /// <summary>Ranks on the same machine, this one counted.</summary>
    int OnThisMachine { get; }

    /// <summary>How long another rank may be waited for.</summary>
    TimeSpan Patience { get; }

    /// <summary>Begins to send bytes, which stay as they are until that is done.</summary>
    Transfer Send(int rank, int tag, ReadOnlyMemory<byte> bytes);

    /// <summary>Begins to receive bytes: as many as are sent.</summary>
    Transfer Receive(int rank, int tag, Memory<byte> bytes);
}

/// <summary>A message on its way.</summary>
/// <param name="rank">From or to which.</param>
/// <param name="isSend">Whether this rank sends it.</param>
internal abstract class Transfer(int rank, bool isSend)
{
    public int Rank { get; } = rank;

    public bool IsSend { get; } = isSend;

    /// <summary>Whether it has arrived, or its bytes may change; looking is what moves messages on.</summary>
    public abstract bool IsDone();
}
