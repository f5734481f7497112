using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A file of the user's own problems (docs/own-problems.md) as a task: all of them are asked, and judged as a recipe that names the file
/// as its held-out problems judges them with its defaults. A line may name its own grader; for more, write a task in YAML over the file.
/// </summary>
internal static class ProblemsTask
{
    private const string Prefix = "problems:";

    public static bool IsFile(string name) => name.EndsWith(".jsonl", StringComparison.Ordinal);

    /// <exception cref="UserError">A line is no problem.</exception>
    public static EvaluationTask Of(string path)
    {
        var name = Slug(Path.GetFileNameWithoutExtension(path));
        var grader = AnswerGraders.Get(AnswerGraders.Default);
        var problems = OwnProblems.LoadHeldOut(name, path, grader);
        var set = new ProblemSet(problems, () => new AnswerScorer(grader), AnswerFormat.Marked);
        return FamilyTask.Of(set, Prefix + name, $"problems of {Path.GetFileName(path)}", int.MaxValue) with { Defaults = new TaskDefaults(), Notes = [.. problems.Notes] };
    }

    private static string Slug(string name)
    {
        var slug = new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return slug.Length > 0 ? slug : "problems";
    }
}
