using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// From problems to scored samples, the same for every evaluation and for every stage that learns from its own samples: prompts as
/// tokens, completions drawn, read (thought, answer, lengths) and given to the scorer in one batch.
/// </summary>
/// <param name="sampler">Who draws.</param>
/// <param name="encoder">Of its text format.</param>
/// <param name="set">Where the problems are from.</param>
internal sealed class SampleLoop(IRolloutEngine sampler, ProblemEncoder encoder, ProblemSet set) : ISampleLoop
{
    /// <inheritdoc/>
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
}
