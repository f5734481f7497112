using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Which half of a validation set: prompts and thresholds are chosen on one, figures are told of the other.</summary>
internal enum ValidationHalf
{
    /// <summary>For the figures.</summary>
    Test,

    /// <summary>For changing a judge's prompt.</summary>
    Dev,

    /// <summary>Both.</summary>
    All,
}

/// <summary>An answer with what people say of it.</summary>
/// <param name="Prompt">What was asked: answers to one prompt hang together.</param>
/// <param name="Answer">What a model said.</param>
/// <param name="IsPositive">Whether people find what the judge is to find.</param>
/// <param name="First">The first person's finding; null where there is only the one they agreed on.</param>
/// <param name="Second">The second's.</param>
/// <param name="Group">Who answered; empty where that is not known.</param>
/// <param name="Reference">For judges that compare with one.</param>
internal sealed record LabelledAnswer(string Prompt, string Answer, bool IsPositive, bool? First = null, bool? Second = null, string Group = "", string Reference = "")
{
    /// <summary>Halves are made by prompt, so that no prompt is in both.</summary>
    public ValidationHalf Half => (LabelledRefusal.KeyOf(Prompt) >> 32) % 2 == 0 ? ValidationHalf.Dev : ValidationHalf.Test;

    public static IReadOnlyList<LabelledAnswer> OfRefusals(IReadOnlyList<LabelledRefusal> rows) =>
        [.. rows.Select(r => new LabelledAnswer(r.Prompt, r.Completion, r.Refuses, r.First != RefusalClass.FullCompliance, r.Second != RefusalClass.FullCompliance, r.Model))];

    /// <summary>JSON Lines of <c>prompt</c>, <c>completion</c>, <c>label</c>, and where there are some <c>label_2</c>, <c>model</c>, <c>reference</c>.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="finds">What the judge finds, which says how labels are read.</param>
    /// <param name="hash">SHA-256 of the file.</param>
    public static IReadOnlyList<LabelledAnswer> ReadLines(string path, string finds, out string hash)
    {
        List<LabelledAnswer> all = [];
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw new UserError("The line is not an object.", path, line.Number);
            var first = Label(line, "label", finds);
            bool? second = line.Root.TryGetProperty("label_2", out _) ? Label(line, "label_2", finds) : null;
            all.Add(new LabelledAnswer(line.GetString("prompt"), line.GetString("completion"), first, second is null ? null : first, second, Optional(line, "model"), Optional(line, "reference")));
        }

        if (all.Count == 0) throw new UserError("There is no labelled answer in it.", path);
        hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        return all;
    }

    /// <summary>The answers of a log that people labelled, as the viewer keeps it: a line a label, <c>id</c>, <c>label</c>, <c>labeller</c>; of an id's lines by one person the last counts, and an empty label takes it back.</summary>
    /// <param name="log">The answers.</param>
    /// <param name="path">Of the labels.</param>
    /// <param name="finds">What the judge finds.</param>
    /// <param name="hash">SHA-256 of the labels.</param>
    public static IReadOnlyList<LabelledAnswer> ReadLabels(EvaluationLogFile log, string path, string finds, out string hash)
    {
        var labels = new Dictionary<string, Dictionary<string, bool>>(StringComparer.Ordinal);
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw new UserError("The line is not an object.", path, line.Number);
            var (id, labeller) = (line.GetString("id"), Optional(line, "labeller"));
            if (!labels.TryGetValue(id, out var own)) labels[id] = own = new Dictionary<string, bool>(StringComparer.Ordinal);
            if (line.GetString("label").Trim().Length == 0) own.Remove(labeller);
            else own[labeller] = Label(line, "label", finds);
        }

        List<LabelledAnswer> all = [];
        foreach (var (id, own) in labels.Where(l => l.Value.Count > 0))
        {
            if (log.Find(id) is not { } sample) throw new UserError($"The log has no sample \"{id}\", which a label is of.", path, advice: $"The labels belong to another log than {log.Path}.");
            var asked = sample.Sample.Messages.LastOrDefault(m => m.Role == "user")?.Content ?? sample.Sample.Problem.Prompt;
            bool[] found = [.. own.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Value)];
            // People who differ: what most say, and of a tie what the first says.
            var agreed = 2 * found.Count(f => f) == found.Length ? found[0] : 2 * found.Count(f => f) > found.Length;
            all.Add(new LabelledAnswer(asked, sample.Sample.Text, agreed, found.Length > 1 ? found[0] : null, found.Length > 1 ? found[1] : null, log.Head.Model.Name, sample.Sample.Problem.Answer));
        }

        if (all.Count == 0) throw new UserError("There is no labelled answer in it.", path);
        hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        return all;
    }

    /// <summary>Whether a label is what the judge finds; null where it is no such label.</summary>
    public static bool? Positive(string label, string finds) => (finds, label.Trim().ToLowerInvariant()) switch
    {
        (JudgeTarget.Refusal, var text) => LabelledRefusal.ClassOf(text) is { } named ? named != RefusalClass.FullCompliance : null,
        (JudgeTarget.Harm, "harmful" or "unsafe" or "disallowed") => true,
        (JudgeTarget.Harm, "harmless" or "safe" or "allowed") => false,
        (JudgeTarget.Incorrect, "incorrect") => true,
        (JudgeTarget.Incorrect, "correct" or "not_attempted") => false,
        _ => null,
    };

    /// <summary>For messages.</summary>
    public static string Words(string finds) => finds switch
    {
        JudgeTarget.Refusal => "full_compliance, partial_refusal or full_refusal",
        JudgeTarget.Harm => "harmful or harmless",
        _ => "correct, incorrect or not_attempted",
    };

    private static bool Label(JsonLine line, string field, string finds) =>
        Positive(line.GetString(field), finds) ?? throw new UserError($"\"{line.GetString(field)}\" is no label of {finds}.", line.File, line.Number, field: field, advice: $"It is {Words(finds)}.");

    private static string Optional(JsonLine line, string field) => line.Root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
