using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>Makes tasks of the files that are written for them.</summary>
internal static class WrittenTasks
{
    public const string FileNames = ".yaml, .yml";

    private static readonly string[] Fields = ["prompt", "answer", "id", "choices", "cluster", "messages"];

    public static bool IsFile(string name) => name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal);

    /// <exception cref="UserError">It is no task, in words with file, line and key.</exception>
    public static EvaluationTask Read(string path)
    {
        var written = RecipeReader.Read<WrittenTask>(path);
        written = written with { Scorers = [.. written.Scorers.Select(s => s.In(Path.GetDirectoryName(Path.GetFullPath(path))!))] };
        var file = written.Data is { } data ? Path.GetFullPath(data.File, Path.GetDirectoryName(Path.GetFullPath(path))!) : null;
        if (written.Data is { } named)
        {
            foreach (var key in named.Fields.Keys.Where(k => !Fields.Contains(k))) throw new UserError($"\"{key}\" is nothing that an item has.", path, field: "data.fields", advice: NearestName.Suggest(key, Fields));
        }

        string[] scorers = [.. written.Scorers.Select(s => s.Title)];
        if (scorers.Distinct(StringComparer.Ordinal).Count() < scorers.Length) throw new UserError("Two scorers have the same name.", path, field: "scorers", advice: "Give one of them a name of its own.");
        var likelihood = written.Scorers.OfType<WrittenLikelihood>().FirstOrDefault();
        if (likelihood is not null && (scorers.Length > 1 || written.Epochs > 1)) throw new UserError("Likelihoods stand alone: nothing is said that another scorer could read, and every sample is the same.", path, field: scorers.Length > 1 ? "scorers" : "epochs", advice: "Make a task of its own of it, with one epoch.");
        IReadOnlyList<string> usual = likelihood is null ? [TaskMetric.Accuracy.Name, TaskMetric.AccuracyFinished.Name] : LikelihoodMetrics.Usual(likelihood.Of);
        TaskMetric[] metrics = [.. (written.Metrics.Count > 0 ? written.Metrics : usual).Select(m => (likelihood is null ? MetricNamed(m, scorers, path) : LikelihoodMetrics.Named(m, likelihood.Of, path)) with { SliceBy = written.SliceBy })];
        ISolver[] solvers = [.. written.Solvers.Select(s => s.Make(written)), .. likelihood is null ? Array.Empty<ISolver>() : [likelihood.Solver(written)]];
        var task = new EvaluationTask
        {
            Name = written.Name,
            Version = written.Version,
            Title = written.Title ?? written.Name,
            Summary = written.Summary,
            Source = written.Data is { Source.Length: > 0 } sourced ? new TaskSource(Path.GetFileName(sourced.File), sourced.Licence, new Uri(sourced.Source, UriKind.RelativeOrAbsolute), sourced.Sha256) : null,
            Items = (_, cancellation) => written.Data is null ? Written(written, cancellation) : FromFile(written.Data, file!, cancellation),
            Solver = solvers.Length == 0 ? new GenerateSolver() : new SolverChain(solvers),
            Scorer = context => written.Scorers.Count == 1 ? written.Scorers[0].Make(written, context) : new CombinedScorer([.. written.Scorers.Select(s => (s.Title, s.Make(written, context)))], written.Decides),
            Answers = written.Answers,
            Metrics = metrics,
            Defaults = new TaskDefaults { Epochs = written.Epochs, MaxTokens = written.MaxTokens, Temperature = written.Temperature },
            Requirements = [.. written.Thresholds.Select(t => $"{written.Name}.{t}")],
        };
        foreach (var requirement in task.Requirements) Requirement.Parse(requirement).Check([task]);
        return task;
    }

    private static TaskMetric MetricNamed(string name, string[] scorers, string path)
    {
        if (name == TaskMetric.Accuracy.Name) return TaskMetric.Accuracy;
        if (name == TaskMetric.AccuracyFinished.Name) return TaskMetric.AccuracyFinished;
        foreach (var (prefix, make) in new (string, Func<int, TaskMetric>)[] { ("pass@", VoteMetrics.PassAt), ("pass^", VoteMetrics.AllOf), ("majority@", VoteMetrics.MajorityAt) })
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), System.Globalization.NumberStyles.None, null, out var k) && k > 0) return make(k);
        }

        if (scorers.Length > 1 && scorers.Contains(name)) return new TaskMetric { Name = name, Title = name, Value = TaskMetric.Score(name) };
        string[] known = [TaskMetric.Accuracy.Name, TaskMetric.AccuracyFinished.Name, "pass@K", "pass^K", "majority@K", .. scorers.Length > 1 ? scorers : []];
        throw new UserError($"There is no metric \"{name}\".", path, field: "metrics", advice: NearestName.Suggest(name, known));
    }

    private static async IAsyncEnumerable<EvaluationItem> Written(WrittenTask task, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        for (var i = 0; i < task.Items.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var item = task.Items[i];
            if (item.Prompt is null == (item.Messages.Count == 0)) throw new UserError("an item has either a prompt or messages.", field: FormattableString.Invariant($"items[{i}]"));
            yield return new EvaluationItem
            {
                Id = item.Id ?? FormattableString.Invariant($"{i + 1}"),
                Messages = item.Prompt is { } prompt ? [new ChatMessage("user", prompt)] : [.. item.Messages.Select(m => new ChatMessage(m.Role, m.Content))],
                Reference = item.Answer,
                Choices = item.Choices,
                Cluster = item.Cluster ?? "",
                Tags = item.Tags,
                Facts = item.Facts.Count > 0 ? JsonSerializer.Serialize(item.Facts) : "",
            };
        }
    }

    private static async IAsyncEnumerable<EvaluationItem> FromFile(WrittenData data, string file, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        if (data.Sha256 is { } pinned && File.Exists(file))
        {
            using var stream = File.OpenRead(file);
            var found = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
            if (!found.Equals(pinned, StringComparison.OrdinalIgnoreCase)) throw new UserError($"the data is not what the task was written for: its SHA-256 is {found}, not {pinned}.", file, advice: "Restore the file, or write the new hash and raise the task's version.");
        }

        foreach (var line in JsonLines.Read(file))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return ItemOf(line, data);
        }
    }

    private static EvaluationItem ItemOf(JsonLine line, WrittenData data)
    {
        if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object.");
        var hasMessages = line.Root.TryGetProperty(Field("messages"), out var messages) && messages.ValueKind == JsonValueKind.Array;
        var facts = new JsonObject();
        foreach (var fact in data.Facts) facts[fact] = JsonNode.Parse(line.Get(line.Root, fact).GetRawText());
        return new EvaluationItem
        {
            Id = Text("id") ?? FormattableString.Invariant($"{line.Number}"),
            Messages = hasMessages ? MessageJson.Read(messages) : [new ChatMessage("user", line.GetString(Field("prompt")))],
            Reference = Text("answer") ?? "",
            Choices = line.Root.TryGetProperty(Field("choices"), out var choices) && choices.ValueKind == JsonValueKind.Array ? [.. choices.EnumerateArray().Select(c => c.ValueKind == JsonValueKind.String ? c.GetString()! : c.GetRawText())] : [],
            Cluster = Text("cluster") ?? "",
            Tags = data.Tags.Count == 0 ? EvaluatedSample.NoTags : data.Tags.ToDictionary(t => t, t => Scalar(t) ?? throw line.Error($"The line has no \"{t}\", which is a tag.", t), StringComparer.Ordinal),
            Facts = data.Facts.Count > 0 ? facts.ToJsonString() : "",
        };

        string Field(string name) => data.Fields.GetValueOrDefault(name, name);

        string? Text(string name) => Scalar(Field(name));

        string? Scalar(string field) => line.Root.TryGetProperty(field, out var value) ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            JsonValueKind.Null => null,
            _ => throw line.Error("Expected a text or a number.", field),
        } : null;
    }
}
