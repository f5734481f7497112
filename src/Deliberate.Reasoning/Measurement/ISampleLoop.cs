using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>From problems to scored samples, the same for evaluations and for every stage that learns from its own samples: in one turn (<see cref="SampleLoop"/>) or in several (<see cref="EpisodeLoop"/>).</summary>
internal interface ISampleLoop
{
    /// <param name="problems">A group each.</param>
    /// <param name="samples">Completions of each.</param>
    /// <param name="maxTokens">Budget of a completion, the end token included.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="stream">Of problem i's sample g.</param>
    /// <param name="progress">Told of finished samples.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    SampleGroup[] Run(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, Func<int, int, RandomStream> stream, IProgress<int>? progress = null, CancellationToken cancellation = default);

    /// <summary>
    /// Problems at a temperature, as evaluations ask them: a sample's stream is keyed by its problem's place and its number alone, so
    /// a smaller budget cuts the same sample short, and accuracy at any budget follows from one pass.
    /// </summary>
    /// <returns>Ordered by problem and sample.</returns>
    List<ScoredSample> Evaluate(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, ulong seed, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        [.. Run(problems, samples, maxTokens, options, (i, g) => new RandomStream(seed, StreamStage.Evaluation, problem: i, sample: g), progress, cancellation).SelectMany(group => group.Samples)];
}
