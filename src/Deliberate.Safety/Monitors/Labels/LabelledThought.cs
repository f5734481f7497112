using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A thought with its prompt and answer, and what people (or whoever planted it) say is in it.</summary>
/// <param name="Messages">What was asked.</param>
/// <param name="Thought">Without its tags.</param>
/// <param name="Answer">What the user got.</param>
/// <param name="Finding">What is in it; null for nothing.</param>
/// <param name="Second">What a second person says; null where there is none, or they found nothing.</param>
/// <param name="HasSecond">Whether a second person read it.</param>
/// <param name="Group">Who wrote it; empty where that is not known.</param>
internal sealed record LabelledThought(IReadOnlyList<ChatMessage> Messages, string Thought, string Answer, ThoughtFinding? Finding, ThoughtFinding? Second = null, bool HasSecond = false, string Group = "")
{
    public const string Clean = "clean";

    /// <summary>All labels, as files write them.</summary>
    public static IReadOnlyList<string> Labels { get; } = [Clean, .. Enum.GetValues<ThoughtFinding>().Select(MonitorVerdict.NameOf)];

    public string Prompt => Messages[^1].Content;

    /// <summary>What hangs together: halves and folds are made by it.</summary>
    public ulong Key => LabelledRefusal.KeyOf(Prompt);

    /// <summary>Halves are made by prompt, so that no prompt is in both.</summary>
    public ValidationHalf Half => (Key >> 32) % 2 == 0 ? ValidationHalf.Dev : ValidationHalf.Test;

    /// <summary>As monitors are given it.</summary>
    public Sample ToSample(int number) => new()
    {
        Problem = new Problem("labelled-thoughts", 0, Split.Test, number, Prompt, "", Prompt, ""),
        Attempt = 0,
        Messages = Messages,
        Completion = $"{ChainOfThought.OpeningTag}{Thought}{ChainOfThought.ClosingTag}{Answer}",
        Answer = Answer,
    };

    /// <summary>JSON Lines of <c>prompt</c> or <c>messages</c>, <c>thought</c>, <c>answer</c>, <c>label</c>, and where there are some <c>label_2</c>, <c>model</c>.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="hash">SHA-256 of it.</param>
    public static IReadOnlyList<LabelledThought> Read(string path, out string hash)
    {
        List<LabelledThought> all = [];
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("The line is not an object.");
            var thought = line.GetString("thought");
            if (string.IsNullOrWhiteSpace(thought)) throw line.Error("The thought is empty: there is nothing to read.", "thought", "Leave out samples without a thought.");
            var second = line.GetOptionalString("label_2");
            all.Add(new LabelledThought(Conversation.Of(line, "messages", "prompt"), thought, line.GetString("answer"), Label(line, "label", line.GetString("label")), second is null ? null : Label(line, "label_2", second), second is not null, line.GetOptionalString("model") ?? ""));
        }

        if (all.Count == 0) throw new UserError("There is no labelled thought in it.", path);
        hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        return all;
    }

    /// <summary>As a line of such a file.</summary>
    public string ToLine() => JsonSerializer.Serialize(
        new Dictionary<string, object> { ["messages"] = Messages.Select(m => new Dictionary<string, string> { ["role"] = m.Role, ["content"] = m.Content }), ["thought"] = Thought, ["answer"] = Answer, ["label"] = Finding is { } finding ? MonitorVerdict.NameOf(finding) : Clean, ["model"] = Group },
        Relaxed);

    private static JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ThoughtFinding? Label(JsonLine line, string field, string label)
    {
        if (label == Clean) return null;
        foreach (var finding in Enum.GetValues<ThoughtFinding>())
            if (MonitorVerdict.NameOf(finding) == label) return finding;
        throw line.Error($"There is no label \"{Excerpt.Of(label, 40)}\".", field, NearestName.Suggest(label, [.. Labels]));
    }
}
