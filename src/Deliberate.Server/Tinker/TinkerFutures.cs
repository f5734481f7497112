using System.Collections.Concurrent;

namespace Deliberate.Server;

/// <summary>A request that goes on without its caller.</summary>
/// <param name="Owner">Whose key asked.</param>
internal sealed record TinkerFuture(string Id, string Owner, Task<TinkerResult> Task);

/// <summary>Requests in work, and results that wait to be fetched. They are kept for a retry too, and go when there are too many, the oldest first.</summary>
/// <param name="most">Of both together.</param>
internal sealed class TinkerFutures(int most)
{
    private readonly ConcurrentDictionary<string, TinkerFuture> _all = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TinkerFuture> _done = new();
    private int _open;

    /// <summary>Requests in work.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Begins a request.</summary>
    /// <exception cref="ApiError">Too many are in work.</exception>
    public TinkerFuture Begin(string owner, Func<Task<TinkerResult>> work)
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            throw new ApiError(429, $"{most} requests are in work already. Ask again when some are done.", code: "overloaded") { RetryAfter = TimeSpan.FromSeconds(2) };
        }

        Task<TinkerResult> task;
        try
        {
            task = work();
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }

        var future = new TinkerFuture(Identifiers.New("req"), owner, task);
        _all[future.Id] = future;
        _ = task.ContinueWith(
            done =>
            {
                // Looked at, or it would end the process one day.
                _ = done.Exception;
                Interlocked.Decrement(ref _open);
                _done.Enqueue(future);
                while (_done.Count > most && _done.TryDequeue(out var oldest)) _all.TryRemove(oldest.Id, out _);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return future;
    }

    /// <exception cref="ApiError">There is none of this caller's.</exception>
    public TinkerFuture Find(string id, string owner) => _all.TryGetValue(id, out var future) && future.Owner == owner ? future
        : throw new ApiError(410, "There is no such request of yours: the server was started anew, or the result was fetched long ago.", "request_id", "request_expired");
}
