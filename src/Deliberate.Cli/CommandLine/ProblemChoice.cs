using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>The problems that a model is asked: a family's, those of the run's own files, or a prompt that nobody can judge.</summary>
internal sealed class ProblemChoice(ProblemSet? set) : IDisposable
{
    /// <summary>What messages call them.</summary>
    public string Name => set is null ? "prompts of your own" : set.Level is { } level ? string.Create(CultureInfo.InvariantCulture, $"{set.Name}, level {level}") : set.Name;

    /// <summary>Null for problems of any level.</summary>
    public int? Level => set?.Level;

    /// <summary>Whether several answers are right, which a vote counts as one.</summary>
    public bool HasSeveralAnswers => set?.Family is CountdownFamily;

    /// <exception cref="UserError">Only a prompt of the user's can be asked.</exception>
    public ProblemSet Set => set ?? throw new UserError("The run imitated examples and has no problems.", field: "--prompt", advice: "Ask it something: --prompt \"TEXT\", or name a --family.");

    /// <param name="choice">The model, and its run's recipe where it has one.</param>
    /// <param name="family">As the user names it; null for what the run learned.</param>
    /// <param name="level">0 for the one that the run evaluates on.</param>
    public static ProblemChoice For(CheckpointChoice choice, string? family, int level)
    {
        if (family is null && choice.Recipe is { Problems: not null } recipe)
        {
            var problems = RunInputs.ProblemsOf(recipe, new StandardError());
            if (level > 0 && problems.Source.Count(Split.Test, level) == 0) throw new UserError($"{problems.Name} holds out no problem of level {level}.", field: "--level", advice: $"Its levels are {string.Join(", ", problems.Source.Levels.Select(l => l.Number))}.");
            return new ProblemChoice(level > 0 ? problems.At(level) : problems);
        }

        if (family is null && choice.Recipe is { UsesFamily: false }) return new ProblemChoice(null);
        var chosen = choice.Family(family);
        return new ProblemChoice(new ProblemSet(chosen, choice.Level(chosen, level)));
    }

    /// <summary>A prompt of the user's: a family checks it and knows the answer; of other problems nobody does, and nothing judges it.</summary>
    /// <returns>The problem, and the set that it is asked of.</returns>
    public (Problem Problem, ProblemSet Set, bool IsJudged) Prompted(string prompt)
    {
        if (set?.Family is { } family) return (PromptedProblem.Read(family, set.Level!.Value, prompt), set, true);
        var problem = new Problem(set?.Name ?? "", 0, Split.Test, 0, prompt, "", prompt, "");
        return (problem, new ProblemSet(new NoProblems(problem.Family), () => new NoScorer(), AnswerFormat.Whole), false);
    }

    public void Dispose() => set?.Dispose();

    private sealed class NoProblems(string name) : IProblemSource
    {
        public string Name => name;

        public IReadOnlyList<DifficultyLevel> Levels => [];

        public int? Count(Split split, int? level) => 0;

        public Problem Draw(Split split, int? level, ulong seed, long index) => throw new InvalidOperationException("There are none.");
    }

    /// <summary>There is no answer to compare with.</summary>
    private sealed class NoScorer : IScorer
    {
        public string Name => "nobody";

        public int BatchSize => int.MaxValue;

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(_ => Verdict.Unscored("not graded"))]);
    }

    private sealed class StandardError : RunObserver
    {
        public override void Notice(string message) => Console.Error.WriteLine(message);
    }
}
