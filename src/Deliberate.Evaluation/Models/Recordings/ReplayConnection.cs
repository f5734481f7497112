using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using ChatMessage = Deliberate.Models.ChatMessage;

namespace Deliberate.Evaluation;

/// <summary>
/// Answers that were recorded, instead of a model: of an evaluation's log, or of JSON Lines. A line names what it answers by
/// <c>item</c> (and <c>epoch</c>, else the lines of an item are its epochs in order), by <c>messages</c>, or by <c>prompt</c> alone; and
/// holds <c>completion</c> (thought included) or <c>text</c> with <c>reasoning</c>, and perhaps <c>finish_reason</c>, <c>truncated</c>. So
/// transcripts are judged again by other scorers without a model being asked.
/// </summary>
internal sealed class ReplayConnection : IModelConnection
{
    private readonly Dictionary<string, List<ModelAnswer>> _byItem = new(StringComparer.Ordinal), _byPrompt = new(StringComparer.Ordinal);
    private readonly string _path;

    private ReplayConnection(string path) => _path = path;

    public static EvaluationModel Open(string path, string name)
    {
        var replay = new ReplayConnection(path);
        string recorded;
        if (IsLog(path)) recorded = replay.ReadLog();
        else recorded = replay.ReadLines();
        if (replay._byItem.Count + replay._byPrompt.Count == 0) throw new UserError("The file holds no recorded answer.", path);
        return new EvaluationModel(name, replay, new ModelDescription("replay", recorded, Path.GetFileName(path), HashOf(path)), Environment.ProcessorCount * 4);
    }

    public Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var (item, epoch, number) = options.Asker;
        if (Find(_byItem, item, epoch + number) is { } known) return Task.FromResult(known);
        if (Find(_byPrompt, KeyOf(messages), epoch) is { } same) return Task.FromResult(same);
        if (messages.Count > 0 && Find(_byPrompt, messages[^1].Content, epoch) is { } asked) return Task.FromResult(asked);
        throw new InvalidDataException($"the recording {Path.GetFileName(_path)} has no answer to item \"{item}\", epoch {epoch}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ModelAnswer? Find(Dictionary<string, List<ModelAnswer>> answers, string key, int number) => answers.TryGetValue(key, out var known) && number < known.Count ? known[number] : null;

    private static string KeyOf(IReadOnlyList<ChatMessage> messages) => "\u0001" + string.Join('\u0001', messages.Select(m => $"{m.Role}\u0002{m.Content}"));

    private static bool IsLog(string path)
    {
        LogReader.CheckIsFile(path);
        using var file = LogReader.OpenFile(path);
        var start = new byte[8];
        return RandomAccess.Read(file, start, 0) == start.Length && start.AsSpan().SequenceEqual("deliblog"u8);
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private string ReadLog()
    {
        using var log = EvaluationLogFile.Open(_path);
        foreach (var sample in log.Samples().OrderBy(s => s.Epoch))
        {
            var answer = new ModelAnswer
            {
                Completion = sample.Sample.Completion,
                Text = sample.Sample.Text,
                Reasoning = sample.Sample.Thinking,
                ThoughtOpenedBy = sample.Sample.ThoughtOpenedBy,
                FinishReason = sample.FinishReason.Length > 0 ? sample.FinishReason : sample.Sample.Truncated ? "length" : "stop",
                Usage = new ModelUsage(1, 0, 0, sample.Sample.CompletionTokens, sample.Sample.ThoughtTokens ?? 0, 0),
            };
            // What never had an answer has none to be replayed.
            if (sample.FinishReason.Length == 0 && sample.Verdict.Outcome == SampleOutcome.HarnessError) continue;
            var id = sample.Sample.Problem.Id;
            Add(_byItem, id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..], answer);
            Add(_byItem, id, answer);
            Add(_byPrompt, KeyOf(sample.Sample.Messages), answer);
        }

        return log.Head.Model.Name;
    }

    private string ReadLines()
    {
        foreach (var line in JsonLines.Read(_path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object.");
            ModelAnswer answer;
            try
            {
                answer = AnswerJson.Read(line.Root);
            }
            catch (KeyNotFoundException)
            {
                throw line.Error("The line holds no answer.", "completion", "Give \"completion\", or \"text\" and perhaps \"reasoning\".");
            }

            if (line.GetOptionalString("item") is { } item) Add(_byItem, item, answer);
            else if (line.Root.TryGetProperty("messages"u8, out var messages) && messages.ValueKind == JsonValueKind.Array) Add(_byPrompt, KeyOf(MessageJson.Read(messages)), answer);
            else if (line.GetOptionalString("prompt") is { } prompt) Add(_byPrompt, prompt, answer);
            else throw line.Error("The line does not say what it answers.", "item", "Give \"item\", \"messages\" or \"prompt\".");
        }

        return Path.GetFileNameWithoutExtension(_path);
    }

    private static void Add(Dictionary<string, List<ModelAnswer>> answers, string key, ModelAnswer answer)
    {
        if (!answers.TryGetValue(key, out var known)) answers[key] = known = [];
        known.Add(answer);
    }
}
