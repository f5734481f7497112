using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Deliberate.Tensors;

/// <summary>Work for all workers at once; kept and reused, so that starting it allocates nothing.</summary>
internal abstract class ParallelJob
{
    /// <summary>Runs once on each worker, worker 0 being the calling thread.</summary>
    public abstract void Execute(int worker);
}

/// <summary>
/// A fixed set of threads for fork and join. Each worker has one share of a job, claimed before it runs; the calling thread, done
/// with its own, takes the shares that nobody has begun. So a worker that the system gave no core to holds nothing up: on a busy
/// machine a job is slower by the time it did not get, not by the time it waited for its threads to be scheduled. A worker that
/// waits spins for a tenth of a millisecond, longer than the usual gap between two operations, then parks; each share that it comes
/// too late for while it spins halves that time, since another process needs the core.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>How long a worker that has been in time waits before it parks, and one that came late again and again.</summary>
    private static readonly long MostSpin = Stopwatch.Frequency / 1_000_000 * 100, LeastSpin = Stopwatch.Frequency / 1_000_000;

    /// <summary>Whose share this thread runs.</summary>
    [ThreadStatic]
    private static WorkerPool? s_within;

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

    /// <summary>Shares that the calling thread ran because their worker had not begun: a measure of how busy the machine is.</summary>
    public long SharesTakenOver { get; private set; }

    /// <summary>One thread's work at a time: what other threads have for the workers waits until its turn.</summary>
    public DeviceTurns Turns { get; } = new();

    /// <summary>Runs every share of the job and returns when all are done; a failure of any is thrown here.</summary>
    /// <exception cref="InvalidOperationException">Called by a job of the same workers, which would wait for itself.</exception>
    public void Run(ParallelJob job)
    {
        if (s_within == this) throw new InvalidOperationException("A job may not run another on its own workers.");
        using var turn = Turns.Take();
        RunShares(job);
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        Interlocked.Increment(ref _epoch);
        foreach (var worker in _workers) worker.Dispose();
    }

    private void RunShares(ParallelJob job)
    {
        if (_workers.Length == 0)
        {
            s_within = this;
            try
            {
                job.Execute(0);
            }
            finally
            {
                s_within = null;
            }

            return;
        }

        _job = job;
        _failure = null;
        Volatile.Write(ref _pending, _workers.Length);
        var epoch = Interlocked.Increment(ref _epoch);
        foreach (var worker in _workers) worker.Wake();
        Execute(0);
        foreach (var worker in _workers)
        {
            if (!worker.Claim(epoch)) continue;
            worker.CameLate();
            SharesTakenOver++;
            Execute(worker.Index);
            Interlocked.Decrement(ref _pending);
        }

        var spin = new Spin(MostSpin);
        while (Volatile.Read(ref _pending) != 0)
            if (!spin.Turn()) Thread.Yield();

        if (_failure is not null) throw new AggregateException(_failure);
    }

    private void Execute(int share)
    {
        s_within = this;
        try
        {
            _job!.Execute(share);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
        finally
        {
            s_within = null;
        }
    }

    /// <summary>A wait of a few nanoseconds a turn, which looks at the clock only now and then.</summary>
    private struct Spin(long length)
    {
        private const int TurnsBetweenLooks = 16;

        private readonly long _end = Stopwatch.GetTimestamp() + length;
        private int _turns;

        /// <summary>False once the time is over.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Turn()
        {
            // SpinWait would do on all machines, but its shortest waits are several times as long as this.
            if (X86Base.IsSupported) X86Base.Pause();
            else Thread.SpinWait(1);
            return ++_turns % TurnsBetweenLooks != 0 || Stopwatch.GetTimestamp() < _end;
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly WorkerPool _pool;
        private readonly Thread _thread;
        private readonly SemaphoreSlim _signal = new(0);
        private int _parked, _claimed;
        private bool _woken;
        private long _spin = MostSpin;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            Index = index;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"deliberate worker {index}" };
            _thread.Start();
        }

        public int Index { get; }

        /// <summary>Takes this worker's share of a job, if nobody has: every share is claimed before the next job begins.</summary>
        public bool Claim(int epoch) => Interlocked.CompareExchange(ref _claimed, epoch, epoch - 1) == epoch - 1;

        /// <summary>
        /// Late though it was spinning: something else has its core. Late because it had to be woken: it parked too early, and would
        /// go on coming late on an idle machine.
        /// </summary>
        public void CameLate() => _spin = _woken ? Longer(_spin) : Math.Max(LeastSpin, _spin / 2);

        public void Wake()
        {
            _woken = Interlocked.Exchange(ref _parked, 0) == 1;
            if (_woken) _signal.Release();
        }

        public void Dispose()
        {
            Wake();
            _thread.Join();
            _signal.Dispose();
        }

        private static long Longer(long spin) => Math.Min(MostSpin, spin + (spin / 8) + 1);

        private void Loop()
        {
            var seen = 0;
            while (true)
            {
                var spin = new Spin(_spin);
                while (Volatile.Read(ref _pool._epoch) == seen)
                {
                    if (spin.Turn()) continue;

                    // Announce the sleep, then look once more: a job that came in between would otherwise not wake us.
                    Interlocked.Exchange(ref _parked, 1);
                    if (Volatile.Read(ref _pool._epoch) != seen && Interlocked.Exchange(ref _parked, 0) == 1) break;
                    _signal.Wait();
                    spin = new Spin(_spin);
                }

                seen = Volatile.Read(ref _pool._epoch);
                if (_pool._stopping) return;
                if (!Claim(seen)) continue;
                _pool.Execute(Index);
                // In time again: back towards the full spin.
                _spin = Longer(_spin);
                Interlocked.Decrement(ref _pool._pending);
            }
        }
    }
}
