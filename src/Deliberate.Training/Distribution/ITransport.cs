namespace Deliberate.Training;

/// <summary>Bytes between the ranks of a run: what a <see cref="World"/> is made of. MPI is one, threads of a test another.</summary>
internal interface ITransport : IDisposable
{
    int Rank { get; }

    int Size { get; }

    /// <summary>Ranks on the same machine, this one counted.</summary>
    int OnThisMachine { get; }

    /// <summary>
    /// Sends to every other rank and receives from every other rank, all at once; [rank], that of this rank unused. What has length 0 is neither
    /// sent nor waited for, so both ends know each other's lengths.
    /// </summary>
    /// <param name="what">For the message of a wait that takes too long.</param>
    /// <exception cref="Core.UserError">A rank did not answer in time; it is named.</exception>
    void Exchange(string what, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive);
}
