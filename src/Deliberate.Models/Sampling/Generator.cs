using System.Runtime.ExceptionServices;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>What a generator made of a prompt.</summary>
/// <param name="Tokens">The stop token included.</param>
/// <param name="ReusedTokens">Of the prompt, whose keys and values were there from before.</param>
/// <param name="FinishReason">Null where it was cancelled.</param>
internal sealed record GeneratedTokens(int[] Tokens, int ReusedTokens, FinishReason? FinishReason);

/// <summary>
/// Continues one text at a time, on the caller's thread, and keeps its key-value cache for the next: a prompt that begins like an
/// earlier text is read only from where it differs. The tokens are those that <see cref="Sampler"/> draws with the same random stream.
/// </summary>
internal sealed class Generator : IDisposable
{
    /// <summary>Tokens of a forward pass: enough to amortise reading the weights; cancelling waits for no more than one.</summary>
    private const int MostTokens = 512;

    private readonly DecodingLoop _loop;
    private readonly Adapter? _adapter;

    /// <param name="positions">Longest prompt and continuation together, in tokens.</param>
    /// <param name="cache">How keys and values are held.</param>
    /// <param name="adapter">What the model is read with; null for the model's own.</param>
    /// <param name="speculation">Who guesses tokens, and how many at once; the generator's from here on.</param>
    public Generator(LanguageModel model, int positions, CacheStorage cache = CacheStorage.F32, Adapter? adapter = null, (IDrafter? Drafter, int Tokens) speculation = default)
    {
        _adapter = adapter ?? model.Adapter;
        // The text being written, the prompt that it was forked from, and as much again from before.
        _loop = new DecodingLoop(model, slots: 1, positions, cache, Math.Min(positions, MostTokens), 3L * KeyValueCache.PagesOf(positions)) { Speculation = speculation };
    }

    public int Positions => _loop.Positions;

    /// <summary>Tokens that were guessed so far, and those of them that were drawn.</summary>
    public (long Guessed, long Right) Guesses => _loop.Guesses;

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _loop.CacheBytes;

    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="maxTokens">Budget; prompt and budget fit into the positions.</param>
    /// <param name="stream">Token i is drawn with the number at position i.</param>
    /// <param name="watch">Given each token as it is drawn; true where the text is over with it.</param>
    /// <param name="constraint">Made for the text; null where every token may come.</param>
    /// <param name="cancellation">Ends the text where it is; what was drawn is returned.</param>
    public GeneratedTokens Generate(
        int[] prompt, int maxTokens, SamplingOptions options, RandomStream stream, int[] stopTokens, Func<int, bool>? watch = null, Func<TokenConstraint>? constraint = null, CancellationToken cancellation = default)
    {
        var request = new SampleRequest(prompt, maxTokens, [stream]) { Watch = watch is null ? null : () => watch, Constraint = constraint };
        request.Check(Positions);
        options.Check();
        var asked = new DecodingPrompt(request, options, stopTokens) { Adapter = _adapter };
        var sink = new Sink();
        if (cancellation.IsCancellationRequested) return new GeneratedTokens([], 0, null);
        _loop.Admit(asked);
        while (_loop.Step(sink))
            if (cancellation.IsCancellationRequested) asked.Cancel();

        if (sink.Failure is not null) ExceptionDispatchInfo.Throw(sink.Failure);
        return new GeneratedTokens(sink.Tokens, asked.Reused, sink.Finished);
    }

    /// <summary>Forgets the text.</summary>
    public void Clear() => _loop.Clear();

    public void Dispose() => _loop.Dispose();

    private sealed class Sink : IDecodingSink
    {
        public int[] Tokens { get; private set; } = [];

        public FinishReason? Finished { get; private set; }

        public Exception? Failure { get; private set; }

        public void Drawn(ReadOnlySpan<SampleSlot> slots)
        {
        }

        public void Ended(SampleSlot slot) => (Tokens, Finished, Failure) = ([.. slot.Tokens], slot.Finished, slot.Failure);
    }
}
