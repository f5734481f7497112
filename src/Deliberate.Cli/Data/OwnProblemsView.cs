using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Shows problems of a user's file as <c>problems</c> shows a family's: prompts and answers, on the side of the split that is asked for.</summary>
internal static class OwnProblemsView
{
    /// <summary>Whether an argument means a file rather than a family.</summary>
    public static bool IsFile(string name) => name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || File.Exists(name);

    /// <param name="level">0 for every level.</param>
    /// <param name="shape">Which column is which field.</param>
    /// <param name="model">Whose prompts are shown as it reads them; null for none.</param>
    public static void Write(string file, int level, int count, Split split, ulong seed, bool json, ProblemShape? shape = null, TextFormat? model = null)
    {
        var problems = OwnProblems.Load(Path.GetFileNameWithoutExtension(file), [file], [], grader: null, shape: shape);
        var encoder = model is null ? null : new ProblemEncoder(model);
        int? only = level == 0 ? null : level;
        var available = problems.Count(split, only)!.Value;
        if (only is not null && !problems.Levels.Any(l => l.Number == only)) throw new UserError($"{file} has no level {level}.", field: "--level", advice: $"It has {string.Join(", ", problems.Levels.Select(l => l.Number))}.");
        var drawn = Enumerable.Range(0, Math.Min(count, available)).Select(i => problems.Draw(split, only, seed, i)).ToArray();
        var (train, test) = (problems.Count(Split.Train, null)!.Value, problems.Count(Split.Test, null)!.Value);
        if (json)
        {
            JsonOutput.Write(new { File = file, Train = train, Test = test, problems.Duplicates, Problems = drawn.Select(p => new { Id = OwnProblem.IdOf(p), Line = problems.PlaceOf(p).Line, p.Level, p.Split, p.Prompt, Asked = encoder?.PromptText(p), p.Answer }) });
            return;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {train} problems to train on, {test} held out by a hash of their text{(problems.Duplicates > 0 ? $", {problems.Duplicates} repeated lines left out" : "")}."));
        foreach (var problem in drawn)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"{OwnProblem.IdOf(problem)}, line {problems.PlaceOf(problem).Line}, level {problem.Level}{(OwnProblem.GraderOf(problem) is { } grader ? $", grader {grader}" : "")}");
            Console.Out.WriteLine($"  prompt  {problem.Prompt.ReplaceLineEndings($"{Environment.NewLine}          ")}");
            if (encoder is not null) Console.Out.WriteLine($"  asked   {ModelText.Show(encoder.PromptText(problem)).ReplaceLineEndings($"{Environment.NewLine}          ")}");
            Console.Out.WriteLine($"  answer  {(problem.Answer.Length > 0 ? problem.Answer : "(none: a verifier decides)")}");
        }
    }
}
