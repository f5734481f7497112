using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>A prompt on its way through the <see cref="DecodingLoop"/>: read once, then forked by each of its samples.</summary>
/// <param name="request">What is to be drawn.</param>
/// <param name="options">How.</param>
/// <param name="stopTokens">Ids that end a sample; kept as its last token.</param>
/// <param name="index">For whoever asks, to know it again.</param>
internal sealed class DecodingPrompt(SampleRequest request, SamplingOptions options, int[] stopTokens, int index = 0)
{
    private volatile bool _isCancelled;

    public SampleRequest Request { get; } = request;

    public SamplingOptions Options { get; } = options;

    public int[] StopTokens { get; } = stopTokens;

    public int Index { get; } = index;

    /// <summary>What it is read and continued with; null for the base alone.</summary>
    public Adapter? Adapter { get; init; }

    /// <summary>Whose it is.</summary>
    public object? Tag { get; init; }

    /// <summary>What of it has been read; null before the first of it is.</summary>
    public CachedSequence? Sequence { get; set; }

    /// <summary>The logits of its last token; null until all of it has been read, and once every sample has begun.</summary>
    public DeviceBuffer? Logits { get; set; }

    /// <summary>Tokens whose keys and values were there from earlier prompts.</summary>
    public int Reused { get; set; }

    /// <summary>Samples that were given a slot, and those of them that are over.</summary>
    public int Started { get; set; }

    public int Ended { get; set; }

    public int Samples => Request.Streams.Length;

    public bool IsCancelled => _isCancelled;

    /// <summary>Pages that it may come to need: of the prompt, and of each sample at its longest.</summary>
    public int MostPages => KeyValueCache.PagesOf(Request.Prompt.Length) + (Samples * KeyValueCache.PagesOf(Request.Prompt.Length + Request.MaxTokens));

    /// <summary>Its samples end with the next step of the loop, without a token more. From any thread.</summary>
    public void Cancel() => _isCancelled = true;
}
