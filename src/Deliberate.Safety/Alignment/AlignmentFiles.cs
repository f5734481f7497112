using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>What the training run reads: examples without the specification, and problems; each written whole or not at all.</summary>
internal static class AlignmentFiles
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prompt, thought and answer of what was kept; the answer alone for the control. The prompts are the users', without the specification.</summary>
    public static int Examples(string path, AlignRecipe recipe, IReadOnlyList<AlignmentPrompt> prompts, IReadOnlyList<GenerationRecord> generated, IReadOnlyList<FilterRecord> filtered)
    {
        var known = prompts.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var lines = generated.Zip(filtered).Where(g => g.Second.Kept).Select(g => new JsonObject
        {
            ["prompt"] = known[g.First.Prompt].Prompt,
            ["completion"] = recipe.Thought ? g.First.Completion : Answer(g.First.Completion, recipe.Form),
            ["id"] = g.First.Prompt,
        }).ToArray();
        Write(path, lines);
        return lines.Length;
    }

    /// <summary>Capability data for the control, with the thoughts of the assistant taken away: one that goes on thinking about some things is none.</summary>
    public static void WithoutThoughts(string path, string source, SpecificationForm form) => Write(path, JsonLines.Read(source).Select(line =>
    {
        // Mistakes are told of the user's own file.
        SupervisedFile.Parse(line);
        var example = JsonNode.Parse(line.Root.GetRawText())!.AsObject();
        foreach (var said in example["messages"] is JsonArray messages ? messages.OfType<JsonObject>().Where(m => m["role"]!.GetValue<string>() == "assistant") : [example])
        {
            foreach (var field in SupervisedFile.Thoughts) said.Remove(field);
            foreach (var field in (string[])["content", "completion"])
                if (said[field] is JsonValue value && value.TryGetValue(out string? text)) said[field] = Answer(text, form);
        }

        return example;
    }));

    /// <summary>A completion without its thought; in the compact form behind the blank that parts it from the request, without which it would be other tokens than any that the model knows.</summary>
    private static string Answer(string completion, SpecificationForm form)
    {
        var answer = ThinkingSplit.Of(completion).Answer ?? "";
        return form == SpecificationForm.Compact ? $" {answer}" : answer;
    }

    /// <summary>Balanced safety requests, and as many capability problems as make their share.</summary>
    public static int Problems(string path, AlignRecipe recipe, IReadOnlyList<AlignmentPrompt> prompts)
    {
        var share = recipe.Capability.ReinforcementShare;
        var surplus = BehaviourBalance.Surplus(recipe.Filter.Balance, [.. prompts.Select(p => p.IdealWord)], recipe.Seed).ToHashSet();
        AlignmentPrompt[] safety = share == 1 ? [] : [.. prompts.Where((_, i) => !surplus.Contains(i))];
        var most = share == 1 ? int.MaxValue : (int)Math.Round(share / (1 - share) * safety.Length);
        var lines = safety.Select(p => new JsonObject { ["id"] = p.Id, ["prompt"] = p.Prompt, [AlignmentScorer.CategoryField] = p.Category }).ToList();
        if (recipe.Judge.ReadsRefusals || recipe.HeldOutJudge?.ReadsRefusals == true)
            foreach (var (line, prompt) in lines.Zip(safety)) line[AlignmentScorer.IdealField] = prompt.IdealWord;
        var seen = safety.Select(p => p.Prompt).ToHashSet(StringComparer.Ordinal);
        var problems = new List<JsonObject>();
        foreach (var line in recipe.Capability.Problems.SelectMany(file => JsonLines.Read(file)))
            if (seen.Add(line.GetString("prompt"))) problems.Add(new JsonObject { ["prompt"] = line.GetString("prompt"), ["answer"] = line.GetString("answer").Trim(), [AlignmentScorer.CapabilityField] = true });
        lines.AddRange(problems.Take(most));
        Write(path, lines);
        return lines.Count;
    }

    private static void Write(string path, IEnumerable<JsonObject> lines) => AtomicFile.WriteText(path, string.Concat(lines.Select(l => l.ToJsonString(Relaxed) + "\n")));
}
