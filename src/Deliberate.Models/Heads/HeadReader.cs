using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>A text, and the rows of it whose numbers are wanted.</summary>
/// <param name="Tokens">All of it.</param>
/// <param name="Rows">Tokens after each of which the head is read, rising.</param>
internal sealed record HeadText(int[] Tokens, int[] Rows);

/// <summary>
/// Reads texts with a model that has an <see cref="OutputHead"/>, many in one pass. Keys and values of what was read are kept, so that a
/// text that begins like an earlier one costs only what is new: the step that a search adds to a path. The numbers are those of reading
/// all of it, bit for bit. Used by one thread at a time.
/// </summary>
internal sealed class HeadReader : IStepReader
{
    private readonly Tape _tape;
    private readonly KeyValueCache _cache;
    private readonly PrefixCache _prefixes;
    private readonly Tensor _outputs;
    private readonly double[] _values;
    private readonly LanguageModel _model;

    /// <param name="model">With a head, or the base of the one beside it.</param>
    /// <param name="positions">Longest text.</param>
    /// <param name="tokens">Of a pass; longer texts are read piece by piece.</param>
    /// <param name="pages">Most pages of keys and values to keep.</param>
    /// <param name="head">Kept beside the model; not owned. Null for the model's own.</param>
    public HeadReader(LanguageModel model, int positions, int tokens = 2048, long pages = 4096, HeadWeights? head = null)
    {
        _model = model;
        Positions = positions;
        _cache = new KeyValueCache(model.Device, model.AttentionShapeOf(0), model.Configuration.LayerCount);
        _prefixes = new PrefixCache(_cache) { Limit = pages };
        _tape = new Tape(model.Device, tokens, Math.Max(16, tokens / 8), training: false) { Cache = _cache };
        var hidden = model.Build(_tape, positions);
        _tape.BeginLayer();
        _outputs = head is not null ? _tape.Linear(hidden, head.Weight, head.Bias) : _tape.Linear(hidden, model.Score ?? throw new ArgumentException("The model has no head but the language model's.", nameof(model)), model.ScoreBias);
        _values = new double[(long)tokens * _outputs.Stride];
    }

    public int Positions { get; }

    /// <summary>Tokens that were read so far: those taken over from earlier texts are not.</summary>
    public long TokensRead { get; private set; }

    /// <returns>[text][row][output], and how many tokens of each text were read for it.</returns>
    public (double[][][] Outputs, int[] Read) Read(IReadOnlyList<HeadText> texts, CancellationToken cancellation = default)
    {
        var (results, read) = (new double[texts.Count][][], new int[texts.Count]);
        var batch = _tape.Batch;
        var pending = new List<(int Text, int From, int Row, int Length)>();
        var sequences = new CachedSequence[texts.Count];
        batch.Clear();
        for (var i = 0; i < texts.Count; i++)
        {
            var (tokens, rows) = texts[i];
            if (tokens.Length > Positions) throw new Core.UserError($"a text of {tokens.Length} tokens exceeds the {Positions} positions of the scorer.");
            results[i] = new double[rows.Length][];
            var sequence = sequences[i] = new CachedSequence(_cache);
            // What is asked for must be computed: it is not kept.
            if (rows.Length > 0) _prefixes.Restore(null, tokens.AsSpan(0, rows[0]), sequence);
            var from = sequence.Length;
            read[i] = tokens.Length - from;
            while (from < tokens.Length)
            {
                if (batch.Tokens == batch.TokenCapacity || batch.Segments == batch.SegmentCapacity) Flush();
                var length = Math.Min(tokens.Length - from, batch.TokenCapacity - batch.Tokens);
                pending.Add((i, from, batch.AddCached(tokens.AsSpan(from, length), sequence), length));
                from += length;
                // A sequence has one segment a pass.
                if (from < tokens.Length) Flush();
            }
        }

        Flush();
        for (var i = 0; i < texts.Count; i++)
        {
            _prefixes.Keep(null, texts[i].Tokens, [], sequences[i]);
            sequences[i].Clear();
        }

        return (results, read);

        void Flush()
        {
            if (batch.Tokens == 0) return;
            cancellation.ThrowIfCancellationRequested();
            using (_model.Device.Turns.Take()) _tape.Forward();
            _outputs.Value.Read(0, _values.AsSpan(0, batch.Tokens * _outputs.Stride));
            foreach (var (text, from, row, length) in pending)
            {
                var rows = texts[text].Rows;
                for (var r = 0; r < rows.Length; r++)
                {
                    if (rows[r] < from || rows[r] >= from + length) continue;
                    results[text][r] = _values.AsSpan((row + rows[r] - from) * _outputs.Stride, _outputs.Columns).ToArray();
                }
            }

            TokensRead += batch.Tokens;
            pending.Clear();
            batch.Clear();
        }
    }

    /// <summary>Forgets what was read: what comes is counted and computed anew.</summary>
    public void Forget()
    {
        var limit = _prefixes.Limit;
        _prefixes.Limit = 0;
        _prefixes.Limit = limit;
    }

    public void Dispose()
    {
        _tape.Dispose();
        _cache.Dispose();
    }
}
