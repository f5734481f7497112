using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// From problems to scored samples, the same for every evaluation and for every stage that learns from its own samples: prompts as
/// tokens, completions drawn, read (thought, answer, lengths) and given to the scorer in one batch.
/// </summary>
/// <param name="sampler">Of the model.</param>
/// <param name="encoder">Of its text format.</param>
/// <param name="set">Where the problems are from.</param>
internal sealed class SampleLoop(Sampler sampler, ProblemEncoder encoder, ProblemSet set)
{
    /// <param name="problems">A group each.</param>
    /// <param name="samples">Completions of each.</param>
    /// <param name="maxTokens">Budget of a completion, the end token included.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="stream">Of problem i's sample g.</param>
    /// <param name="progress">Told of finished samples.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public SampleGroup[] Run(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, Func<int, int, RandomStream> stream, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var requests = new SampleRequest[problems.Count];
        for (var i = 0; i < requests.Length; i++)
        {
            var streams = new RandomStream[samples];
            for (var g = 0; g < samples; g++) streams[g] = stream(i, g);
            requests[i] = encoder.Request(problems[i], maxTokens, streams);
        }

        var rollouts = sampler.Sample(requests, options, encoder.StopIds, progress: progress, cancellation: cancellation);
        var reader = new SampleReader(encoder, set);
        var read = problems.SelectMany((problem, i) => reader.Read(problem, rollouts[i])).ToArray();
        var verdicts = set.Scorer.ScoreAsync(read, cancellation).AsTask().GetAwaiter().GetResult();
        return [.. requests.Select((request, i) => new SampleGroup(problems[i], request.Prompt, [.. Enumerable.Range(i * samples, samples).Select(n => new ScoredSample(read[n], verdicts[n]))]))];
    }

    /// <summary>
    /// Problems at a temperature, as evaluations ask them: a sample's stream is keyed by its problem's place and its number alone, so
    /// a smaller budget cuts the same sample short, and accuracy at any budget follows from one pass.
    /// </summary>
    /// <returns>Ordered by problem and sample.</returns>
    public List<ScoredSample> Evaluate(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, ulong seed, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        [.. Run(problems, samples, maxTokens, options, (i, g) => new RandomStream(seed, StreamStage.Evaluation, problem: i, sample: g), progress, cancellation).SelectMany(group => group.Samples)];
}
