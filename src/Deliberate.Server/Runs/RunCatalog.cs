using System.Collections.Concurrent;
using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>
/// The folders of a folder of runs, and of the folders in it such as the quickstart's. What a run measured is read once and again only
/// where its files have changed. A folder that holds no run is listed too, with the reason.
/// </summary>
internal sealed class RunCatalog(ServerOptions options) : IDisposable
{
    /// <summary>Reading a run again may take at most this part of the time.</summary>
    private const int MostBusy = 20;

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);

    private readonly string? _evaluations = options.Evaluations is { } evaluations ? Path.GetFullPath(evaluations) : null;

    /// <summary>Where the runs are; empty where there are none to show.</summary>
    public string Root { get; } = options.Runs is { } runs ? Path.GetFullPath(runs) : "";

    /// <summary>The rows as far as they are known, by name: quick, reads no run.</summary>
    public IReadOnlyList<RunEntry> List()
    {
        try
        {
            return [.. Folders().Select(f => new RunEntry(f.Name, f.Folder, _known.GetValueOrDefault(f.Folder)?.Overview, f.Reason))];
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return [];
        }
    }

    /// <summary>The folder of that name; null where it is not in the list, whatever the name says.</summary>
    public string? Find(string name) => Folders().FirstOrDefault(f => f.Reason is null && f.Name == name).Folder;

    /// <summary>Reads the runs that are new or have changed, one after the other.</summary>
    /// <param name="progress">Called after each that was read.</param>
    public async Task RefreshAsync(Action progress, CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            foreach (var (_, folder, reason) in await Task.Run(() => Folders().ToArray(), cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                if (reason is null && await Task.Run(() => Read(folder), cancellation)) progress();
            }
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            // The folder went away in between: the next look finds what is there.
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private bool Read(string folder)
    {
        var stamp = RunStamp.Of(new RunFolder(folder));
        var known = _known.GetValueOrDefault(folder);
        if (known is not null && (known.Stamp == stamp || Stopwatch.GetElapsedTime(known.At) < known.Rest)) return false;
        var clock = Stopwatch.StartNew();
        var overview = RunOverview.Read(folder);
        _known[folder] = new Known(stamp, overview, Stopwatch.GetTimestamp(), clock.Elapsed * MostBusy);
        return true;
    }

    private IEnumerable<(string Name, string Folder, string? Reason)> Folders()
    {
        if (!Directory.Exists(Root)) yield break;
        if (IsRun(Root))
        {
            yield return (Path.GetFileName(Path.TrimEndingDirectorySeparator(Root)), Root, null);
            yield break;
        }

        foreach (var folder in Below(Root))
        {
            // Evaluations may lie among the runs, and have pages of their own.
            if (folder == _evaluations) continue;
            var name = Path.GetFileName(folder);
            if (IsRun(folder))
            {
                yield return (name, folder, null);
                continue;
            }

            var inner = Below(folder).Where(IsRun).ToArray();
            foreach (var run in inner) yield return ($"{name}/{Path.GetFileName(run)}", run, null);
            if (inner.Length == 0) yield return (name, folder, $"It has no {RunFolder.RecipeFile}, nor has a folder in it: no run of this program.");
        }
    }

    private static IEnumerable<string> Below(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder).Where(d => Path.GetFileName(d)[0] != '.').Order(StringComparer.Ordinal);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return [];
        }
    }

    private static bool IsRun(string folder) => File.Exists(new RunFolder(folder).Recipe);

    /// <param name="Stamp">That it was read at.</param>
    /// <param name="At">When.</param>
    /// <param name="Rest">How long it is left alone.</param>
    private sealed record Known(string Stamp, RunOverview Overview, long At, TimeSpan Rest);
}
