using System.Runtime.InteropServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Guesses with a smaller model of the same tokenizer, which draws with the sample's own options and random numbers: where both models
/// think alike, they draw the same token. Keeps its keys and values for as long as it is asked about the same text.
/// </summary>
internal sealed class ModelDrafter : IDrafter
{
    /// <summary>Tokens of a pass with which it catches up.</summary>
    private const int MostTokens = 256;

    private readonly KeyValueCache _cache;
    private readonly CachedSequence _sequence;
    private readonly List<int> _read = [];
    private readonly Tape _tape;
    private readonly LogitHead _head;
    private readonly TokenChooser _chooser;
    private readonly DeviceBuffer _logits;
    private readonly int _positions;
    private int[] _text = [];

    /// <param name="model">On the device of the model that it guesses for, with its vocabulary.</param>
    /// <param name="positions">Longest text; where the draft model was made for shorter ones, it stops guessing there.</param>
    public ModelDrafter(LanguageModel model, int positions)
    {
        _positions = Math.Min(positions, model.Configuration.MaxPositions);
        _cache = new KeyValueCache(model.Device, model.AttentionShapeOf(0), model.Configuration.LayerCount);
        _sequence = new CachedSequence(_cache);
        _tape = new Tape(model.Device, MostTokens, 1, training: false) { Cache = _cache };
        _head = new LogitHead(model, model.Build(_tape, _positions), 1);
        _chooser = new TokenChooser(model.Configuration.VocabularySize);
        _logits = model.Device.Allocate(model.Configuration.VocabularySize);
    }

    public int Draft(SampleSlot slot, Span<int> draft)
    {
        var (prompt, options) = (slot.Prompt!.Request.Prompt, slot.Prompt.Options);
        var output = CollectionsMarshal.AsSpan(slot.Tokens);
        var length = prompt.Length + output.Length;
        var most = Math.Min(draft.Length, _positions - length);
        if (most < 1) return 0;
        if (_text.Length < length + most) _text = new int[2 * (length + most)];
        prompt.CopyTo(_text, 0);
        output.CopyTo(_text.AsSpan(prompt.Length));
        // All but the last token may be known from before.
        Keep(_text.AsSpan(0, length - 1).CommonPrefixLength(CollectionsMarshal.AsSpan(_read)));
        for (var count = 0; ;)
        {
            Read(_text.AsSpan(_read.Count, length + count - _read.Count));
            _head.Write(0, _logits);
            if (_head.TakesRowsAtOnce) _head.Take([RowNeed.Of(options, looksAtAll: false)]);
            var token = _head.Choose(0, options, new TokenHistory(prompt, _text.AsSpan(prompt.Length, output.Length + count)), slot.UniformAt(count), _chooser);
            if (token.IsNone) return count;
            _text[length + count] = draft[count++] = token.Id;
            if (count == most || slot.Prompt.StopTokens.AsSpan().Contains(token.Id)) return count;
        }
    }

    public void Dispose()
    {
        _logits.Dispose();
        _head.Dispose();
        _tape.Dispose();
        _cache.Dispose();
    }

    private void Keep(int tokens)
    {
        _sequence.Truncate(tokens);
        _read.RemoveRange(tokens, _read.Count - tokens);
    }

    /// <summary>Reads tokens, at least one, and keeps the logits of the last.</summary>
    private void Read(ReadOnlySpan<int> tokens)
    {
        while (tokens.Length > 0)
        {
            var part = tokens[..Math.Min(tokens.Length, MostTokens)];
            _tape.Batch.Clear();
            _tape.Batch.Adapter = null;
            _tape.Batch.AddCached(part, _sequence);
            _tape.Forward();
            _read.AddRange(part);
            if (part.Length == tokens.Length) _head.Keep(part.Length - 1, _logits, null);
            tokens = tokens[part.Length..];
        }
    }
}
