using System.Buffers;

namespace Deliberate.Training;

/// <summary>
/// Bytes by MPI's point-to-point calls, all of them begun and looked after rather than waited for inside MPI, so that a wait costs no core, and ends.
/// Any thread may call, one at a time (MPI_THREAD_SERIALIZED); where the library grants less, only the one that began.
/// </summary>
internal sealed unsafe class MpiTransport : ITransport
{
    /// <summary>
    /// Bytes of one message. MPI counts in 32 bits; between machines it is less than what the library sends without asking first (64 KB over TCP), for on a
    /// slow line the answer to the question queues up behind everything else that is on its way.
    /// </summary>
    private const int MostBytes = 1 << 28, MostBytesUnasked = 63 << 10;

    private readonly MpiLibrary _library;
    private readonly int? _thread;
    private readonly int _mostBytes;
    private int _calls;
    private bool _isOver;

    /// <param name="patience">How long a rank may be waited for.</param>
    public MpiTransport(MpiLibrary library, TimeSpan patience)
    {
        (_library, Patience) = (library, patience);
        (Rank, Size, var anyThread) = library.Initialise();
        _thread = anyThread ? null : Environment.CurrentManagedThreadId;
        _mostBytes = OnThisMachine < Size ? MostBytesUnasked : MostBytes;
    }

    public int Rank { get; }

    public int Size { get; }

    public int OnThisMachine => MpiLibrary.OnThisMachine;

    public TimeSpan Patience { get; }

    public Transfer Send(int rank, int tag, ReadOnlyMemory<byte> bytes) => new MpiTransfer(this, rank, tag, bytes, isSend: true);

    public Transfer Receive(int rank, int tag, Memory<byte> bytes) => new MpiTransfer(this, rank, tag, bytes, isSend: false);

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

    private void Enter()
    {
        if (Interlocked.Exchange(ref _calls, 1) != 0 || (_thread is { } first && first != Environment.CurrentManagedThreadId)) throw new InvalidOperationException("MPI is called by a thread that it was not made ready for.");
    }

    private void Leave() => Volatile.Write(ref _calls, 0);

    private sealed class MpiTransfer : Transfer
    {
        private readonly MpiTransport _transport;
        private readonly nint[] _requests;
        private MemoryHandle _pin;
        private int _next;

        public MpiTransfer(MpiTransport transport, int rank, int tag, ReadOnlyMemory<byte> bytes, bool isSend)
            : base(rank, isSend)
        {
            _transport = transport;
            var most = transport._mostBytes;
            _requests = new nint[(bytes.Length + most - 1L) / most];
            // Until it is done: of one that is given up the library may still hold the address.
            _pin = bytes.Pin();
            transport.Enter();
            for (var i = 0; i < _requests.Length; i++)
            {
                var at = (byte*)_pin.Pointer + ((long)i * most);
                var length = (int)Math.Min(most, bytes.Length - ((long)i * most));
                _requests[i] = isSend ? transport._library.Send(at, length, rank, tag) : transport._library.Receive(at, length, rank, tag);
            }

            transport.Leave();
        }

        public override bool IsDone()
        {
            if (_next == _requests.Length) return true;
            _transport.Enter();
            while (_next < _requests.Length && _transport._library.IsDone(ref _requests[_next])) _next++;
            _transport.Leave();
            if (_next < _requests.Length) return false;
            _pin.Dispose();
            return true;
        }
    }
}
