namespace Deliberate.Tensors;

/// <summary>
/// Whose turn it is on a device: one thread's at a time, those that wait in the order in which they came. A pass is one turn, so
/// hosts, scorers and trainers that share a device work by turns, each with all of its workers. A thread that has the turn may take
/// it again.
/// </summary>
internal sealed class DeviceTurns
{
    [ThreadStatic]
    private static SemaphoreSlim? s_mine;

    private readonly Lock _lock = new();
    private readonly Queue<(int Thread, SemaphoreSlim Signal)> _waiting = new();
    private int _owner, _depth;

    /// <summary>Threads that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Waits for the turn; disposing of the result ends it.</summary>
    public Turn Take()
    {
        var thread = Environment.CurrentManagedThreadId;
        SemaphoreSlim signal;
        lock (_lock)
        {
            if (_depth == 0 || _owner == thread)
            {
                _owner = thread;
                _depth++;
                return new Turn(this);
            }

            signal = s_mine ??= new SemaphoreSlim(0);
            _waiting.Enqueue((thread, signal));
        }

        // Handed over by whoever has it: nobody can take it in between.
        signal.Wait();
        return new Turn(this);
    }

    private void End()
    {
        SemaphoreSlim? next = null;
        lock (_lock)
        {
            if (--_depth > 0 || !_waiting.TryDequeue(out var first)) return;
            (_owner, _depth, next) = (first.Thread, 1, first.Signal);
        }

        next.Release();
    }

    /// <summary>A turn that is held.</summary>
    public readonly ref struct Turn(DeviceTurns turns)
    {
        public void Dispose() => turns.End();
    }
}
