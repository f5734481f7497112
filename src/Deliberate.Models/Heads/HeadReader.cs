using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>A text, and the rows of it whose numbers are wanted.</summary>
/// <param name="Tokens">All of it.</param>
/// <param name="Rows">Tokens after each of which the head is read, rising.</param>
internal sealed record HeadText(int[] Tokens, int[] Rows)
{
    /// <summary>Where its steps stand, for a head that reads the surprise of them.</summary>
    public StepMarks? Steps { get; init; }
}

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
    private readonly Tensor? _outputs;
    private readonly SurpriseHead? _surprise;
    private readonly SeenSurprise _seen = new();
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
        if (head is null && model.Configuration.OutputHead is { ReadsSurprise: true })
        {
            _surprise = new SurpriseHead(model, _tape, hidden);
            _values = new double[tokens];
            return;
        }

        _tape.BeginLayer();
        _outputs = head is not null ? _tape.Linear(hidden, head.Weight, head.Bias) : _tape.Linear(hidden, model.Score ?? throw new ArgumentException("The model has no head but the language model's.", nameof(model)), model.ScoreBias);
        _values = new double[(long)tokens * _outputs.Stride];
    }

    public int Positions { get; }

    /// <summary>Pages of keys and values in use: those that are kept, between two calls.</summary>
    public int LivePages => _cache.LivePages;

    /// <summary>Tokens that were read so far: those taken over from earlier texts are not.</summary>
    public long TokensRead { get; private set; }

    /// <returns>[text][row][output], and how many tokens of each text were read for it.</returns>
    public (double[][][] Outputs, int[] Read) Read(IReadOnlyList<HeadText> texts, CancellationToken cancellation = default)
    {
        foreach (var text in texts)
            if (text.Tokens.Length > Positions) throw new Core.UserError($"a text of {text.Tokens.Length} tokens exceeds the {Positions} positions of the scorer.");
        var (results, read) = (new double[texts.Count][][], new int[texts.Count]);
        var batch = _tape.Batch;
        var pending = new List<(int Text, int From, int Row, int Length)>();
        CachedSequence[] sequences = [.. texts.Select(_ => new CachedSequence(_cache))];
        var words = new double[texts.Count][];
        batch.Clear();
        try
        {
            for (var i = 0; i < texts.Count; i++)
            {
                var (tokens, rows) = texts[i];
                results[i] = new double[rows.Length][];
                var sequence = sequences[i];
                // What is asked for must be computed: it is not kept.
                var most = rows.Length > 0 ? rows[0] : 0;
                if (_surprise is not null)
                {
                    // The likelihood of the first token that is not known is that at the token before.
                    words[i] = new double[tokens.Length];
                    most = Math.Clamp(_seen.Fill(tokens, words[i]) - 1, 0, most);
                }

                if (most > 0) _prefixes.Restore(null, tokens.AsSpan(0, most), sequence);
                var from = sequence.Length;
                read[i] = tokens.Length - from;
                while (from < tokens.Length)
                {
                    if (batch.Tokens == batch.TokenCapacity || batch.Segments == batch.SegmentCapacity) Flush();
                    var length = Math.Min(tokens.Length - from, batch.TokenCapacity - batch.Tokens);
                    var row = batch.AddCached(tokens.AsSpan(from, length), sequence);
                    if (_surprise is not null)
                        for (var t = 0; t < length; t++) batch.HostTargets[row + t] = from + t + 1 < tokens.Length ? tokens[from + t + 1] : -1;
                    pending.Add((i, from, row, length));
                    from += length;
                    // A sequence has one segment a pass.
                    if (from < tokens.Length) Flush();
                }
            }

            Flush();
            for (var i = 0; i < texts.Count; i++)
            {
                _prefixes.Keep(null, texts[i].Tokens, [], sequences[i]);
                if (_surprise is not null) results[i] = Outputs(texts[i], words[i], results[i]);
            }
        }
        finally
        {
            // Also where it was cancelled: the pages are the reader's, not the call's.
            foreach (var sequence in sequences) sequence.Clear();
            batch.Clear();
        }

        return (results, read);

        void Flush()
        {
            if (batch.Tokens == 0) return;
            cancellation.ThrowIfCancellationRequested();
            using (_model.Device.Turns.Take()) _tape.Forward();
            if (_surprise is not null) TakeStates(_surprise);
            else TakeOutputs(_outputs!);
            TokensRead += batch.Tokens;
            pending.Clear();
            batch.Clear();
        }

        void TakeOutputs(Tensor outputs)
        {
            outputs.Value.Read(0, _values.AsSpan(0, batch.Tokens * outputs.Stride));
            foreach (var (text, from, row, length) in pending)
            {
                var rows = texts[text].Rows;
                for (var r = 0; r < rows.Length; r++)
                {
                    if (rows[r] < from || rows[r] >= from + length) continue;
                    results[text][r] = _values.AsSpan((row + rows[r] - from) * outputs.Stride, outputs.Columns).ToArray();
                }
            }
        }

        // The hidden states of the rows for now: what is said of them depends on all tokens up to there.
        void TakeStates(SurpriseHead surprise)
        {
            using (_model.Device.Turns.Take()) surprise.LogProbabilities(_values.AsSpan(0, batch.Tokens));
            foreach (var (text, from, row, length) in pending)
            {
                for (var t = from; t < Math.Min(from + length, words[text].Length - 1); t++) words[text][t + 1] = _values[row + t - from];
                var rows = texts[text].Rows;
                for (var r = 0; r < rows.Length; r++)
                {
                    if (rows[r] < from || rows[r] >= from + length) continue;
                    surprise.Hidden(row + rows[r] - from, results[text][r] = new double[surprise.Inputs]);
                }
            }
        }
    }

    /// <summary>What the head says where the hidden states are known and how likely each token was.</summary>
    private double[][] Outputs(HeadText text, double[] words, double[][] states)
    {
        _seen.Add(text.Tokens, words);
        var (weights, head) = (_surprise!.Now(), _surprise);
        var features = SurpriseFeatures.Of(words, text.Steps ?? throw new ArgumentException("The head reads where steps stand, and the text does not say.", nameof(text)));
        var outputs = new double[states.Length][];
        for (var r = 0; r < outputs.Length; r++)
        {
            features.AsSpan(text.Rows[r] * SurpriseFeatures.Count, SurpriseFeatures.Count).CopyTo(states[r].AsSpan(head.Inputs - SurpriseFeatures.Count));
            weights.Apply(states[r], outputs[r] = new double[head.Outputs]);
        }

        return outputs;
    }

    /// <summary>Forgets what was read: what comes is counted and computed anew.</summary>
    public void Forget()
    {
        var limit = _prefixes.Limit;
        _prefixes.Limit = 0;
        _prefixes.Limit = limit;
        _seen.Clear();
    }

    public void Dispose()
    {
        _surprise?.Dispose();
        _tape.Dispose();
        _cache.Dispose();
    }
}
