using System.Text;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A problem and what each kind of writer makes of it, as plain text, every step marked right (<c>+</c>) or wrong (<c>-</c>, with the reason) by the checker.
/// </summary>
public static class ProblemPreview
{
    /// <summary>The problem and one solution of each writer, drawn from the seed and the problem's index.</summary>
    public static string Render(ITaskFamily family, Problem problem, ulong seed)
    {
        var text = new StringBuilder();
        var level = family.Levels.FirstOrDefault(l => l.Number == problem.Level)?.Name ?? "";
        text.AppendLine($"{family.Name}, level {problem.Level} ({level}), {problem.Split.ToString().ToLowerInvariant()} problem {problem.Index}");
        text.AppendLine($"  prompt  {problem.Prompt}");
        text.AppendLine($"  answer  {problem.Answer}");
        foreach (var writer in Enum.GetValues<Writer>())
        {
            var random = new RandomStream(seed, StreamStage.Corpus, problem: problem.Index, sample: (long)writer);
            text.AppendLine().AppendLine($"  {Name(writer)}");
            Append(text, family, problem, family.Write(problem, writer, ref random).Completion);
        }

        return text.ToString();
    }

    /// <summary>A completion of a model on the problem, with its steps marked.</summary>
    /// <param name="family">The problem's.</param>
    /// <param name="problem">What was asked.</param>
    /// <param name="completion">What the model wrote.</param>
    /// <param name="truncated">Whether the token budget ended it.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag, the completion begins within the thought.</param>
    public static string Render(ITaskFamily family, Problem problem, string completion, bool truncated, string prompt = "")
    {
        var text = new StringBuilder();
        Append(text, family, problem, completion, truncated, prompt);
        return text.ToString();
    }

    public static string Name(Writer writer) => writer switch
    {
        Writer.Careful => "careful",
        Writer.SlipProne => "slip-prone",
        Writer.SystematicallyWrong => "systematically wrong",
        _ => "gives up early",
    };

    private static void Append(StringBuilder text, ITaskFamily family, Problem problem, string completion, bool truncated = false, string prompt = "")
    {
        var grade = Grader.Grade(family, problem, completion, truncated, prompt);
        for (var i = 0; i < grade.Steps.Count; i++)
        {
            var verdict = grade.StepVerdicts[i];
            text.AppendLine(verdict.IsRight ? $"    + {grade.Steps[i]}" : $"    - {grade.Steps[i]}   [{verdict.Reason}]");
        }

        var lucky = grade.Correct > 0 && !grade.AllStepsRight ? ", but not by the steps above" : "";
        text.AppendLine($"    = {grade.Answer ?? "(no answer)"}   [{grade.Reason}{lucky}]");
    }
}
