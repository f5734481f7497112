using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>A response that is made in the background: its events so far, for whoever comes to look, and a way to end it.</summary>
internal sealed class ResponseJob
{
    private readonly List<JsonObject> _events = [];
    private readonly CancellationTokenSource _cancel;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    public ResponseJob(ResponseRequest request, ApiServer api, ApiCaller caller)
    {
        Caller = caller;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(api.Stopping);
        Run = new ResponseRun(request, api, caller, Add);
    }

    public ApiCaller Caller { get; }

    public ResponseRun Run { get; }

    public CancellationToken Cancellation => _cancel.Token;

    /// <summary>Whether it was ended on request.</summary>
    public bool IsCancelled { get; private set; }

    public async Task CancelAsync()
    {
        IsCancelled = true;
        await _cancel.CancelAsync();
    }

    /// <summary>There will be no more events.</summary>
    public void Finish()
    {
        lock (_events)
        {
            _isOver = true;
            _more.TrySetResult();
        }
    }

    /// <summary>Waits until it is over.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await foreach (var _ in Events(-1, cancellation))
        {
        }
    }

    /// <summary>Its events, those that were and those that come.</summary>
    /// <param name="after">The last that is known; -1 for none.</param>
    public async IAsyncEnumerable<JsonObject> Events(long after, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var at = (int)Math.Clamp(after + 1, 0, int.MaxValue); ;)
        {
            JsonObject? next = null;
            Task more;
            lock (_events)
            {
                if (at < _events.Count) next = _events[at++];
                else if (_isOver) yield break;
                more = _more.Task;
            }

            if (next is not null) yield return next;
            else await more.WaitAsync(cancellation);
        }
    }

    private Task Add(JsonObject happened)
    {
        lock (_events)
        {
            _events.Add(happened);
            _more.TrySetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Responses that are being made in the background, and those that were until a while ago.</summary>
internal sealed class ResponseJobs
{
    /// <summary>So long the events of one that is over can still be read.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, ResponseJob> _jobs = new(StringComparer.Ordinal);

    public ResponseJob? Find(string id, ApiCaller caller) => _jobs.TryGetValue(id, out var job) && job.Caller.Id == caller.Id ? job : null;

    /// <summary>Forgets one that is over: its events cannot be read any more.</summary>
    public void Remove(string id) => _jobs.TryRemove(id, out _);

    /// <summary>Begins one, and returns at once.</summary>
    /// <exception cref="ApiError">Too many wait already.</exception>
    public async Task<ResponseJob> StartAsync(ResponseRequest request, ApiExchange exchange)
    {
        var api = exchange.Api;
        var job = new ResponseJob(request, api, exchange.Caller);
        // One that is cancelled leaves the queue.
        var place = request.Entry.Queue.EnterAsync(exchange.Caller.Id, 1, job.Cancellation);
        if (place.IsFaulted) await place;
        try
        {
            // Whoever is told of it finds it.
            job.Run.Keep();
        }
        catch
        {
            QueuePlace.GiveBack(place);
            throw;
        }

        _jobs[request.Id] = job;
        var scope = api.TryBegin();
        var told = new ResponseAccount(ResponseAccount.Background, request, exchange);
        _ = Task.Run(async () =>
        {
            try
            {
                await job.Run.RunAsync(place, told.Use, error => job.IsCancelled ? null : told.Fail(error is OperationCanceledException && api.IsEnding ? new ApiError(503, "The server was stopped before the response was done.", code: "stopping") : ApiFaults.Of(error, exchange)), job.Cancellation);
            }
            catch (Exception error)
            {
                // Where even the failure could not be kept.
                ApiFaults.Of(error, exchange);
            }
            finally
            {
                told.End(job.Run);
                job.Finish();
                scope?.Dispose();
            }

            await Task.Delay(Linger, api.Time);
            _jobs.TryRemove(request.Id, out _);
        });
        return job;
    }
}
