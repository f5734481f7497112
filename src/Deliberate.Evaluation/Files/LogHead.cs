using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The first record of an evaluation's log: what was asked of whom, with the versions and hashes that results are compared by. Two
/// results whose heads differ in one of <see cref="Differences"/> measure different things.
/// </summary>
internal sealed record LogHead
{
    public required string Task { get; init; }

    public required int Version { get; init; }

    public string Title { get; init; } = "";

    /// <summary>How the model is led, with its settings.</summary>
    public string Solver { get; init; } = "";

    /// <summary>Who judges: its name, or of one that is more than its name, what identifies it.</summary>
    public string Scorer { get; init; } = "";

    /// <summary>Of the items that are asked: how many, and SHA-256 of all they hold.</summary>
    public int Items { get; init; }

    public string ItemsHash { get; init; } = "";

    public TaskSource? Source { get; init; }

    /// <summary>The files of data that were read, by name.</summary>
    public IReadOnlyList<UsedData> Data { get; init; } = [];

    public required ModelDescription Model { get; init; }

    /// <summary>The judging model; null where none judges.</summary>
    public ModelDescription? Judge { get; init; }

    public int Epochs { get; init; } = 1;

    public int? Limit { get; init; }

    public int? MaxTokens { get; init; }

    public double? Temperature { get; init; }

    public string ReasoningEffort { get; init; } = "";

    public ulong Seed { get; init; } = 1;

    /// <summary>Of this program.</summary>
    public string Program { get; init; } = "";

    /// <summary>What two results differ in besides the model, a sentence each; nothing where they measure the same.</summary>
    public static IEnumerable<string> Differences(LogHead a, LogHead b)
    {
        if (a.Task != b.Task) yield return $"the tasks are {a.Task} and {b.Task}";
        if (a.Version != b.Version) yield return $"the versions of the task are {a.Version} and {b.Version}";
        if (a.ItemsHash != b.ItemsHash) yield return $"the items are not the same ({a.Items} and {b.Items}, hashes {Short(a.ItemsHash)} and {Short(b.ItemsHash)})";
        foreach (var file in a.Data.Concat(b.Data).Select(d => d.File).Distinct(StringComparer.Ordinal))
        {
            var (first, second) = (a.Data.FirstOrDefault(d => d.File == file)?.Sha256, b.Data.FirstOrDefault(d => d.File == file)?.Sha256);
            if (first != second) yield return $"the data {file} has the hashes {Short(first)} and {Short(second)}";
        }

        if (a.Solver != b.Solver) yield return $"the solvers are \"{a.Solver}\" and \"{b.Solver}\"";
        if (a.Scorer != b.Scorer) yield return $"the scorers are \"{a.Scorer}\" and \"{b.Scorer}\"";
        if (a.Judge != b.Judge) yield return $"the judges are {Name(a.Judge)} and {Name(b.Judge)}";
        if (a.MaxTokens != b.MaxTokens) yield return $"the token budgets are {Text(a.MaxTokens)} and {Text(b.MaxTokens)}";
        if (!Nullable.Equals(a.Temperature, b.Temperature)) yield return $"the temperatures are {Text(a.Temperature)} and {Text(b.Temperature)}";
        if (a.ReasoningEffort != b.ReasoningEffort) yield return $"the reasoning efforts are \"{a.ReasoningEffort}\" and \"{b.ReasoningEffort}\"";
        if (a.Epochs != b.Epochs) yield return FormattableString.Invariant($"the samples of an item are {a.Epochs} and {b.Epochs}");
        if (a.Seed != b.Seed) yield return FormattableString.Invariant($"the seeds are {a.Seed} and {b.Seed}");
        if (a.Program != b.Program) yield return $"the programs are {a.Program} and {b.Program}";
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("command"u8, EvaluationLog.Command);
        json.WriteString("program"u8, Program);
        json.WriteStartObject("task"u8);
        json.WriteString("name"u8, Task);
        json.WriteNumber("version"u8, Version);
        json.WriteString("title"u8, Title);
        json.WriteString("solver"u8, Solver);
        json.WriteString("scorer"u8, Scorer);
        json.WriteNumber("items"u8, Items);
        json.WriteString("items_sha256"u8, ItemsHash);
        json.WriteEndObject();
        if (Source is { } source)
        {
            json.WriteStartObject("data"u8);
            json.WriteString("name"u8, source.Name);
            json.WriteString("licence"u8, source.Licence);
            json.WriteString("address"u8, source.Address.ToString());
            if (source.Sha256 is { } hash) json.WriteString("sha256"u8, hash);
            json.WriteEndObject();
        }

        if (Data.Count > 0)
        {
            json.WriteStartArray("files"u8);
            foreach (var file in Data)
            {
                json.WriteStartObject();
                json.WriteString("file"u8, file.File);
                json.WriteString("sha256"u8, file.Sha256);
                json.WriteNumber("bytes"u8, file.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        Write(json, "model", Model);
        if (Judge is { } judge) Write(json, "judge", judge);
        json.WriteStartObject("settings"u8);
        json.WriteNumber("epochs"u8, Epochs);
        if (Limit is { } limit) json.WriteNumber("limit"u8, limit);
        if (MaxTokens is { } most) json.WriteNumber("max_tokens"u8, most);
        if (Temperature is { } temperature) json.WriteNumber("temperature"u8, temperature);
        if (ReasoningEffort.Length > 0) json.WriteString("reasoning_effort"u8, ReasoningEffort);
        json.WriteNumber("seed"u8, Seed);
        json.WriteEndObject();
    }

    /// <exception cref="UserError">It is the head of another kind of log.</exception>
    public static LogHead Read(LogRecord record, string path)
    {
        var body = record.Body;
        if (!body.TryGetProperty("command"u8, out var command) || command.GetString() != EvaluationLog.Command || !body.TryGetProperty("task"u8, out var task) || task.ValueKind != JsonValueKind.Object)
            throw new UserError("This log is not of an evaluation of tasks.", path, advice: "deliberate eval TASK --model MODEL writes one for each task and model; deliberate log show reads this one.");
        var settings = body.GetProperty("settings"u8);
        return new LogHead
        {
            Program = Text(body, "program"),
            Task = Text(task, "name"),
            Version = task.GetProperty("version"u8).GetInt32(),
            Title = Text(task, "title"),
            Solver = Text(task, "solver"),
            Scorer = Text(task, "scorer"),
            Items = task.TryGetProperty("items"u8, out var items) ? items.GetInt32() : 0,
            ItemsHash = Text(task, "items_sha256"),
            Source = body.TryGetProperty("data"u8, out var data) ? new TaskSource(Text(data, "name"), Text(data, "licence"), new Uri(Text(data, "address"), UriKind.RelativeOrAbsolute), data.TryGetProperty("sha256"u8, out var hash) ? hash.GetString() : null) : null,
            Data = body.TryGetProperty("files"u8, out var files) ? [.. files.EnumerateArray().Select(f => new UsedData(Text(f, "file"), Text(f, "sha256"), f.GetProperty("bytes"u8).GetInt64()))] : [],
            Model = ReadModel(body.GetProperty("model"u8)),
            Judge = body.TryGetProperty("judge"u8, out var judge) ? ReadModel(judge) : null,
            Epochs = settings.GetProperty("epochs"u8).GetInt32(),
            Limit = settings.TryGetProperty("limit"u8, out var limit) ? limit.GetInt32() : null,
            MaxTokens = settings.TryGetProperty("max_tokens"u8, out var most) ? most.GetInt32() : null,
            Temperature = settings.TryGetProperty("temperature"u8, out var temperature) ? temperature.GetDouble() : null,
            ReasoningEffort = Text(settings, "reasoning_effort"),
            Seed = settings.GetProperty("seed"u8).GetUInt64(),
        };
    }

    private static void Write(Utf8JsonWriter json, string name, ModelDescription model)
    {
        json.WriteStartObject(name);
        json.WriteString("kind"u8, model.Kind);
        json.WriteString("name"u8, model.Name);
        if (model.Address.Length > 0) json.WriteString("address"u8, Secrets.Redact(model.Address));
        if (model.Hash is { } id) json.WriteString("hash"u8, id);
        json.WriteBoolean("verifiable"u8, model.IsVerifiable);
        json.WriteEndObject();
    }

    private static ModelDescription ReadModel(JsonElement model) => new(Text(model, "kind"), Text(model, "name"), Text(model, "address"), model.TryGetProperty("hash"u8, out var hash) ? hash.GetString() : null);

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Short(string? hash) => hash is { Length: > 12 } ? hash[..12] : hash ?? "none";

    private static string Name(ModelDescription? model) => model is null ? "none" : model.Hash is null ? model.Name : $"{model.Name} ({Short(model.Hash)})";

    private static string Text(IFormattable? value) => value?.ToString(null, System.Globalization.CultureInfo.InvariantCulture) ?? "the model's own";
}
