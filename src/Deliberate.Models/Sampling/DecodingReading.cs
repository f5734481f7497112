using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>A text on its way through the <see cref="DecodingLoop"/> that is read with a head and not gone on with.</summary>
/// <param name="text">Its tokens, and the rows whose numbers are wanted.</param>
/// <param name="head">That says them; null for the sum of the rows' hidden states, behind the model's last norm, as one row.</param>
/// <param name="adapter">What the text is read with; null for the base alone.</param>
internal sealed class DecodingReading(HeadText text, HeadWeights? head, Adapter? adapter)
{
    private volatile bool _isCancelled;

    public HeadText Text { get; } = text;

    public HeadWeights? Head { get; } = head;

    public Adapter? Adapter { get; } = adapter;

    /// <summary>Whose it is.</summary>
    public object? Tag { get; init; }

    /// <summary>[row][output]; complete once the sink is told.</summary>
    public double[][] Outputs { get; } = new double[head is null ? 1 : text.Rows.Length][];

    /// <summary>What of it has been read; null before the first of it is.</summary>
    public CachedSequence? Sequence { get; set; }

    public bool IsCancelled => _isCancelled;

    /// <summary>Pages that it comes to need.</summary>
    public int MostPages => KeyValueCache.PagesOf(Text.Tokens.Length);

    /// <summary>It is left where it is with the next step of the loop. From any thread.</summary>
    public void Cancel() => _isCancelled = true;
}

/// <summary>
/// The texts of a <see cref="DecodingLoop"/> that are read with heads: they take the room that a pass has left, piece by piece, and keep
/// their beginnings for others as prompts do.
/// </summary>
/// <param name="cache">Of the loop.</param>
/// <param name="prefixes">Of the loop.</param>
/// <param name="hidden">What the loop's tape computes [tokens, hidden].</param>
internal sealed class DecodingReadings(KeyValueCache cache, PrefixCache prefixes, Tensor hidden)
{
    private readonly Queue<DecodingReading> _waiting = new();
    private readonly List<(DecodingReading Reading, int From, int Row, int Length)> _pieces = [];
    private readonly double[] _state = new double[hidden.Columns];

    public int Count => _waiting.Count;

    public void Admit(DecodingReading reading) => _waiting.Enqueue(reading);

    /// <summary>Puts what there is room for into a batch.</summary>
    /// <param name="done">Told of those that were cancelled.</param>
    public void Fill(Batch batch, Action<DecodingReading> done)
    {
        _pieces.Clear();
        while (batch.Tokens < batch.TokenCapacity && batch.Segments < batch.SegmentCapacity && _waiting.TryPeek(out var reading))
        {
            if (reading.IsCancelled)
            {
                _waiting.Dequeue();
                reading.Sequence?.Clear();
                done(reading);
                continue;
            }

            var tokens = reading.Text.Tokens.AsSpan();
            if (reading.Sequence is null)
            {
                reading.Sequence = new CachedSequence(cache);
                // What is asked for must be computed: it is not kept.
                if (prefixes.Limit > 0) prefixes.Restore(reading.Adapter, tokens[..reading.Text.Rows[0]], reading.Sequence);
            }

            var from = reading.Sequence.Length;
            var length = Math.Min(tokens.Length - from, batch.TokenCapacity - batch.Tokens);
            batch.Adapter = reading.Adapter;
            _pieces.Add((reading, from, batch.AddCached(tokens.Slice(from, length), reading.Sequence), length));
            if (from + length < tokens.Length) return;
            _waiting.Dequeue();
        }
    }

    /// <summary>Takes the numbers of the pass, and tells of the texts that are read to their end.</summary>
    public void Take(Action<DecodingReading> done)
    {
        foreach (var (reading, from, row, length) in _pieces)
        {
            for (var i = 0; i < reading.Text.Rows.Length; i++)
            {
                var at = reading.Text.Rows[i];
                if (at < from || at >= from + length) continue;
                hidden.Value.Read(hidden.Offset + ((long)(row + at - from) * hidden.Stride), _state);
                if (reading.Head is { } head) reading.Outputs[i] = head.Apply(_state);
                else Add(reading.Outputs[0] ??= new double[_state.Length]);
            }

            if (from + length < reading.Text.Tokens.Length) continue;
            if (prefixes.Limit > 0) prefixes.Keep(reading.Adapter, reading.Text.Tokens, [], reading.Sequence!);
            reading.Sequence!.Clear();
            done(reading);
        }

        _pieces.Clear();
    }

    /// <summary>In the order of the rows, whatever pieces a text is read in.</summary>
    private void Add(double[] sum)
    {
        for (var i = 0; i < sum.Length; i++) sum[i] += _state[i];
    }

    public void Clear()
    {
        foreach (var reading in _waiting) reading.Sequence?.Clear();
        foreach (var (reading, _, _, _) in _pieces) reading.Sequence?.Clear();
        _waiting.Clear();
        _pieces.Clear();
    }
}
