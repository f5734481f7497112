using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>The problems that a model is asked and who grades them: a family's, or those of the run's own files.</summary>
/// <param name="Source">Null where only a prompt of the user's can be asked.</param>
/// <param name="Level">Null for problems of any level.</param>
/// <param name="Family">Null where they are no family's: then no step is checked.</param>
internal sealed record ProblemChoice(IProblemSource? Source, int? Level, ISampleGrader Grader, ITaskFamily? Family) : IDisposable
{
    /// <summary>What messages call them.</summary>
    public string Name => Family is not null ? string.Create(CultureInfo.InvariantCulture, $"{Family.Name}, level {Level}") : Source?.Name ?? "prompts of your own";

    /// <param name="choice">The model, and its run's recipe where it has one.</param>
    /// <param name="family">As the user names it; null for what the run learned.</param>
    /// <param name="level">0 for the one that the run evaluates on.</param>
    public static ProblemChoice For(CheckpointChoice choice, string? family, int level)
    {
        if (family is null && choice.Recipe is { Problems: not null } recipe)
        {
            var problems = (OwnProblems)RunInputs.ProblemsOf(recipe, new RunObserver());
            if (level > 0 && problems.Count(Split.Test, level) == 0) throw new UserError($"{problems.Name} holds out no problem of level {level}.", field: "--level", advice: $"Its levels are {string.Join(", ", problems.Levels.Select(l => l.Number))}.");
            return new ProblemChoice(problems, level > 0 ? level : null, RunInputs.GraderOf(recipe, new StandardError()), null);
        }

        if (family is null && choice.Recipe is { UsesFamily: false }) return new ProblemChoice(null, null, new NoGrader(), null);
        var chosen = choice.Family(family);
        var asked = choice.Level(chosen, level);
        return new ProblemChoice(new FamilyProblems(chosen, asked), asked, new FamilyGrader(chosen), chosen);
    }

    /// <summary>Held-out problems; fewer where there are no more.</summary>
    public Problem[] Draw(int count, ulong seed)
    {
        if (Source is null) throw new UserError("The run imitated examples and has no problems.", field: "--prompt", advice: "Ask it something: --prompt \"TEXT\", or name a --family.");
        count = Math.Min(count, Source.Count(Split.Test, Level) ?? count);
        return [.. Enumerable.Range(0, count).Select(i => Source.Draw(Split.Test, Level, seed, i))];
    }

    /// <summary>A prompt of the user's: a family checks it and knows the answer, other problems have none.</summary>
    public Problem Prompted(string prompt) => Family is not null ? PromptedProblem.Read(Family, Level!.Value, prompt) : new Problem(Source?.Name ?? "", 0, Split.Test, 0, prompt, "", prompt, "");

    /// <summary>Who grades; nobody where there is nothing to compare with.</summary>
    public ISampleGrader GraderOf(bool isGraded) => isGraded ? Grader : new NoGrader();

    public void Dispose() => Grader.Dispose();

    /// <summary>Grades nothing: there is no answer to compare with.</summary>
    private sealed class NoGrader : ISampleGrader
    {
        public GradedSample[][] Grade(ProblemEncoder encoder, IReadOnlyList<Problem> problems, Rollout[][] rollouts, CancellationToken cancellation) =>
            [.. problems.Select((problem, i) => SampledText.Of(encoder, problem, rollouts[i]).Select((sample, g) => sample.Graded(problem, g, new Grade(null, 0, false, false, "not graded", [], []))).ToArray())];

        public void Dispose()
        {
        }
    }

    private sealed class StandardError : RunObserver
    {
        public override void Notice(string message) => Console.Error.WriteLine(message);
    }
}
