using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>
/// Notices that a model's files changed under the server, and changes to the new ones: by itself once they are whole, where the operator wants it
/// so, or when told to. Answers in work are finished by the model that they began with; new requests get the new one. What cannot be opened, or may
/// not be served, changes nothing.
/// </summary>
internal sealed class ModelWatch : IAsyncDisposable
{
    private readonly ApiServer _api;
    private readonly Dictionary<string, Watched> _models;
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    private ModelWatch(ApiServer api)
    {
        _api = api;
        _models = api.Options.Models.ToDictionary(m => m.Name, m => new Watched(StampOf(m)), StringComparer.Ordinal);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Null where models are not of files: tests bring their own.</summary>
    public static ModelWatch? Start(ApiServer api) => api.Models.AreOfFiles ? new ModelWatch(api) : null;

    /// <summary>Models whose files are not those that are served.</summary>
    public IReadOnlyDictionary<string, bool> Stale => _models.ToDictionary(m => m.Key, m => m.Value.IsStale, StringComparer.Ordinal);

    /// <summary>Changes to the files that are there now, of every model whose files changed.</summary>
    /// <returns>Names of those that were changed.</returns>
    public async Task<IReadOnlyList<string>> ReloadAsync()
    {
        var changed = new List<string>();
        foreach (var options in _api.Options.Models)
            if (StampOf(options) is var stamp && stamp != _models[options.Name].Served && await ChangeAsync(options, stamp)) changed.Add(options.Name);
        return changed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
        _one.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_api.Options.WatchEvery, _api.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                foreach (var options in _api.Options.Models) await LookAsync(options);
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task LookAsync(ServedModelOptions options)
    {
        var watched = _models[options.Name];
        var stamp = StampOf(options);
        // Files that are still being written differ at the next look.
        var isWhole = stamp == watched.Seen;
        watched.Seen = stamp;
        if (stamp == watched.Served || stamp == watched.Refused)
        {
            watched.IsStale = stamp != watched.Served;
            return;
        }

        if (!watched.IsStale) Say(options.Name, $"its files changed; answers go on with those that were read{(_api.Options.Reloads ? "" : ". kill -HUP changes to the new ones")}.");
        watched.IsStale = true;
        if (_api.Options.Reloads && isWhole && stamp.Length > 0) await ChangeAsync(options, stamp);
    }

    private async Task<bool> ChangeAsync(ServedModelOptions options, string stamp)
    {
        var watched = _models[options.Name];
        await _one.WaitAsync();
        try
        {
            if (watched.Served == stamp) return false;
            var opened = await Task.Run(() => ServedModels.Open(options, _api.Options));
            if (opened.Hash == _api.Models.Get(options.Name).Model.Hash)
            {
                opened.Dispose();
                (watched.Served, watched.IsStale) = (stamp, false);
                Say(options.Name, "its files were written anew and are the same.");
                return false;
            }

            _api.Epochs.Retire(_api.Models.Replace(opened).Model);
            (watched.Served, watched.IsStale) = (stamp, false);
            _api.Metrics.CountChange(options.Name);
            Say(options.Name, $"new requests get {opened.Hash[..12]} from now on; answers in work are finished by the model that they began with.");
            return true;
        }
        catch (Exception error) when (error is UserError or GateRefusal or IOException)
        {
            watched.Refused = stamp;
            Say(options.Name, $"its new files are not served, and the old model goes on: {error.Message}");
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Names, sizes and times of a model's files; empty where there are none.</summary>
    private static string StampOf(ServedModelOptions options)
    {
        try
        {
            var location = options.Locate?.Invoke() ?? options.Path;
            var files = Directory.Exists(location) ? new DirectoryInfo(location).GetFiles() : File.Exists(location) ? [new FileInfo(location)] : [];
            return string.Join('\n', files.OrderBy(f => f.FullName, StringComparer.Ordinal).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception error) when (error is UserError or IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Say(string model, string what) => Console.Error.WriteLine($"{model}: {what}");

    private sealed class Watched(string served)
    {
        /// <summary>Of the files that are answered with.</summary>
        public string Served { get; set; } = served;

        public string Seen { get; set; } = served;

        /// <summary>Of files that could not be served: not tried again.</summary>
        public string? Refused { get; set; }

        public bool IsStale { get; set; }
    }
}
