using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// The end of a sampling tape: from hidden states to logits [rows, vocabulary], and from a row of logits to a token. The
/// log-probabilities come from the kernel that training uses, on the same bits.
/// </summary>
internal sealed class LogitHead : IDisposable
{
    private readonly LanguageModel _model;
    private readonly Tensor _hidden, _lastHidden, _logits, _scaled, _statistics;
    private readonly DeviceBuffer _noTargets;
    private readonly TakenRows? _taken;
    private readonly LinearJob _linear;

    /// <param name="hidden">What the tape computes [tokens, hidden].</param>
    /// <param name="rows">Rows of logits held at once.</param>
    public LogitHead(LanguageModel model, Tensor hidden, int rows)
    {
        _model = model;
        _hidden = hidden;
        Tensor Rows(int count, int columns) => new(columns, model.Device.Allocate((long)count * Tensor.PaddedStride(columns)));
        _lastHidden = Rows(1, model.Configuration.HiddenSize);
        _logits = Rows(rows, model.Configuration.VocabularySize);
        _scaled = Rows(rows, model.Configuration.VocabularySize);
        _statistics = Rows(rows, 4);
        _noTargets = model.Device.AllocateInts(rows);
        var none = new int[rows];
        Array.Fill(none, -1);
        _noTargets.Write(0, none);
        if (model.Device.HasOwnMemory) _taken = new TakenRows(model.Device, _logits, _scaled, _statistics, _noTargets);
        _linear = new LinearJob(model);
    }

    /// <summary>Logits of the first rows of the tape's hidden states.</summary>
    public void Run(Batch batch, int rows)
    {
        for (var row = 0; row < rows;)
        {
            // Most adapters leave the output matrix as it is.
            var end = batch.Run(row, rows, out var adapter).End;
            var head = Head(adapter);
            while (end < rows && batch.Run(end, rows, out adapter) is var next && Head(adapter) == head) end = next.End;
            _linear.Run(head, _hidden, _logits, new Rows(row, end));
            row = end;
        }
    }

    /// <summary>Logits of one of the tape's hidden states, to keep for later, on the device.</summary>
    /// <param name="logits">Out: [vocabulary].</param>
    /// <param name="adapter">What the row was read with.</param>
    public void Keep(int hiddenRow, DeviceBuffer logits, Adapter? adapter)
    {
        _hidden.Value.CopyTo(_hidden.Offset + ((long)hiddenRow * _hidden.Stride), _lastHidden.Value, 0, _hidden.Columns);
        _linear.Run(Head(adapter), _lastHidden, _scaled, new Rows(0, 1));
        _scaled.Value.CopyTo(0, logits, 0, _scaled.Columns);
    }

    /// <summary>Puts kept logits in place of a row's.</summary>
    public void Write(int row, DeviceBuffer logits) => logits.CopyTo(0, _logits.Value, (long)row * _logits.Stride, _logits.Columns);

    /// <summary>Whether choosing is to begin with a <see cref="Take"/> of all rows: each row by itself would wait for the device several times.</summary>
    public bool TakesRowsAtOnce => _taken is not null;

    /// <summary>Brings over what choosing needs of the first rows.</summary>
    public void Take(ReadOnlySpan<RowNeed> needs) => _taken!.Take(needs, _model.Configuration.LogitSoftCap ?? 0);

    /// <summary>The next token of a row, whose logits are used up by it. Rows may be on different threads, each with a chooser of its own.</summary>
    /// <param name="uniform">In [0, 1).</param>
    /// <param name="allowed">The tokens that may come, of which there is at least one.</param>
    public ChosenToken Choose(int row, SamplingOptions options, TokenHistory history, double uniform, TokenChooser chooser, AllowedTokens allowed = default)
    {
        var unfiltered = RowNeed.IsDrawn(options) && allowed.IsAny;
        var scaled = unfiltered && options.Temperature != 1;
        var (raw, drawn) = Statistics(row, scaled ? options.Temperature : 1, chooser);
        if (!float.IsFinite(raw.Last)) return ChosenToken.None;
        int token;
        float behaviour, entropy = float.NaN;
        if (unfiltered && float.IsFinite(drawn.Max) && float.IsFinite(drawn.Last))
        {
            _taken?.Fill(row, (float)(1 / options.Temperature), chooser.Scores);
            token = chooser.Draw(uniform);
            behaviour = LogProbability((float)chooser.Scores[token], drawn);
            entropy = drawn.Entropy;
        }
        else if (allowed.Only >= 0)
        {
            (token, behaviour) = (allowed.Only, 0);
        }
        else if (_taken is not null && !_taken.IsHeld(row))
        {
            // The largest was chosen where the logits lie.
            (token, behaviour) = (_taken.Largest(row), 0);
        }
        else
        {
            // Divided by a very low temperature, logits overflow 32 bits: then in double, as with filters.
            if (_taken is not null) _taken.Fill(row, 1, chooser.Scores);
            else if (scaled) _logits.Value.Read((long)row * _logits.Stride, chooser.Scores);
            token = chooser.Choose(options, history, uniform, out var logProbability, allowed.Mask);
            behaviour = (float)logProbability;
        }

        return new ChosenToken(token, LogProbability(Score(row, token), raw), behaviour, entropy);
    }

    /// <summary>The most likely tokens of a row that a token was just chosen from, under the raw policy, the likeliest first.</summary>
    /// <param name="chosen">Its log-probability says what all the others' are, from the difference of their logits.</param>
    public GeneratedToken[] MostLikely(int row, int count, ChosenToken chosen, TokenChooser chooser)
    {
        if (_taken is not null) _taken.Fill(row, 1, chooser.Scores);
        else _logits.Value.Read((long)row * _logits.Stride, chooser.Scores);
        var scores = chooser.Scores;
        var sum = scores[chosen.Id] - chosen.LogProbability;
        var best = new GeneratedToken[Math.Min(count, scores.Length)];
        var kept = 0;
        for (var id = 0; id < scores.Length; id++)
        {
            if (kept == best.Length && scores[id] - sum <= best[kept - 1].LogProbability) continue;
            var at = kept < best.Length ? kept++ : kept - 1;
            for (; at > 0 && best[at - 1].LogProbability < scores[id] - sum; at--) best[at] = best[at - 1];
            best[at] = new GeneratedToken(id, scores[id] - sum);
        }

        return best;
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _lastHidden, _logits, _scaled, _statistics }) tensor.Value.Dispose();
        _noTargets.Dispose();
    }

    private LinearWeight Head(Adapter? adapter) => adapter?.Head ?? _model.Head;

    private float LogProbability(float z, in RowStatistics row) => _model.Device.Kernels.LogProbabilityOf(z, row.Max, row.Last);

    /// <summary>A token's z under the raw policy.</summary>
    private float Score(int row, int token)
    {
        if (_taken is not null) return _taken.Score(row, token);
        Span<float> z = [0];
        _logits.Value.Read(((long)row * _logits.Stride) + token, z);
        return z[0];
    }

    /// <summary>Statistics of a row under the raw policy and at a temperature, with the latter's z in the chooser where the host can address them.</summary>
    private (RowStatistics Raw, RowStatistics Drawn) Statistics(int row, double temperature, TokenChooser chooser)
    {
        if (_taken is not null)
        {
            var raw = _taken.Raw(row);
            return (raw, temperature == 1 ? raw : _taken.Scaled(row));
        }

        var softCap = _model.Configuration.LogitSoftCap ?? 0;
        // The same logits once more, divided by the temperature: the raw row stays for the raw log-probability.
        if (temperature != 1) _logits.Value.CopyTo((long)row * _logits.Stride, _scaled.Value, (long)row * _scaled.Stride, _logits.Columns);
        var own = Statistics(_logits, row, new LogitShape(1, softCap), chooser);
        return (own, temperature != 1 && float.IsFinite(own.Last) ? Statistics(_scaled, row, new LogitShape(1 / temperature, softCap), chooser) : own);
    }

    /// <summary>Turns a row of logits into z in place, and copies it to the chooser.</summary>
    private RowStatistics Statistics(Tensor logits, int row, LogitShape shape, TokenChooser chooser)
    {
        _model.Device.Kernels.LogitStatistics(logits, shape, _noTargets, _statistics, new Rows(row, row + 1));
        logits.Value.Read((long)row * logits.Stride, chooser.Scores);
        Span<float> statistics = stackalloc float[4];
        _statistics.Value.Read((long)row * _statistics.Stride, statistics);
        return new RowStatistics(statistics[2], statistics[3], statistics[1]);
    }

    /// <summary>y = x·headᵀ: few rows divide the vocabulary among the workers, many divide the rows.</summary>
    private sealed class LinearJob(LanguageModel model) : ParallelJob
    {
        /// <summary>Weights.</summary>
        private const long LargeHead = 1 << 20;

        private LinearWeight? _head;
        private Tensor? _x, _y;
        private Rows _rows;

        public void Run(LinearWeight head, Tensor x, Tensor y, Rows rows)
        {
            (_head, _x, _y, _rows) = (head, x, y, rows);
            model.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var share = new Share(worker, model.Device.Workers.Count);
            // A head beyond the caches is read once, not once for each worker.
            var large = (long)_head!.Rows * _head.Columns > LargeHead && _rows.Count <= 64;
            var byColumns = large || _rows.Count < 4 * share.Count;
            var (begin, end) = byColumns ? (0, _rows.Count) : share.Of(_rows.Count);
            if (begin < end) model.Device.Kernels.Linear(_x!, _head, null, null, _y!, new Rows(_rows.Begin + begin, _rows.Begin + end), byColumns ? share : Share.Whole);
        }
    }
}

/// <summary>A token and its log-probabilities (nats) under the raw policy and under the distribution it was drawn from.</summary>
/// <param name="Entropy">Of the latter, nats; NaN where it is not the policy's own.</param>
internal readonly record struct ChosenToken(int Id, float LogProbability, float BehaviourLogProbability, float Entropy)
{
    /// <summary>What logits that are not finite numbers give; the caller refuses them with <see cref="NotFinite"/> (not here: a worker's exception would come wrapped).</summary>
    public static ChosenToken None => new(-1, 0, 0, float.NaN);

    public bool IsNone => Id < 0;

    public static UserError NotFinite() =>
        new("the model's logits are not finite numbers.", advice: "Its weights are damaged, or its training diverged; use an earlier checkpoint.");
}
