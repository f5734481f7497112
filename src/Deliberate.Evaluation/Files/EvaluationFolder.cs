using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The folder of an evaluation: a log for each task and model, and <c>evaluation.json</c>, which names them, says what was asked for, and
/// holds results, comparisons and requirements with the final hash of each log as far as there are some.
/// </summary>
internal sealed class EvaluationFolder
{
    public const string FileName = "evaluation.json";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly EvaluationRequest _request;
    private readonly List<(string Task, string Model, string Log)> _logs = [];
    private readonly Dictionary<string, EvaluationResult> _results = new(StringComparer.Ordinal);

    /// <summary>When a log was finished, by its name and hash: going on with a finished one makes it no younger.</summary>
    private readonly Dictionary<(string Log, string Hash), DateTimeOffset> _finished = [];

    private EvaluationFolder(string path, EvaluationRequest request) => (Path, _request) = (path, request);

    public string Path { get; }

    public static string FileOf(string folder) => System.IO.Path.Combine(folder, FileName);

    /// <summary>Begins a folder, or goes on with one that is of the same tasks and models.</summary>
    /// <exception cref="UserError">It is of others.</exception>
    public static EvaluationFolder Begin(string path, EvaluationRequest request, IReadOnlyList<EvaluationTask> tasks)
    {
        if (File.Exists(path)) throw new UserError("This is a file, not a folder.", path, field: "--out");
        if (File.Exists(FileOf(path)))
        {
            var before = ReadRequest(path);
            if (!before.Tasks.SequenceEqual(request.Tasks) || !before.Models.SequenceEqual(request.Models))
                throw new UserError($"The folder holds another evaluation: {string.Join(", ", before.Tasks)} on {string.Join(", ", before.Models)}.", path, field: "--out", advice: "Name another folder, or ask for the same tasks and models to go on with it.");
        }

        var folder = new EvaluationFolder(path, request);
        if (File.Exists(FileOf(path)))
        {
            var times = ReadFinished(path);
            foreach (var (_, _, log, hash) in ReadLogs(path))
                if (hash is not null && times.TryGetValue(System.IO.Path.GetFileName(log), out var time)) folder._finished[(System.IO.Path.GetFileName(log), hash)] = time;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            foreach (var model in request.Models)
            {
                var name = $"{Slug(task.Name)}--{Slug(model)}";
                for (var number = 2; !names.Add(name); number++) name = string.Create(CultureInfo.InvariantCulture, $"{Slug(task.Name)}--{Slug(model)}-{number}");
                folder._logs.Add((task.Name, model, name + ".log"));
            }
        }

        folder.Write(null);
        return folder;
    }

    /// <exception cref="UserError">There is none, or one of a newer program.</exception>
    public static EvaluationRequest ReadRequest(string folder)
    {
        var file = FileOf(folder);
        if (!File.Exists(file)) throw new UserError($"The folder holds no evaluation: there is no {FileName}.", folder);
        try
        {
            using var json = JsonDocument.Parse(Utf8Text.Read(file));
            var format = json.RootElement.GetProperty("format_version"u8).GetInt32();
            if (format > Format) throw new UserError($"The evaluation has format {format}, and this program reads up to {Format}.", file, advice: "A newer deliberate reads it.");
            return json.RootElement.GetProperty("request"u8).Deserialize<EvaluationRequest>(Options) ?? throw new JsonException();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserError("This is no evaluation that can be read.", file, inner: error);
        }
    }

    /// <summary>The logs that a folder names, each with the hash of its result; null where that is still to come.</summary>
    public static IReadOnlyList<(string Task, string Model, string Log, string? Hash)> ReadLogs(string folder)
    {
        ReadRequest(folder);
        using var json = JsonDocument.Parse(Utf8Text.Read(FileOf(folder)));
        return [.. json.RootElement.GetProperty("entries"u8).EnumerateArray().Select(e => (
            e.GetProperty("task"u8).GetString()!, e.GetProperty("model"u8).GetString()!, System.IO.Path.Combine(folder, e.GetProperty("log"u8).GetString()!),
            e.TryGetProperty("log_hash"u8, out var hash) ? hash.GetString() : null))];
    }

    /// <summary>When logs were finished, by their names; those that a program of before wrote are not among them.</summary>
    public static IReadOnlyDictionary<string, DateTimeOffset> ReadFinished(string folder)
    {
        ReadRequest(folder);
        using var json = JsonDocument.Parse(Utf8Text.Read(FileOf(folder)));
        var times = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var entry in json.RootElement.GetProperty("entries"u8).EnumerateArray())
            if (entry.TryGetProperty("finished"u8, out var time) && time.TryGetDateTimeOffset(out var at)) times[entry.GetProperty("log"u8).GetString()!] = at;
        return times;
    }

    public string LogOf(string task, string model) => System.IO.Path.Combine(Path, _logs.First(l => l.Task == task && l.Model == model).Log);

    /// <summary>A result is there.</summary>
    public void Keep(EvaluationResult result)
    {
        var log = System.IO.Path.GetFileName(result.Log);
        _results[log] = result;
        _finished.TryAdd((log, result.LogHash), TimeProvider.System.GetUtcNow());
        Write(null);
    }

    /// <summary>Takes back what <see cref="Begin"/> wrote, where the evaluation was refused before anything was asked.</summary>
    public void WithdrawIfNothingIsLogged()
    {
        if (_logs.Any(l => File.Exists(System.IO.Path.Combine(Path, l.Log)))) return;
        File.Delete(FileOf(Path));
        if (Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    /// <summary>All of them are.</summary>
    public void Finish(EvaluationReport report) => Write(report);

    private void Write(EvaluationReport? report) => AtomicFile.Write(FileOf(Path), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("format_version"u8, Format);
        json.WriteString("program"u8, EvaluationRunner.Program);
        json.WritePropertyName("request"u8);
        JsonSerializer.Serialize(json, _request, Options);
        json.WriteStartArray("entries"u8);
        foreach (var (task, model, log) in _logs)
        {
            json.WriteStartObject();
            json.WriteString("task"u8, task);
            json.WriteString("model"u8, model);
            json.WriteString("log"u8, log);
            if (_results.TryGetValue(log, out var result))
            {
                json.WriteString("log_hash"u8, result.LogHash);
                if (_finished.TryGetValue((log, result.LogHash), out var time)) json.WriteString("finished"u8, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
                json.WriteStartObject("result"u8);
                ResultJson.Write(json, result);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (report is not null) ResultJson.Write(json, report.Comparisons, report.Requirements);
        json.WriteEndObject();
    });

    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '@') slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        var text = slug.ToString().Trim('-', '.');
        return text.Length switch { 0 => "x", > 60 => text[^60..].Trim('-', '.'), _ => text };
    }
}
