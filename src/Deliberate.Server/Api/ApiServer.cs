using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>What the interface of a server consists of: models, keys, limits, counts. Made before the server listens, and ended after it.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private volatile bool _isEnding;

    private ApiServer(ApiOptions options, ServedModels models, TimeProvider time)
    {
        (Options, Models, Time) = (options, models, time);
        Keys = new ApiKeyring(options.Keys, time);
        Limits = new KeyLimits(time);
        Store = options.Store is null ? null : ResponseStore.At(options.Store, options.StoreFor, time);
        Seal = ThoughtSeal.Open(options.Store is null ? null : Path.Combine(options.Store, "seal.key"));
        Log = RequestLog.Open(options.RequestLog);
        Tracing = options.Traces is null ? null : new ApiTracing(options.Traces);
        Watch = options.Watch is null ? null : new ThoughtWatch(options.Watch, Metrics, time);
    }

    public ApiOptions Options { get; }

    public ServedModels Models { get; }

    public TimeProvider Time { get; }

    public ApiKeyring Keys { get; }

    public KeyLimits Limits { get; }

    public ApiMetrics Metrics { get; } = new();

    public RequestLog? Log { get; }

    /// <summary>Null where nobody is told of requests.</summary>
    public ApiTracing? Tracing { get; }

    /// <summary>Null where nobody reads thoughts.</summary>
    public ThoughtWatch? Watch { get; }

    public ThoughtSeal Seal { get; }

    /// <summary>Null where nothing is kept.</summary>
    public ResponseStore? Store { get; }

    public ResponseJobs Jobs { get; } = new();

    /// <summary>Keeps models that were replaced for the requests that have them.</summary>
    public RequestEpochs Epochs { get; } = new();

    /// <summary>Looks after the models' files; null where they are of none.</summary>
    public ModelWatch? Changes { get; private set; }

    /// <summary>Ends what goes on without a client when the grace is over.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether it was told to stop: what is in work is finished, and nothing is begun.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>Opens models, keys and store.</summary>
    /// <param name="models">Null for those that the options name.</param>
    /// <exception cref="UserError">Something of it cannot be had.</exception>
    public static ApiServer Open(ApiOptions options, TimeProvider time, ServedModels? models = null)
    {
        options.Check();
        var opened = models ?? ServedModels.Open(options);
        try
        {
            var server = new ApiServer(options, opened, time);
            server.Keys.Load();
            server.Changes = ModelWatch.Start(server);
            return server;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>A request begins, and ends when what is returned is disposed of; null where the server is ending.</summary>
    public IDisposable? TryBegin()
    {
        Interlocked.Increment(ref _open);
        if (!_isEnding) return new Begun(this, Epochs.Enter());
        End();
        return null;
    }

    /// <summary>Waits until what is in work is done, or the grace is over.</summary>
    public async Task FinishAsync()
    {
        _isEnding = true;
        if (Volatile.Read(ref _open) == 0) return;
        await Task.WhenAny(_idle.Task, Task.Delay(Options.Grace));
        await _stop.CancelAsync();
        // To write down what became of it.
        await Task.WhenAny(_idle.Task, Task.Delay(TimeSpan.FromSeconds(2)));
    }

    public async ValueTask DisposeAsync()
    {
        if (Changes is not null) await Changes.DisposeAsync();
        if (Watch is not null) await Watch.DisposeAsync();
        Epochs.Dispose();
        if (Options.Tools?.Owner is { } tools) await tools.DisposeAsync();
        if (Options.Moderation is { } moderation) await moderation.Moderator.DisposeAsync();
        Models.Dispose();
        Log?.Dispose();
        Tracing?.Dispose();
        Store?.Dispose();
        Seal.Dispose();
        _stop.Dispose();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _isEnding) _idle.TrySetResult();
    }

    private sealed class Begun(ApiServer server, IDisposable epoch) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0) return;
            epoch.Dispose();
            server.End();
        }
    }
}
