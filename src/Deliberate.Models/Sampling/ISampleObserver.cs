namespace Deliberate.Models;

/// <summary>Watches the samples of one call of <see cref="Sampler.Sample"/>; called on its thread.</summary>
internal interface ISampleObserver
{
    /// <summary>So many tokens were drawn, each for another sample.</summary>
    void Drawn(int tokens);

    /// <summary>A sample is over.</summary>
    /// <param name="request">Its request's index.</param>
    /// <param name="sample">Its index within the request.</param>
    void Finished(int request, int sample, Rollout rollout);
}
