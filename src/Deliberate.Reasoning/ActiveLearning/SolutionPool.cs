namespace Deliberate.Reasoning;

/// <summary>Drawn solutions as pools to choose from: by whether their answers are right, and by whether every step is too.</summary>
/// <param name="Answers">A sample is right where its answer is; equal answers are one group.</param>
/// <param name="Steps">A sample is right where every step is too; for choosing the best, not for votes.</param>
internal sealed record SolutionPool(SamplePool Answers, SamplePool Steps)
{
    /// <param name="problems">All that were asked.</param>
    /// <param name="solutions">By problem and sample.</param>
    /// <param name="scores">Of each, probabilities.</param>
    /// <param name="samples">Drawn of each problem: those that had no steps or no answer count as samples that answer nothing, with the lowest score.</param>
    public static SolutionPool Of(IReadOnlyList<Problem> problems, IReadOnlyList<DrawnSolution> solutions, IReadOnlyList<double> scores, int samples)
    {
        List<IReadOnlyList<PoolSample>> answers = [], steps = [];
        var drawn = Enumerable.Range(0, solutions.Count).ToLookup(i => solutions[i].Problem.Index);
        foreach (var problem in problems)
        {
            // A wrong answer's group: the right one is 0.
            Dictionary<string, int> groups = new(StringComparer.Ordinal);
            List<PoolSample> byAnswer = [], bySteps = [];
            foreach (var i in drawn[problem.Index])
            {
                var solution = solutions[i];
                if (!solution.IsRight && !groups.ContainsKey(solution.Answer)) groups.Add(solution.Answer, groups.Count + 1);
                byAnswer.Add(new PoolSample(solution.IsRight ? 0 : groups[solution.Answer], scores[i]));
                bySteps.Add(new PoolSample(solution.AreStepsRight ? 0 : 1, scores[i]));
            }

            var missing = Enumerable.Repeat(new PoolSample(-1, 0), Math.Max(0, samples - byAnswer.Count));
            answers.Add([.. byAnswer, .. missing]);
            steps.Add([.. bySteps, .. missing]);
        }

        return new SolutionPool(new SamplePool(answers), new SamplePool(steps));
    }
}
