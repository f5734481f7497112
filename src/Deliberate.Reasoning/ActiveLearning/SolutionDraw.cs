using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Draws solutions to be labelled: a sample's random numbers hang on its problem and its number alone.</summary>
/// <param name="sampler">Of the policy.</param>
/// <param name="encoder">Of its text format.</param>
/// <param name="set">Who says whether answers are right.</param>
/// <param name="maxTokens">Budget of a solution, the end token included.</param>
/// <param name="temperature">Of the samples.</param>
/// <param name="seed">Of the samples.</param>
internal sealed class SolutionDraw(Sampler sampler, ProblemEncoder encoder, ProblemSet set, int maxTokens, double temperature, ulong seed)
{
    /// <summary>Samples that are drawn before they are looked at.</summary>
    private const int Batch = 2048;

    /// <summary>Those that have steps and an answer, by problem and sample.</summary>
    /// <param name="problems">Of the family.</param>
    /// <param name="samples">Of each.</param>
    /// <param name="progress">Told of problems that are done.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public IEnumerable<DrawnSolution> Run(IReadOnlyList<Problem> problems, int samples, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var loop = new SampleLoop(sampler, encoder, set);
        var together = Math.Max(1, Batch / samples);
        for (var first = 0; first < problems.Count; first += together)
        {
            Problem[] batch = [.. problems.Skip(first).Take(together)];
            var groups = loop.Run(batch, samples, maxTokens, new SamplingOptions { Temperature = temperature }, (i, s) => new RandomStream(seed, StreamStage.Sampling, problem: batch[i].Index, sample: s), cancellation: cancellation);
            foreach (var solution in groups.SelectMany(g => g.Samples).Select(DrawnSolution.Of))
                if (solution is not null) yield return solution;
            progress?.Invoke(Math.Min(problems.Count, first + together));
        }
    }
}
