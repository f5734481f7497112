using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Draws completions with a paged key-value cache and continuous batching: a sample that ends leaves its slot to the next one,
/// and the samples of one prompt share its prefill and its full pages. Runs the trainer's own kernels, whose rows do not depend
/// on one another: the log-probabilities are the trainer's bit for bit, and a sample depends only on its prompt, the weights and
/// its random stream, never on what shares its batch.
/// </summary>
internal sealed class Sampler : IDisposable
{
    /// <summary>Prompts prefilled ahead of need, so that prefill has rows for all workers.</summary>
    private const int PrefillAhead = 16;

    private readonly LanguageModel _model;
    private readonly KeyValueCache _cache;
    private readonly Tape _tape;
    private readonly Tensor _hidden, _lastHidden, _logits, _scaled, _statistics;
    private readonly DeviceBuffer _noTargets;
    private readonly SampleSlot[] _slots;
    private readonly SampleSlot[] _live;
    private readonly PromptState?[] _prefilling;
    private readonly HeadJob _headJob;
    private readonly ChooseJob _chooseJob;
    private readonly double[] _hiddenRow;
    private int[] _stopTokens = [];
    private int[][] _stopSequences = [];
    private int _liveCount;

    /// <param name="slots">Samples in flight at once.</param>
    /// <param name="positions">Longest prompt and completion together, in tokens.</param>
    public Sampler(LanguageModel model, int slots, int positions)
    {
        _model = model;
        Positions = positions;
        var device = model.Device;
        _cache = new KeyValueCache(device, model.AttentionShapeOf(0), model.Configuration.LayerCount);
        var capacity = Math.Max(slots, Math.Max(positions, 512));
        _tape = new Tape(device, capacity, Math.Max(slots, PrefillAhead), training: false) { Cache = _cache };
        _hidden = model.Build(_tape, positions);
        var rows = Math.Max(slots, PrefillAhead);
        Tensor Rows(int columns) => new(columns, device.Allocate((long)rows * Tensor.PaddedStride(columns)));
        _lastHidden = Rows(model.Configuration.HiddenSize);
        _logits = Rows(model.Configuration.VocabularySize);
        _scaled = Rows(model.Configuration.VocabularySize);
        _statistics = Rows(4);
        _noTargets = device.AllocateInts(rows);
        unsafe
        {
            new Span<int>(_noTargets.I32, rows).Fill(-1);
        }

        _slots = new SampleSlot[slots];
        for (var i = 0; i < slots; i++) _slots[i] = new SampleSlot(new CachedSequence(_cache));
        _live = new SampleSlot[slots];
        _prefilling = new PromptState?[PrefillAhead];
        _hiddenRow = new double[model.Configuration.HiddenSize];
        _headJob = new HeadJob(this);
        _chooseJob = new ChooseJob(this);
    }

    public int Positions { get; }

    /// <summary>Mean share of slots in use over the forward passes of the last call.</summary>
    public double MeanLiveShare { get; private set; }

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _cache.Bytes;

    /// <summary>Pages in use between calls: none, unless something leaked.</summary>
    public int LivePages => _cache.LivePages;

    /// <summary>Draws all samples of all requests.</summary>
    /// <param name="stopTokens">Ids that end a sample; kept as its last token.</param>
    /// <param name="stopSequences">Runs of ids that end a sample.</param>
    /// <param name="progress">Told the number of finished samples.</param>
    /// <returns>[request][sample].</returns>
    public Rollout[][] Sample(
        IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, int[][]? stopSequences = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(requests);
        _stopTokens = stopTokens;
        _stopSequences = stopSequences ?? [];
        var results = new Rollout[requests.Count][];
        for (var i = 0; i < results.Length; i++) results[i] = new Rollout[requests[i].Streams.Length];
        var prompts = new Queue<PromptState>();
        int nextRequest = 0, finished = 0;
        long passes = 0, liveRows = 0;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                Admit(requests, prompts, ref nextRequest);
                if (_liveCount == 0) break;
                _chooseJob.Run(options);
                var kept = 0;
                for (var i = 0; i < _liveCount; i++)
                {
                    var slot = _live[i];
                    if (slot.Finished is null)
                    {
                        _live[kept++] = slot;
                        continue;
                    }

                    var (request, sample) = (slot.Prompt!.Index, slot.Sample);
                    results[request][sample] = slot.Free();
                    progress?.Report(++finished);
                }

                _liveCount = kept;
                if (kept == 0) continue;
                passes++;
                liveRows += kept;
                Advance();
            }
        }
        finally
        {
            // A cancelled call leaves no pages behind.
            foreach (var slot in _slots) slot.Sequence.Clear();
            while (prompts.TryDequeue(out var prompt)) prompt.Sequence.Clear();
            _liveCount = 0;
        }

        MeanLiveShare = passes == 0 ? 0 : (double)liveRows / (passes * _slots.Length);
        return results;
    }

    public void Dispose()
    {
        _tape.Dispose();
        _cache.Dispose();
        foreach (var tensor in new[] { _lastHidden, _logits, _scaled, _statistics }) tensor.Value.Dispose();
        _noTargets.Dispose();
    }

    private void Check(IReadOnlyList<SampleRequest> requests)
    {
        foreach (var request in requests)
        {
            if (request.Prompt.Length == 0) throw new UserError("a prompt has no tokens.");
            if (request.MaxTokens < 1) throw new UserError($"a token budget of {request.MaxTokens} leaves nothing to sample.", field: "max_tokens");
            if (request.Prompt.Length + request.MaxTokens > Positions)
                throw new UserError($"a prompt of {request.Prompt.Length} tokens and a budget of {request.MaxTokens} exceed the {Positions} positions of the sampler.", field: "max_tokens", advice: "Lower the budget or raise the context.");
        }
    }

    /// <summary>Gives free slots to waiting samples, prefilling prompts ahead, and puts their first logits in place.</summary>
    private void Admit(IReadOnlyList<SampleRequest> requests, Queue<PromptState> prompts, ref int nextRequest)
    {
        foreach (var slot in _slots)
        {
            if (!slot.IsFree || _live.AsSpan(0, _liveCount).Contains(slot)) continue;
            while (prompts.TryPeek(out var first) && first.Started == first.Request.Streams.Length) prompts.Dequeue();
            if (prompts.Count == 0) Prefill(requests, prompts, ref nextRequest);
            if (!prompts.TryPeek(out var prompt)) return;
            slot.Start(prompt);
            _logits.Value.Write((long)_liveCount * _logits.Stride, prompt.Logits.AsSpan());
            _live[_liveCount++] = slot;
        }
    }

    private void Prefill(IReadOnlyList<SampleRequest> requests, Queue<PromptState> prompts, ref int nextRequest)
    {
        var batch = _tape.Batch;
        batch.Clear();
        var count = 0;
        while (nextRequest < requests.Count && count < PrefillAhead && batch.Fits(requests[nextRequest].Prompt.Length))
        {
            var request = requests[nextRequest];
            if (request.Streams.Length > 0)
            {
                var state = new PromptState(request, nextRequest, new CachedSequence(_cache));
                batch.AddCached(request.Prompt, state.Sequence);
                _prefilling[count++] = state;
                prompts.Enqueue(state);
            }

            nextRequest++;
        }

        if (count == 0) return;
        _tape.Forward();
        for (var i = 0; i < count; i++)
        {
            CopyHidden(batch.Segment(i).End - 1, 0);
            _model.Device.Kernels.Linear(_lastHidden, _model.Head, null, null, _scaled, new Rows(0, 1), Share.Whole);
            var logits = new double[_logits.Columns];
            _scaled.Value.Read(0, logits);
            _prefilling[i]!.Logits = logits;
            _prefilling[i] = null;
        }
    }

    /// <summary>One forward pass of every live sample's last token, up to its logits.</summary>
    private void Advance()
    {
        var batch = _tape.Batch;
        batch.Clear();
        Span<int> token = stackalloc int[1];
        for (var i = 0; i < _liveCount; i++)
        {
            token[0] = _live[i].Tokens[^1];
            batch.AddCached(token, _live[i].Sequence);
        }

        _tape.Forward();
        _headJob.Run(_liveCount);
    }

    private void CopyHidden(int from, int to)
    {
        _hidden.Value.Read(_hidden.Offset + ((long)from * _hidden.Stride), _hiddenRow);
        _lastHidden.Value.Write((long)to * _lastHidden.Stride, _hiddenRow);
    }

    /// <summary>Logits of the live rows: few rows divide the vocabulary among the workers, many divide the rows.</summary>
    private sealed class HeadJob(Sampler sampler) : ParallelJob
    {
        private int _rows;

        public void Run(int rows)
        {
            _rows = rows;
            sampler._model.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var share = new Share(worker, sampler._model.Device.Workers.Count);
            var byColumns = _rows < 4 * share.Count;
            var (begin, end) = byColumns ? (0, _rows) : share.Of(_rows);
            if (begin < end) sampler._model.Device.Kernels.Linear(sampler._hidden, sampler._model.Head, null, null, sampler._logits, new Rows(begin, end), byColumns ? share : Share.Whole);
        }
    }

    /// <summary>A token for each live row.</summary>
    private sealed class ChooseJob(Sampler sampler) : ParallelJob
    {
        private readonly TokenChooser[] _choosers = [.. Enumerable.Range(0, sampler._model.Device.Workers.Count).Select(_ => new TokenChooser(sampler._model.Configuration.VocabularySize))];
        private SamplingOptions _options = new();

        public void Run(SamplingOptions options)
        {
            _options = options;
            sampler._model.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var (begin, end) = new Share(worker, _choosers.Length).Of(sampler._liveCount);
            for (var row = begin; row < end; row++) Choose(row, _choosers[worker]);
        }

        private void Choose(int row, TokenChooser chooser)
        {
            var slot = sampler._live[row];
            var softCap = sampler._model.Configuration.LogitSoftCap ?? 0;
            var scaled = _options.Temperature is not (0 or 1);
            if (scaled)
            {
                // The same logits once more, divided by the temperature: the raw row stays for the raw log-probability.
                sampler._logits.Value.Read((long)row * sampler._logits.Stride, chooser.Scores);
                sampler._scaled.Value.Write((long)row * sampler._scaled.Stride, chooser.Scores);
            }

            var (rawMax, rawSum) = Statistics(sampler._logits, row, new LogitShape(1, softCap), chooser);
            float behaviour;
            int token;
            if (_options.Temperature == 0)
            {
                token = chooser.Greedy();
                behaviour = 0;
                slot.Append(token, TokenStatistics.LogProbability((float)chooser.Scores[token], rawMax, rawSum), behaviour, sampler._stopTokens, sampler._stopSequences);
                return;
            }

            var (max, sum) = scaled ? Statistics(sampler._scaled, row, new LogitShape(1 / _options.Temperature, softCap), chooser) : (rawMax, rawSum);
            token = chooser.Draw(_options, max, slot.Stream.UniformAt((ulong)slot.Tokens.Count), out var kept);
            behaviour = TokenStatistics.LogProbability((float)chooser.Scores[token], max, sum);
            var raw = behaviour;
            if (scaled)
            {
                Span<double> z = [0];
                sampler._logits.Value.Read(((long)row * sampler._logits.Stride) + token, z);
                raw = TokenStatistics.LogProbability((float)z[0], rawMax, rawSum);
            }

            slot.Append(token, raw, kept == 0 ? behaviour : (float)(behaviour - kept), sampler._stopTokens, sampler._stopSequences);
        }

        /// <summary>Turns a row of logits into z in place, and copies it to the chooser.</summary>
        private (float Max, float Sum) Statistics(Tensor logits, int row, LogitShape shape, TokenChooser chooser)
        {
            sampler._model.Device.Kernels.LogitStatistics(logits, shape, sampler._noTargets, sampler._statistics, new Rows(row, row + 1));
            logits.Value.Read((long)row * logits.Stride, chooser.Scores);
            Span<float> statistics = stackalloc float[4];
            sampler._statistics.Value.Read((long)row * sampler._statistics.Stride, statistics);
            return (statistics[2], statistics[3]);
        }
    }
}
