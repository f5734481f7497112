using System.Runtime.InteropServices;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>What a generator made of a prompt.</summary>
/// <param name="Tokens">The stop token included.</param>
/// <param name="ReusedTokens">Of the prompt, whose keys and values were there from before.</param>
/// <param name="FinishReason">Null where it was cancelled.</param>
internal sealed record GeneratedTokens(int[] Tokens, int ReusedTokens, FinishReason? FinishReason);

/// <summary>
/// Continues one text at a time, token by token, and keeps its key-value cache for the next: a prompt that goes on from the last
/// text, or from the last prompt with another continuation, is read only from there on. The tokens are those that
/// <see cref="Sampler"/> draws with the same random stream. Stays on one thread.
/// </summary>
internal sealed class Generator : IDisposable
{
    /// <summary>Tokens of a forward pass: enough to amortise reading the weights; cancelling waits for no more than one.</summary>
    private const int MostTokens = 512;

    private readonly KeyValueCache _cache;
    private readonly Tape _tape;
    private readonly LogitHead _head;
    private readonly double[] _logits;
    private readonly TokenChooser _chooser;
    private readonly CachedSequence _text, _prompt;

    /// <summary>The tokens whose keys and values <see cref="_text"/> holds; <see cref="_prompt"/> those of the first few.</summary>
    private readonly List<int> _tokens = [];

    /// <param name="positions">Longest prompt and continuation together, in tokens.</param>
    /// <param name="cache">How keys and values are held.</param>
    public Generator(LanguageModel model, int positions, CacheStorage cache = CacheStorage.F32)
    {
        Positions = positions;
        _cache = new KeyValueCache(model.Device, model.AttentionShapeOf(0), model.Configuration.LayerCount, cache);
        _tape = new Tape(model.Device, Math.Min(positions, MostTokens), 1, training: false) { Cache = _cache };
        _head = new LogitHead(model, model.Build(_tape, positions), 1);
        _chooser = new TokenChooser(model.Configuration.VocabularySize);
        _logits = new double[model.Configuration.VocabularySize];
        (_text, _prompt) = (new CachedSequence(_cache), new CachedSequence(_cache));
    }

    public int Positions { get; }

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _cache.Bytes;

    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="maxTokens">Budget; prompt and budget fit into the positions.</param>
    /// <param name="stream">Token i is drawn with the number at position i.</param>
    /// <param name="watch">Given each token as it is drawn; true where the text is over with it.</param>
    /// <param name="cancellation">Ends the text where it is; what was drawn is returned.</param>
    public GeneratedTokens Generate(
        ReadOnlySpan<int> prompt, int maxTokens, SamplingOptions options, RandomStream stream, ReadOnlySpan<int> stopTokens, Func<int, bool>? watch = null, CancellationToken cancellation = default)
    {
        if (prompt.Length == 0) throw new UserError("a prompt has no tokens.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prompt.Length + maxTokens, Positions, nameof(maxTokens));
        options.Check();
        var reused = Reuse(prompt);
        if (!Read(prompt[reused..], cancellation)) return new GeneratedTokens([], reused, null);
        _prompt.ForkFrom(_text);
        var drawn = new List<int>();
        while (true)
        {
            var token = _head.Choose(0, options, new TokenHistory(prompt, CollectionsMarshal.AsSpan(drawn)), stream.UniformAt((ulong)drawn.Count), _chooser);
            if (token.IsNone) throw ChosenToken.NotFinite();
            drawn.Add(token.Id);
            var isOver = watch?.Invoke(token.Id) ?? false;
            if (isOver || stopTokens.Contains(token.Id)) return new GeneratedTokens([.. drawn], reused, FinishReason.Stop);
            if (drawn.Count == maxTokens) return new GeneratedTokens([.. drawn], reused, FinishReason.Length);
            if (!Read([token.Id], cancellation)) return new GeneratedTokens([.. drawn], reused, null);
        }
    }

    /// <summary>Forgets the text.</summary>
    public void Clear()
    {
        _text.Clear();
        _prompt.Clear();
        _tokens.Clear();
    }

    public void Dispose()
    {
        _head.Dispose();
        _tape.Dispose();
        _cache.Dispose();
    }

    /// <summary>Goes back to the longest beginning of the prompt that is in the cache; at least its last token remains to be read.</summary>
    private int Reuse(ReadOnlySpan<int> prompt)
    {
        var known = CollectionsMarshal.AsSpan(_tokens);
        if (prompt.Length > known.Length && prompt.StartsWith(known)) return known.Length;
        if (prompt.Length > _prompt.Length && prompt.StartsWith(known[.._prompt.Length]))
        {
            _text.ForkFrom(_prompt);
            _tokens.RemoveRange(_prompt.Length, _tokens.Count - _prompt.Length);
            return _prompt.Length;
        }

        Clear();
        return 0;
    }

    /// <summary>Appends tokens to the text and puts the logits of the last in place; false where it was cancelled.</summary>
    private bool Read(ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        var batch = _tape.Batch;
        while (tokens.Length > 0)
        {
            if (cancellation.IsCancellationRequested) return false;
            var part = tokens[..Math.Min(tokens.Length, batch.TokenCapacity)];
            batch.Clear();
            batch.AddCached(part, _text);
            _tape.Forward();
            _tokens.AddRange(part);
            tokens = tokens[part.Length..];
        }

        if (batch.Tokens == 1)
        {
            _head.Run(1);
            return true;
        }

        _head.Read(batch.Tokens - 1, _logits);
        _head.Write(0, _logits);
        return true;
    }
}
