using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Bytes by MPI's point-to-point calls. It asks now and then whether they are done rather than waiting inside MPI, so that a wait costs no
/// core, and ends: with a message that names the ranks that were waited for. Used by one thread.
/// </summary>
internal sealed unsafe class MpiTransport : ITransport
{
    /// <summary>Bytes of one message: MPI counts in 32 bits.</summary>
    private const int MostBytes = 1 << 28;

    private const int Tag = 77;

    private static readonly TimeSpan Spin = TimeSpan.FromMilliseconds(2);

    private readonly MpiLibrary _library;
    private readonly TimeSpan _timeout;
    private bool _isOver;

    /// <param name="timeout">That a rank may be waited for.</param>
    public MpiTransport(MpiLibrary library, TimeSpan timeout)
    {
        (_library, _timeout) = (library, timeout);
        (Rank, Size) = library.Initialise();
    }

    public int Rank { get; }

    public int Size { get; }

    public int OnThisMachine => MpiLibrary.OnThisMachine;

    public void Exchange(string what, IReadOnlyList<ReadOnlyMemory<byte>> send, IReadOnlyList<Memory<byte>> receive)
    {
        var pins = new List<System.Buffers.MemoryHandle>();
        var open = new List<(nint Request, int Rank, bool IsSend)>();
        try
        {
            for (var rank = 0; rank < Size; rank++)
            {
                if (rank == Rank) continue;
                Begin(receive[rank], rank, isSend: false);
                Begin(send[rank], rank, isSend: true);
            }

            Wait(what, open);
        }
        finally
        {
            foreach (var pin in pins) pin.Dispose();
        }

        void Begin(ReadOnlyMemory<byte> bytes, int rank, bool isSend)
        {
            for (var at = 0; at < bytes.Length; at += MostBytes)
            {
                var piece = bytes.Slice(at, Math.Min(MostBytes, bytes.Length - at));
                var pin = piece.Pin();
                pins.Add(pin);
                open.Add((isSend ? _library.Send((byte*)pin.Pointer, piece.Length, rank, Tag) : _library.Receive((byte*)pin.Pointer, piece.Length, rank, Tag), rank, isSend));
            }
        }
    }

    public void Dispose()
    {
        if (_isOver) return;
        _isOver = true;
        _library.End();
    }

    /// <summary>Ends all ranks: for whoever cannot go on.</summary>
    public void Abort(int code)
    {
        _isOver = true;
        _library.Abort(code);
    }

    private void Wait(string what, List<(nint Request, int Rank, bool IsSend)> open)
    {
        var clock = Stopwatch.StartNew();
        while (open.Count > 0)
        {
            for (var i = open.Count - 1; i >= 0; i--)
            {
                var request = open[i].Request;
                if (_library.IsDone(ref request)) open.RemoveAt(i);
            }

            if (open.Count == 0) return;
            if (clock.Elapsed > _timeout)
            {
                var missing = open.Where(o => !o.IsSend).Select(o => o.Rank).Concat(open.Select(o => o.Rank)).Distinct().Order().ToArray();
                throw new UserError(
                    string.Create(CultureInfo.InvariantCulture, $"rank {Rank} waited {_timeout.TotalSeconds:0.#} s for {(missing.Length == 1 ? "rank" : "ranks")} {string.Join(", ", missing)} ({what}): it hangs, is much slower, or has lost its connection."),
                    advice: "Look at that rank's machine; then go on from the newest checkpoint (deliberate resume, with the same number of ranks). DELIBERATE_MPI_TIMEOUT_S sets how long a rank is waited for.");
            }

            if (clock.Elapsed > Spin) Thread.Sleep(clock.ElapsedMilliseconds > 200 ? 5 : 1);
            else Thread.Yield();
        }
    }
}
