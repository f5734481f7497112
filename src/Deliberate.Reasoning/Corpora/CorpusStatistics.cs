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
internal sealed record CorpusStatistics(string Family, int Level, Writer Writer, int Problems, Estimate PromptCharacters, Estimate CompletionCharacters, int LongestCompletion, Estimate Steps, Estimate Right, Estimate AllStepsRight)
{
    public static CorpusStatistics Measure(ITaskFamily family, int level, Writer writer, ulong seed, int problems)
    {
        var scorer = new FamilyScorer(family);
        var written = Enumerable.Range(0, problems).Select(i =>
        {
            var problem = family.Generate(Split.Train, level, seed, i);
            var random = new RandomStream(seed, StreamStage.Corpus, problem: i, sample: (long)writer);
            var solution = family.Write(problem, writer, ref random);
            return (Item: i, Problem: problem, Solution: solution, Verdict: scorer.Judge(problem, solution.Completion));
        }).ToArray();
        return new(
            family.Name, level, writer, problems,
            MeanMetric.Of(ItemValues.Of(written, w => w.Item, w => w.Problem.Prompt.Length)), MeanMetric.Of(ItemValues.Of(written, w => w.Item, w => w.Solution.Completion.Length)), written.Max(w => w.Solution.Completion.Length),
            MeanMetric.Of(ItemValues.Of(written, w => w.Item, w => w.Solution.Steps.Count)), ShareMetric.Of(ItemValues.Of(written, w => w.Item, w => w.Verdict.IsRight ? 1 : 0)), ShareMetric.Of(ItemValues.Of(written, w => w.Item, w => w.Verdict.AllStepsRight ? 1 : 0)));
    }
}
