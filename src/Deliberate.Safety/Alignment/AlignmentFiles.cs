using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;

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
            ["completion"] = recipe.Thought ? g.First.Completion : ThinkingSplit.Of(g.First.Completion).Answer,
            ["id"] = g.First.Prompt,
        }).ToArray();
        Write(path, lines);
        return lines.Length;
    }

    /// <summary>Capability problems that are held out, or the run would hold out an eighth of all.</summary>
    private const int HeldOut = 16;

    /// <summary>Balanced safety requests, and as many capability problems as make their share; the last of these are held out.</summary>
    public static int Problems(string path, string heldOut, AlignRecipe recipe, IReadOnlyList<AlignmentPrompt> prompts)
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
        if (problems.Count > 2 * HeldOut) Write(heldOut, problems[^HeldOut..]);
        lines.AddRange(problems.Take(Math.Min(most, problems.Count > 2 * HeldOut ? problems.Count - HeldOut : problems.Count)));
        Write(path, lines);
        return lines.Count;
    }

    private static void Write(string path, IEnumerable<JsonObject> lines) => AtomicFile.WriteText(path, string.Concat(lines.Select(l => l.ToJsonString(Relaxed) + "\n")));
}
