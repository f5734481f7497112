using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>Samples to draw from one prompt.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="MaxTokens">Token budget of each sample.</param>
/// <param name="Streams">One random stream for each sample; token i is drawn with the number at position i.</param>
internal sealed record SampleRequest(int[] Prompt, int MaxTokens, RandomStream[] Streams)
{
    /// <summary>
    /// Made for each sample and given its tokens as they are drawn, on any thread; true where the sample is over with one. Null where
    /// only stop tokens end samples.
    /// </summary>
    public Func<Func<int, bool>>? Watch { get; init; }
}
