namespace Deliberate.Server;

/// <summary>
/// Frees what requests may still use when the last of those is over that began before it was taken away: whoever began later has not seen it. So a
/// model is changed under a running server without a lock in any request's way.
/// </summary>
internal sealed class RequestEpochs : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<Epoch> _before = new();
    private Epoch _current = new();

    /// <summary>A request begins; it ends when what is returned is disposed of, once.</summary>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            _current.Open++;
            return new Entered(this, _current);
        }
    }

    /// <summary>Frees something as soon as nobody can use it. Nobody finds it any more.</summary>
    public void Retire(IDisposable what)
    {
        lock (_lock)
        {
            _current.Leaving.Add(what);
            _before.Enqueue(_current);
            _current = new Epoch();
        }

        Sweep();
    }

    /// <summary>Frees what is left, used or not.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            while (_before.TryDequeue(out var epoch)) epoch.Free();
            _current.Free();
        }
    }

    private void Leave(Epoch epoch)
    {
        lock (_lock) epoch.Open--;
        Sweep();
    }

    /// <summary>What left in one epoch may be used by requests of earlier ones too.</summary>
    private void Sweep()
    {
        while (true)
        {
            Epoch over;
            lock (_lock)
            {
                if (!_before.TryPeek(out over!) || over.Open > 0) return;
                _before.Dequeue();
            }

            over.Free();
        }
    }

    private sealed class Epoch
    {
        public int Open { get; set; }

        public List<IDisposable> Leaving { get; } = [];

        public void Free()
        {
            foreach (var one in Leaving) one.Dispose();
            Leaving.Clear();
        }
    }

    private sealed class Entered(RequestEpochs epochs, Epoch epoch) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) epochs.Leave(epoch);
        }
    }
}
