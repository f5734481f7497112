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
        using var set = new ProblemSet(family, problem.Level);
        foreach (var writer in Enum.GetValues<Writer>())
        {
            var random = new RandomStream(seed, StreamStage.Corpus, problem: problem.Index, sample: (long)writer);
            text.AppendLine().AppendLine($"  {Name(writer)}");
            Append(text, set.Score(problem, family.Write(problem, writer, ref random).Completion));
        }

        return text.ToString();
    }

    /// <summary>A sample with its steps marked.</summary>
    internal static string Render(ScoredSample sample)
    {
        var text = new StringBuilder();
        Append(text, sample);
        return text.ToString();
    }

    public static string Name(Writer writer) => writer switch
    {
        Writer.Careful => "careful",
        Writer.SlipProne => "slip-prone",
        Writer.SystematicallyWrong => "systematically wrong",
        _ => "gives up early",
    };

    private static void Append(StringBuilder text, ScoredSample sample)
    {
        foreach (var (step, verdict) in sample.Steps) text.AppendLine(verdict.IsRight ? $"    + {step}" : $"    - {step}   [{verdict.Reason}]");
        var lucky = sample.IsRight && !sample.AllStepsRight ? ", but not by the steps above" : "";
        text.AppendLine($"    = {sample.Answer ?? "(no answer)"}   [{sample.Verdict.Reason}{lucky}]");
    }
}
