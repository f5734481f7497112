using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Server;

/// <summary>
/// The logs of the folder of evaluations, or the one that was named. What a row says is read once and again only where its log has
/// grown; the logs that pages look through stay open, the last few of them.
/// </summary>
internal sealed class EvaluationCatalog(ServerOptions options) : IDisposable
{
    private const int MostOpen = 8;

    /// <summary>Reading a log that grows anew may take at most this part of the time.</summary>
    private const int MostBusy = 10;

    private readonly ConcurrentDictionary<string, (string Stamp, EvaluationEntry Entry)> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Opened> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SampleLabels> _labels = new(StringComparer.Ordinal);
    private readonly Lock _one = new();
    private long _asked;

    /// <summary>Where the logs are: a folder, or one of them.</summary>
    public string Root { get; } = options.Evaluations is { } path ? Path.GetFullPath(path) : "";

    /// <summary>All that there are now, by name.</summary>
    public IReadOnlyList<EvaluationEntry> List()
    {
        try
        {
            return [.. Logs().Select(l => Row(l.Name, l.Path))];
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return [];
        }
    }

    /// <summary>The log of that name as it is now; null where it is not in the list, whatever the name says.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public LoggedEvaluation? Open(string name)
    {
        if (Find(name) is not { } path) return null;
        lock (_one)
        {
            var stamp = Stamp(path);
            if (_open.TryGetValue(path, out var known) && (known.Stamp == stamp || known.IsResting))
            {
                _open[path] = known with { Asked = ++_asked };
                return known.Log;
            }

            // A page may still be reading the one before: its file is closed when nobody does.
            var clock = Stopwatch.StartNew();
            var log = LoggedEvaluation.Open(path);
            _ = log.Table;
            _open[path] = new Opened(stamp, log, ++_asked, Stopwatch.GetTimestamp(), clock.Elapsed * MostBusy);
            if (_open.Count > MostOpen) _open.Remove(_open.MinBy(o => o.Value.Asked).Key);
            return log;
        }
    }

    /// <summary>Whether the log has changed since it was opened.</summary>
    public bool HasChanged(string name) => Find(name) is { } path && Known(path) is { IsResting: false } known && known.Stamp != Stamp(path);

    /// <summary>Labels that were set on the log's samples.</summary>
    public SampleLabels Labels(LoggedEvaluation log) => _labels.GetOrAdd(log.Path, SampleLabels.Of);

    public void Dispose()
    {
        lock (_one)
        {
            foreach (var known in _open.Values) known.Log.Dispose();
            _open.Clear();
        }
    }

    private Opened? Known(string path)
    {
        lock (_one) return _open.GetValueOrDefault(path);
    }

    private string? Find(string name) => Logs().FirstOrDefault(l => l.Name == name).Path;

    private IEnumerable<(string Name, string Path)> Logs()
    {
        if (File.Exists(Root)) return [(Path.GetFileNameWithoutExtension(Root), Root)];
        return EvaluationLogs.In(Root).Select(path => (Path.ChangeExtension(Path.GetRelativePath(Root, path), null).Replace('\\', '/'), path));
    }

    private EvaluationEntry Row(string name, string path)
    {
        var stamp = Stamp(path);
        if (_rows.TryGetValue(path, out var known) && known.Stamp == stamp) return known.Entry;
        var entry = Read(name, path);
        _rows[path] = (stamp, entry);
        return entry;
    }

    private static EvaluationEntry Read(string name, string path)
    {
        var written = File.GetLastWriteTimeUtc(path);
        try
        {
            using var log = LoggedEvaluation.Open(path);
            var samples = log.Result is { } result && result.Whole("samples") is > 0 and var said ? (int)said : Math.Max(0, log.Records - (log.Result is null ? 1 : 2));
            return new EvaluationEntry(name, path, log.Task, log.Title, log.Model, EvaluationPieces.Whole(log).FirstOrDefault(), samples, log.Measures.Count > 0 ? log.Measures[0].Missing : 0, written, null);
        }
        catch (UserError error)
        {
            return new EvaluationEntry(name, path, "", "", "", null, 0, 0, written, error.Message);
        }
    }

    /// <param name="Stamp">That it was opened at.</param>
    /// <param name="Asked">When a page last asked for it, counted.</param>
    /// <param name="At">When it was opened.</param>
    /// <param name="Rest">How long it is then left as it is, though the file grows.</param>
    private sealed record Opened(string Stamp, LoggedEvaluation Log, long Asked, long At, TimeSpan Rest)
    {
        public bool IsResting => Stopwatch.GetElapsedTime(At) < Rest;
    }

    private static string Stamp(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "";
    }
}
