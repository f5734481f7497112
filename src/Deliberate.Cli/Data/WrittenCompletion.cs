using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// A line of a file of completions to judge: a problem's fields with <c>completion</c>, and what a run would know of it: <c>truncated</c>,
/// and <c>thought_opened_by</c>, the tag that the prompt opened the thought with. Where a line does not say that, the model's prompt does.
/// </summary>
internal static class WrittenCompletion
{
    private const string Completion = "completion", Truncated = "truncated", OpenedBy = "thought_opened_by";

    /// <param name="file">JSON Lines.</param>
    /// <param name="problems">Who judges, and where the answer stands.</param>
    /// <param name="model">Whose chat template prompts are written with; null for prompts as they stand in the lines.</param>
    public static List<Sample> Read(string file, ProblemsRecipe problems, TextFormat? model)
    {
        var encoder = model is null ? null : new ProblemEncoder(model);
        var samples = new List<Sample>();
        var taken = 0;
        foreach (var line in ProblemFile.Read(file, problems.AnswerGrader, shape: problems.Shape))
        {
            if (line.IsTakenOut) taken++;
            using var json = JsonDocument.Parse(line.Json);
            var fields = new Core.JsonLine(line.File, line.Line, json.RootElement);
            var problem = new Problem(Path.GetFileName(file), line.Level, Split.Test, line.Line, line.Prompt, line.Json, line.Canonical, line.Answer);
            var sample = new Sample
            {
                Problem = problem,
                Attempt = 0,
                Completion = fields.GetString(Completion),
                Truncated = fields.TryGet(fields.Root, Truncated, out _) && fields.GetBool(Truncated),
                ThoughtOpenedBy = Tag(fields) ?? encoder?.ThoughtOpenedBy(problem) ?? ThinkingTags.OpenedBy(line.Prompt)?.Open ?? "",
            };
            samples.Add(sample with { Answer = AnswerExtraction.Extract(sample.Completion, problems.AnswerFormat, sample.Truncated, sample.ThoughtOpenedBy) });
        }

        if (taken > 0) Console.Error.WriteLine($"{taken} reference{(taken == 1 ? " is a worked solution" : "s are worked solutions")}: compared is the marked answer.");
        return samples.Count > 0 ? samples : throw new UserError("The file holds no completion.", file, advice: "Each line is an object such as {\"prompt\": \"2+3=\", \"answer\": \"5\", \"completion\": \"5\"}.");
    }

    /// <summary>The tag that the line names; empty where it says that there was none; null where it says nothing.</summary>
    private static string? Tag(Core.JsonLine line)
    {
        if (line.GetOptionalString(OpenedBy) is not { } tag || tag.Length == 0) return line.TryGet(line.Root, OpenedBy, out _) ? "" : null;
        return ThinkingTags.OpenedBy(tag)?.Open ?? throw line.Error($"\"{tag}\" opens no thought.", OpenedBy, $"Known are {string.Join(", ", ThinkingTags.All.Select(t => t.Open))}.");
    }
}
