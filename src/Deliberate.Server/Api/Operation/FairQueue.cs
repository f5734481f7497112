using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// Who is next: places in work of one model, shared fairly between keys. Keys that wait take turns, whatever the number of requests
/// each of them has waiting; among the requests of one key the first is first. The number of those who wait is bounded.
/// </summary>
internal sealed class FairQueue(int places, int limit)
{
    private readonly int _places = places;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<Waiter>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Keys with somebody waiting, the next one first.</summary>
    private readonly LinkedList<string> _turns = new();
    private int _free = places, _count;

    /// <summary>Requests that wait.</summary>
    public int Waiting => _count;

    /// <summary>Places in use.</summary>
    public int InWork => _places - _free;

    /// <summary>Waits for places; they are given back by disposing of what is returned.</summary>
    /// <param name="key">Whose request it is.</param>
    /// <param name="wanted">Answers that it asks for; more than there are places are as many as there are.</param>
    /// <exception cref="ApiError">Too many wait already.</exception>
    public async Task<QueuePlace> EnterAsync(string key, int wanted, CancellationToken cancellation)
    {
        var waiter = new Waiter(key, Math.Clamp(wanted, 1, _places));
        lock (_lock)
        {
            if (_turns.Count == 0 && _free >= waiter.Places)
            {
                _free -= waiter.Places;
                return new QueuePlace(this, waiter.Places);
            }

            if (_count >= limit)
            {
                throw new ApiError(
                    StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"{_count} requests wait already. Ask again later."), code: "overloaded", type: "requests")
                { RetryAfter = TimeSpan.FromSeconds(2) };
            }

            if (!_waiting.TryGetValue(key, out var own))
            {
                _waiting[key] = own = new LinkedList<Waiter>();
                _turns.AddLast(key);
            }

            own.AddLast(waiter);
            _count++;
        }

        using (cancellation.Register(() => Leave(waiter))) await waiter.Granted.Task;
        return new QueuePlace(this, waiter.Places);
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(waiter.Key, out var own) || !own.Remove(waiter)) return;
            Removed(waiter.Key, own);
            // Whoever stood behind it may fit.
            Grant();
        }

        waiter.Granted.TrySetCanceled();
    }

    internal void Return(int count)
    {
        lock (_lock)
        {
            _free += count;
            Grant();
        }
    }

    private void Grant()
    {
        while (_turns.First is { } turn)
        {
            var own = _waiting[turn.Value];
            var first = own.First!.Value;
            // Nobody is passed over, or one who wants many places would never get them.
            if (first.Places > _free) return;
            _free -= first.Places;
            own.RemoveFirst();
            _turns.RemoveFirst();
            _turns.AddLast(turn.Value);
            Removed(turn.Value, own);
            first.Granted.TrySetResult();
        }
    }

    private void Removed(string key, LinkedList<Waiter> own)
    {
        _count--;
        if (own.Count > 0) return;
        _waiting.Remove(key);
        _turns.Remove(key);
    }

    private sealed class Waiter(string key, int places)
    {
        public string Key { get; } = key;

        public int Places { get; } = places;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Places that a request holds.</summary>
internal sealed class QueuePlace(FairQueue queue, int count) : IDisposable
{
    private int _left = count;

    /// <summary>How many answers may be in work at once.</summary>
    public int Places { get; } = count;

    /// <summary>One of its answers is written, whether or not anybody has read it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _left) >= 0) queue.Return(1);
    }

    /// <summary>Gives back a place that nobody waits for any more: at once, or when it is granted.</summary>
    public static void GiveBack(Task<QueuePlace> place) =>
        _ = place.ContinueWith(static granted => granted.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Dispose()
    {
        var left = Interlocked.Exchange(ref _left, 0);
        if (left > 0) queue.Return(left);
    }
}
