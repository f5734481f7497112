using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// What each writer of a family is like on one level, measured on generated problems: for the docs, and for whoever sets a mixture.
/// </summary>
/// <param name="Family">Name of the family.</param>
/// <param name="Level">Number of the level.</param>
/// <param name="Writer">Who wrote.</param>
/// <param name="Problems">How many problems were measured.</param>
/// <param name="PromptCharacters">Mean length of the prompts.</param>
/// <param name="CompletionCharacters">Mean length of the completions, tags included.</param>
/// <param name="LongestCompletion">Longest completion seen, in characters.</param>
/// <param name="Steps">Mean number of steps.</param>
/// <param name="Right">Share of right answers.</param>
/// <param name="AllStepsRight">Share with every step right.</param>
internal sealed record CorpusStatistics(string Family, int Level, Writer Writer, int Problems, double PromptCharacters, double CompletionCharacters, int LongestCompletion, double Steps, double Right, double AllStepsRight)
{
    public static CorpusStatistics Measure(ITaskFamily family, int level, Writer writer, ulong seed, int problems)
    {
        long prompt = 0, completion = 0, steps = 0;
        int longest = 0, right = 0, allRight = 0;
        for (var i = 0; i < problems; i++)
        {
            var problem = family.Generate(Split.Train, level, seed, i);
            var random = new RandomStream(seed, StreamStage.Corpus, problem: i, sample: (long)writer);
            var solution = family.Write(problem, writer, ref random);
            var grade = Grader.Grade(family, problem, solution.Completion, truncated: false);
            prompt += problem.Prompt.Length;
            completion += solution.Completion.Length;
            longest = Math.Max(longest, solution.Completion.Length);
            steps += solution.Steps.Count;
            right += (int)grade.Correct;
            allRight += grade.AllStepsRight ? 1 : 0;
        }

        double n = problems;
        return new(family.Name, level, writer, problems, prompt / n, completion / n, longest, steps / n, right / n, allRight / n);
    }

    /// <summary>The share of right answers that a corpus of this mixture has on one level: the solve rate that imitation alone aims at.</summary>
    public static double SolveRate(ITaskFamily family, int level, CorpusMixture mixture, ulong seed, int problems) =>
        Enum.GetValues<Writer>().Where(w => mixture.Share(w) > 0).Sum(w => mixture.Share(w) * Measure(family, level, w, seed, problems).Right);
}
