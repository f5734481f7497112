namespace Deliberate.Tensors;

/// <summary>Work for all workers at once; kept and reused, so that starting it allocates nothing.</summary>
internal abstract class ParallelJob
{
    /// <summary>Runs once on each worker, worker 0 being the calling thread.</summary>
    public abstract void Execute(int worker);
}

/// <summary>
/// A fixed set of threads for fork and join. A worker that waits spins for some tens of microseconds, the usual gap between two
/// operations, then parks until it is woken; so an idle or busy machine loses little to it.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>Turns of SpinWait before parking: about 50 µs.</summary>
    private const int SpinTurns = 2000;

    private readonly Worker[] _workers;
    private ParallelJob? _job;
    private int _epoch;
    private int _pending;
    private Exception? _failure;
    private volatile bool _stopping;

    public WorkerPool(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _workers = new Worker[count - 1];
        for (var i = 0; i < _workers.Length; i++) _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>Workers, the calling thread included.</summary>
    public int Count { get; }

    /// <summary>Runs the job on every worker and returns when all are done; a failure of any is thrown here.</summary>
    public void Run(ParallelJob job)
    {
        if (_workers.Length == 0)
        {
            job.Execute(0);
            return;
        }

        _job = job;
        _failure = null;
        Volatile.Write(ref _pending, _workers.Length);
        Interlocked.Increment(ref _epoch);
        foreach (var worker in _workers) worker.Wake();
        try
        {
            job.Execute(0);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }

        var spin = 0;
        while (Volatile.Read(ref _pending) != 0)
        {
            if (++spin < SpinTurns) Thread.SpinWait(8);
            else Thread.Yield();
        }

        if (_failure is not null) throw new AggregateException(_failure);
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        Interlocked.Increment(ref _epoch);
        foreach (var worker in _workers) worker.Dispose();
    }

    private sealed class Worker : IDisposable
    {
        private readonly WorkerPool _pool;
        private readonly int _index;
        private readonly Thread _thread;
        private readonly SemaphoreSlim _signal = new(0);
        private int _parked;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            _index = index;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"deliberate worker {index}" };
            _thread.Start();
        }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _parked, 0) == 1) _signal.Release();
        }

        public void Dispose()
        {
            Wake();
            _thread.Join();
            _signal.Dispose();
        }

        private void Loop()
        {
            var seen = 0;
            while (true)
            {
                var spin = 0;
                while (Volatile.Read(ref _pool._epoch) == seen)
                {
                    if (++spin < SpinTurns)
                    {
                        Thread.SpinWait(8);
                        continue;
                    }

                    // Announce the sleep, then look once more: a job that came in between would otherwise not wake us.
                    Interlocked.Exchange(ref _parked, 1);
                    if (Volatile.Read(ref _pool._epoch) != seen && Interlocked.Exchange(ref _parked, 0) == 1) break;
                    _signal.Wait();
                    spin = 0;
                }

                seen = Volatile.Read(ref _pool._epoch);
                if (_pool._stopping) return;
                try
                {
                    _pool._job!.Execute(_index);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _pool._failure, e, null);
                }

                Interlocked.Decrement(ref _pool._pending);
            }
        }
    }
}
