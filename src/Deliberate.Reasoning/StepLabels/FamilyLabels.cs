using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Labelled solutions of a family's problems, in PRM800K's schema: the family's writers, who slip, or a model's samples, with every step
/// judged by the family's own rules. Phase 1 offers alternatives for each step and goes on with a right one; phase 2 labels one solution up
/// to its first mistake. A pure function of its arguments.
/// </summary>
internal static class FamilyLabels
{
    /// <summary>Who labels.</summary>
    public const string Labeler = "00000000-0000-4000-8000-000000000000";

    private static readonly DateTime Begin = new(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly Writer[] Writers = [Writer.SlipProne, Writer.Careful, Writer.SlipProne, Writer.GivesUpEarly];

    /// <summary>The solution that some writer wrote, labelled.</summary>
    public static LabelledSolution Draw(ITaskFamily family, Split split, int level, ulong seed, long index, bool phaseOne)
    {
        var problem = family.Generate(split, level, seed, index);
        var writer = Writers[index % Writers.Length];
        var random = new RandomStream(seed, StreamStage.Corpus, problem: index, sample: 1);
        var written = family.Write(problem, writer, ref random);
        if (!phaseOne) return Label(family, problem, StepsOf(written.Steps, written.Answer), index);
        var other = family.Write(problem, Writer.Careful, ref random);
        return Alternatives(family, problem, StepsOf(written.Steps, written.Answer), StepsOf(other.Steps, other.Answer), index);
    }

    /// <summary>Steps as PRM800K has them: the last brings the answer.</summary>
    public static IReadOnlyList<string> StepsOf(IReadOnlyList<string> steps, string answer) =>
        steps.Count == 0 ? [$"# Answer\n\n{answer}"] : [.. steps.SkipLast(1), $"{steps[^1]}\n\n# Answer\n\n{answer}"];

    /// <summary>A solution of phase 2: labelled up to its first wrong step.</summary>
    public static LabelledSolution Label(ITaskFamily family, Problem problem, IReadOnlyList<string> steps, long index)
    {
        var right = Judge(family, problem, steps);
        var end = Array.IndexOf(right, false);
        return New(problem, index, generation: (int)(index % 10)) with
        {
            Question = new LabelQuestion(problem.Prompt, null, problem.Answer, steps, AnswerOf(steps[^1]), null),
            Steps = [.. steps.Take(end < 0 ? steps.Count : end + 1).Select((s, i) => new LabelledStep([new LabelledCompletion(s, right[i] ? 1 : -1, null)], null, right[i] ? 0 : null))],
            Finish = end < 0 ? LabelFinish.Solution : LabelFinish.FoundError,
        };
    }

    /// <summary>A solution of phase 1: each step has two candidates, and a right one is gone on with.</summary>
    private static LabelledSolution Alternatives(ITaskFamily family, Problem problem, IReadOnlyList<string> written, IReadOnlyList<string> careful, long index)
    {
        var steps = new List<LabelledStep>();
        var path = new List<string>();
        var finish = LabelFinish.GiveUp;
        for (var i = 0; i < careful.Count; i++)
        {
            string[] candidates = i < written.Count && written[i] != careful[i] ? [written[i], careful[i]] : [careful[i]];
            var right = candidates.Select(c => Judge(family, problem, [.. path, c])[^1]).ToArray();
            var chosen = Array.IndexOf(right, true);
            steps.Add(new LabelledStep([.. candidates.Select((c, n) => new LabelledCompletion(c, right[n] ? 1 : -1, false))], null, chosen < 0 ? null : chosen));
            if (chosen < 0) break;
            path.Add(candidates[chosen]);
            if (AnswerOf(path[^1]) is null) continue;
            finish = LabelFinish.Solution;
            break;
        }

        return New(problem, index, generation: null) with { Question = new LabelQuestion(problem.Prompt, null, problem.Answer, null, null, null), Steps = steps, Finish = finish };
    }

    /// <summary>Whether each step is right; of one that brings the answer, that too.</summary>
    public static bool[] Judge(ITaskFamily family, Problem problem, IReadOnlyList<string> steps)
    {
        var lines = steps.Select(LineOf).ToArray();
        var verdicts = family.CheckSteps(problem, [.. lines.Where(l => l.Length > 0)]);
        var right = new bool[steps.Count];
        var at = 0;
        for (var i = 0; i < right.Length; i++)
        {
            right[i] = lines[i].Length == 0 || verdicts[at++].IsRight;
            if (AnswerOf(steps[i]) is { } answer) right[i] &= family.Verify(problem, answer).IsRight;
        }

        return right;
    }

    /// <summary>The answer that a step brings; null where it brings none.</summary>
    public static string? AnswerOf(string step) => step.IndexOf(AnswerMark, StringComparison.Ordinal) is >= 0 and var at ? step[(at + AnswerMark.Length)..].Trim() : null;

    /// <summary>What a step says before it answers.</summary>
    public static string LineOf(string step) => (step.IndexOf(AnswerMark, StringComparison.Ordinal) is >= 0 and var at ? step[..at] : step).Trim();

    /// <summary>When a solution was labelled: a time that is the same whenever it is made again.</summary>
    public static string TimestampOf(long index) => Begin.AddMinutes(index).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private const string AnswerMark = "# Answer";

    private static LabelledSolution New(Problem problem, long index, int? generation) => new()
    {
        Labeler = Labeler,
        Timestamp = TimestampOf(index),
        Generation = generation,
        IsQualityControlQuestion = false,
        IsInitialScreeningQuestion = false,
        Question = new LabelQuestion(problem.Prompt, null, problem.Answer, null, null, null),
        Steps = [],
        TotalTime = 0,
        Finish = LabelFinish.GiveUp,
    };
}
