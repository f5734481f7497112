using System.Collections.Concurrent;

namespace Deliberate.Server;

/// <summary>
/// The runs that pages show, each read once for all pages. While a page watches, files are looked at once a second; when the last
/// has gone, not at all.
/// </summary>
internal sealed class LiveRuns(RunCatalog catalog, TimeProvider time) : IDisposable
{
    /// <summary>Between two looks at the files.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, LiveRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SampleIndex> _samples = new(StringComparer.Ordinal);

    /// <summary>The run of that name; null where the catalog lists none and none was shown before.</summary>
    public LiveRun? Find(string name)
    {
        if (_runs.TryGetValue(name, out var known)) return known;
        return catalog.Find(name) is { } folder ? _runs.GetOrAdd(name, _ => new LiveRun(folder)) : null;
    }

    public SampleIndex Samples(LiveRun run) => _samples.GetOrAdd(run.Folder, folder => new SampleIndex(folder));

    /// <summary>Looks at something until it is disposed of, and says when it has changed.</summary>
    /// <param name="look">Looks, and says whether anything has changed.</param>
    /// <param name="changed">Told of it.</param>
    public IDisposable Watch(Func<CancellationToken, Task<bool>> look, Func<Task> changed) => new Watcher(look, changed, time);

    public void Dispose()
    {
        foreach (var run in _runs.Values) run.Dispose();
        foreach (var samples in _samples.Values) samples.Dispose();
    }

    private sealed class Watcher : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Watcher(Func<CancellationToken, Task<bool>> look, Func<Task> changed, TimeProvider time) => _ = Run(look, changed, time);

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        private async Task Run(Func<CancellationToken, Task<bool>> look, Func<Task> changed, TimeProvider time)
        {
            var stop = _stop.Token;
            using var timer = new PeriodicTimer(Pause, time);
            try
            {
                do
                {
                    if (await look(stop)) await changed();
                }
                while (await timer.WaitForNextTickAsync(stop));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                // The page has gone.
            }
        }
    }
}
