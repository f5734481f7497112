using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>Says which tokens may come next, given those drawn so far. One for each sample, on any thread.</summary>
internal delegate AllowedTokens TokenConstraint(ReadOnlySpan<int> output);

/// <summary>Samples to draw from one prompt.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="MaxTokens">Token budget of each sample.</param>
/// <param name="Streams">One random stream for each sample; token i is drawn with the number at position i.</param>
internal sealed record SampleRequest(int[] Prompt, int MaxTokens, RandomStream[] Streams)
{
    /// <summary>How its tokens are drawn; null for what the whole call asks for.</summary>
    public SamplingOptions? Options { get; init; }

    /// <summary>
    /// Made for each sample and given its tokens as they are drawn, on any thread; true where the sample is over with one. Null where
    /// only stop tokens end samples. <see cref="AnswerReader.Watch"/> makes those of stop strings.
    /// </summary>
    public Func<Func<int, bool>>? Watch { get; init; }

    /// <summary>Made for each sample; null where every token may come.</summary>
    public Func<TokenConstraint>? Constraint { get; init; }

    /// <summary>Most likely tokens to be told beside each that is drawn; none costs nothing.</summary>
    public int Alternatives { get; init; }

    /// <exception cref="UserError">It does not fit, or cannot be drawn.</exception>
    public void Check(int positions)
    {
        if (Prompt.Length == 0) throw new UserError("a prompt has no tokens.");
        if (MaxTokens < 1) throw new UserError($"a token budget of {MaxTokens} leaves nothing to sample.", field: "max_tokens");
        if (Prompt.Length + (long)MaxTokens > positions)
            throw new UserError($"a prompt of {Prompt.Length} tokens and a budget of {MaxTokens} exceed the {positions} positions of the sampler.", field: "max_tokens", advice: "Lower the budget or raise the context.");
        Options?.Check();
    }
}
