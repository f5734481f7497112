using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A figure that a log's result holds, as it was written: values that are not numbers are NaN.</summary>
internal sealed record LoggedMeasure(string Name, string Title, string Slice, double Value, double Low, double High, int N, int Samples, string Method, int Missing)
{
    /// <summary>With every missing sample counted 0, and with every one counted 1; NaN where none is missing.</summary>
    public double Lowest { get; init; } = double.NaN;

    /// <inheritdoc cref="Lowest"/>
    public double Highest { get; init; } = double.NaN;

    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>Whether it can be drawn on an axis from 0 to 1.</summary>
    public bool IsShare => Value is >= 0 and <= 1 && (!HasInterval || (Low >= 0 && High <= 1));
}

/// <summary>
/// One log of samples, opened to be looked through: what was asked of which model, what was measured, and every sample by its
/// number, found by filters and by full text. It sees the log as it was when it was opened.
/// </summary>
internal sealed class LoggedEvaluation : IDisposable
{
    private readonly LogReader _log;
    private readonly Lazy<SampleTable> _table;

    private LoggedEvaluation(string path, LogReader log)
    {
        (Path, _log) = (path, log);
        Head = log.Read(0).Body;
        _table = new Lazy<SampleTable>(() => SampleTable.Of(log));
        Result = LastResult(log);
        Measures = [.. Result is { } result ? result.Items("measures").Select(Measure) : []];
    }

    public string Path { get; }

    /// <summary>The head of the log.</summary>
    public JsonElement Head { get; }

    /// <summary>The last result; null of a log that its writer has not finished.</summary>
    public JsonElement? Result { get; }

    public IReadOnlyList<LoggedMeasure> Measures { get; }

    /// <summary>SHA-256 of the last record in its chain.</summary>
    public string Hash => _log.Hash;

    public int Records => _log.Count;

    /// <summary>Bytes of a last record that is not whole.</summary>
    public long TornBytes => _log.TornBytes;

    /// <summary>All samples without their texts; the first asker waits for one pass over the log.</summary>
    public SampleTable Table => _table.Value;

    /// <summary>As it is called: <c>xstest-safe</c>; of logs that name none, what was asked.</summary>
    public string Task => Head.Inner("task") is { } task ? task.Text("name") : Settings.TextOrNull("task") ?? Settings.TextOrNull("problems") ?? Settings.TextOrNull("family") ?? Head.Text("command");

    /// <summary>The task's version; 0 where nobody says it.</summary>
    public int TaskVersion => Head.Inner("task") is { } task ? (int)task.Whole("version") : 0;

    /// <summary>What the task is called on pages.</summary>
    public string Title => Head.Inner("task")?.TextOrNull("title") ?? Task;

    public string Model => Head.Inner("model") is { } model ? model.Text("name") : Settings.TextOrNull("model") ?? Settings.TextOrNull("checkpoint") ?? "";

    public JsonElement Settings => Head.Inner("settings") ?? default;

    /// <summary>What results are compared by; null of a log that is not of an evaluation of tasks.</summary>
    public LogHead? ReadHead()
    {
        try
        {
            return LogHead.Read(_log.Read(0), Path);
        }
        catch (UserError)
        {
            return null;
        }
    }

    /// <exception cref="UserError">It is none, or is damaged.</exception>
    public static LoggedEvaluation Open(string path)
    {
        var log = LogReader.Open(path);
        try
        {
            return new LoggedEvaluation(path, log);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public LoggedSample Read(int sample) => LoggedSample.Read(_log.Read(Table[sample].Record));

    /// <summary>Null where the log has no sample of that id.</summary>
    public LoggedSample? Find(string id)
    {
        for (var i = 0; i < Table.Count; i++)
            if (Table[i].Id == id) return Read(i);
        return null;
    }

    /// <summary>Every sample with its texts, one at a time.</summary>
    public IEnumerable<LoggedSample> Samples()
    {
        for (var i = 0; i < Table.Count; i++) yield return Read(i);
    }

    /// <summary>The last record of an id and a kind, such as <c>inspect</c> of a sample that was imported; null where there is none.</summary>
    public LogRecord? Beside(string id, string kind) => _log.Find(id).LastOrDefault(r => r.Kind == kind);

    /// <summary>The first record of a kind; null where there is none among the first few.</summary>
    public LogRecord? Near(string kind)
    {
        const int Few = 4;
        return _log.Records().Take(Few).FirstOrDefault(r => r.Kind == kind);
    }

    /// <summary>Numbers of the samples that a query lets through, in its order.</summary>
    public int[] Find(SampleQuery query, CancellationToken cancellation = default)
    {
        var table = Table;
        var found = new List<int>();
        for (var i = 0; i < table.Count; i++)
            if ((query.Outcome is null || table[i].Outcome == query.Outcome) && query.FitsRest(table[i])) found.Add(i);
        int[] kept = query.Text.Length == 0 ? [.. found] : WithText(found, query.Text, cancellation);
        switch (query.Order)
        {
            case SampleOrder.Value:
                return [.. kept.OrderBy(i => table[i].Value)];
            case SampleOrder.Length:
                return [.. kept.OrderByDescending(i => table[i].Tokens)];
            default:
                return kept;
        }
    }

    public void Dispose() => _log.Dispose();

    private int[] WithText(List<int> samples, string text, CancellationToken cancellation)
    {
        if (samples.Count == 0) return [];
        var table = Table;
        var search = new TextSearch(text);
        var isFound = new bool[table.Count];
        // Samples that filters leave out may lie between: reading past them is cheaper than reading one by one.
        const int Stretches = 16;
        var stretch = Math.Max(256, (samples.Count + Stretches - 1) / Stretches);
        Parallel.For(0, (samples.Count + stretch - 1) / stretch, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, part =>
        {
            var end = Math.Min(samples.Count, (part + 1) * stretch);
            var next = part * stretch;
            _log.Scan(table[samples[next]].Record, table[samples[end - 1]].Record + 1, (number, record) =>
            {
                if (next >= end || table[samples[next]].Record != number) return;
                isFound[samples[next]] = search.IsIn(record);
                next++;
            });
        });
        return [.. samples.Where(i => isFound[i])];
    }

    private static JsonElement? LastResult(LogReader log)
    {
        // The last record, unless something was added behind it.
        const int LookedAt = 64;
        for (var i = log.Count - 1; i > Math.Max(0, log.Count - LookedAt); i--)
            if (log.Read(i) is { Kind: SampleLog.ResultKind } record) return record.Body;
        return null;
    }

    private static LoggedMeasure Measure(JsonElement json) => new(
        json.Text("name"), json.TextOrNull("title") ?? json.Text("name"), json.Text("slice"), json.Number("value", double.NaN), json.Number("low", double.NaN), json.Number("high", double.NaN), (int)json.Whole("n"), (int)json.Whole("samples"), json.Text("method"), (int)json.Whole("missing"))
    {
        Lowest = json.Inner("lowest") is { } lowest ? lowest.Number("value", double.NaN) : double.NaN,
        Highest = json.Inner("highest") is { } highest ? highest.Number("value", double.NaN) : double.NaN,
    };
}
