namespace Deliberate.Models;

/// <summary>Who draws samples: this program's own engine (<see cref="Sampler"/>), or servers elsewhere. Token ids in, token ids out, with the log-probabilities that they were drawn with.</summary>
internal interface IRolloutEngine
{
    /// <summary>Mean share of places in use over the last call; NaN where nobody knows.</summary>
    double MeanLiveShare { get; }

    /// <inheritdoc cref="Sampler.Sample"/>
    Rollout[][] Sample(
        IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, IProgress<int>? progress = null, ISampleObserver? observer = null, CancellationToken cancellation = default);
}
