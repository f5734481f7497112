using System.Runtime.InteropServices;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Draws completions with a paged key-value cache and continuous batching: a sample that ends leaves its slot to the next one,
/// and the samples of one prompt share its prefill and its full pages. Runs the trainer's own kernels, whose rows do not depend
/// on one another: the log-probabilities are the trainer's bit for bit, and a sample depends only on its prompt, the weights and
/// its random stream, never on what shares its batch. Once the buffers have grown to the longest sample, a pass allocates nothing: a
/// call does what it returns, and a little for each prompt.
/// </summary>
internal sealed class Sampler : IDisposable
{
    /// <summary>Prompts prefilled ahead of need, so that prefill has rows for all workers.</summary>
    private const int PrefillAhead = 16;

    /// <summary>Tokens of a forward pass: longer prompts go through it piece by piece.</summary>
    private const int MostTokens = 2048;

    private readonly LanguageModel _model;
    private readonly KeyValueCache _cache;
    private readonly Tape _tape;
    private readonly LogitHead _head;
    private readonly SampleSlot[] _slots;
    private readonly SampleSlot[] _live;
    private readonly PromptState?[] _prefilling;
    private readonly Stack<double[]> _logits = new();
    private readonly ChooseJob _chooseJob;
    private int[] _stopTokens = [];
    private int _liveCount;

    /// <param name="slots">Samples in flight at once.</param>
    /// <param name="positions">Longest prompt and completion together, in tokens.</param>
    /// <param name="cache">How keys and values are held; what is trained on must come from F32.</param>
    public Sampler(LanguageModel model, int slots, int positions, CacheStorage cache = CacheStorage.F32)
    {
        _model = model;
        Positions = positions;
        var device = model.Device;
        _cache = new KeyValueCache(device, model.AttentionShapeOf(0), model.Configuration.LayerCount, cache);
        var rows = LogitRows(slots);
        _tape = new Tape(device, TokenCapacity(slots, positions), rows, training: false) { Cache = _cache };
        _head = new LogitHead(model, model.Build(_tape, positions), rows);
        _slots = new SampleSlot[slots];
        for (var i = 0; i < slots; i++) _slots[i] = new SampleSlot(new CachedSequence(_cache));
        _live = new SampleSlot[slots];
        _prefilling = new PromptState?[PrefillAhead];
        _chooseJob = new ChooseJob(this);
    }

    public int Positions { get; }

    /// <summary>Tokens that a pass has room for.</summary>
    public static int TokenCapacity(int slots, int positions) => Math.Max(slots, Math.Clamp(positions, 512, MostTokens));

    /// <summary>Rows of logits that are held at once.</summary>
    public static int LogitRows(int slots) => Math.Max(slots, PrefillAhead);

    /// <summary>Mean share of slots in use over the forward passes of the last call.</summary>
    public double MeanLiveShare { get; private set; }

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _cache.Bytes;

    /// <summary>Pages in use between calls: none, unless something leaked.</summary>
    public int LivePages => _cache.LivePages;

    /// <summary>Draws all samples of all requests.</summary>
    /// <param name="stopTokens">Ids that end a sample; kept as its last token.</param>
    /// <param name="progress">Told the number of finished samples.</param>
    /// <param name="observer">Told of every token and of every finished sample.</param>
    /// <returns>[request][sample].</returns>
    public Rollout[][] Sample(
        IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, IProgress<int>? progress = null, ISampleObserver? observer = null, CancellationToken cancellation = default)
    {
        Check(requests);
        options.Check();
        _stopTokens = stopTokens;
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
                observer?.Drawn(_liveCount);
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
                    observer?.Finished(request, sample, results[request][sample]);
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
            // A cancelled call leaves no pages behind, and every slot free.
            foreach (var slot in _slots) slot.Abandon();
            while (prompts.TryDequeue(out var prompt))
            {
                prompt.Sequence.Clear();
                Retire(prompt);
            }

            _liveCount = 0;
        }

        MeanLiveShare = passes == 0 ? 0 : (double)liveRows / (passes * _slots.Length);
        return results;
    }

    public void Dispose()
    {
        _head.Dispose();
        _tape.Dispose();
        _cache.Dispose();
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
            while (prompts.TryPeek(out var first) && first.Started == first.Request.Streams.Length) Retire(prompts.Dequeue());
            if (prompts.Count == 0) Prefill(requests, prompts, ref nextRequest);
            if (!prompts.TryPeek(out var prompt)) return;
            slot.Start(prompt);
            _head.Write(_liveCount, prompt.Logits);
            _live[_liveCount++] = slot;
        }
    }

    /// <summary>Keeps the memory of a prompt's logits for the next.</summary>
    private void Retire(PromptState prompt)
    {
        if (prompt.Logits is null) return;
        _logits.Push(prompt.Logits);
        prompt.Logits = null;
    }

    private void Prefill(IReadOnlyList<SampleRequest> requests, Queue<PromptState> prompts, ref int nextRequest)
    {
        var batch = _tape.Batch;
        batch.Clear();
        var count = 0;
        while (nextRequest < requests.Count && count < PrefillAhead)
        {
            var request = requests[nextRequest];
            if (request.Streams.Length > 0)
            {
                var prompt = request.Prompt.AsSpan();
                if (count > 0 && !batch.Fits(prompt.Length)) break;
                var state = new PromptState(request, nextRequest, new CachedSequence(_cache));
                prompts.Enqueue(state);
                for (; prompt.Length > batch.TokenCapacity; prompt = prompt[batch.TokenCapacity..])
                {
                    batch.AddCached(prompt[..batch.TokenCapacity], state.Sequence);
                    _tape.Forward();
                    batch.Clear();
                }

                batch.AddCached(prompt, state.Sequence);
                _prefilling[count++] = state;
            }

            nextRequest++;
        }

        if (count == 0) return;
        _tape.Forward();
        for (var i = 0; i < count; i++)
        {
            var logits = _logits.TryPop(out var kept) ? kept : new double[_model.Configuration.VocabularySize];
            _head.Read(batch.Segment(i).End - 1, logits);
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
        _head.Run(_liveCount);
    }

    /// <summary>A token for each live row.</summary>
    private sealed class ChooseJob(Sampler sampler) : ParallelJob
    {
        private readonly TokenChooser[] _choosers = [.. Enumerable.Range(0, sampler._model.Device.Workers.Count).Select(_ => new TokenChooser(sampler._model.Configuration.VocabularySize))];
        private SamplingOptions _options = new();
        private volatile bool _failed;

        public void Run(SamplingOptions options)
        {
            (_options, _failed) = (options, false);
            sampler._model.Device.Workers.Run(this);
            if (_failed) throw ChosenToken.NotFinite();
        }

        public override void Execute(int worker)
        {
            var (begin, end) = new Share(worker, _choosers.Length).Of(sampler._liveCount);
            for (var row = begin; row < end; row++) Choose(row, _choosers[worker]);
        }

        private void Choose(int row, TokenChooser chooser)
        {
            var slot = sampler._live[row];
            var token = sampler._head.Choose(row, _options, new TokenHistory(slot.Prompt!.Request.Prompt, CollectionsMarshal.AsSpan(slot.Tokens)), slot.Uniform, chooser);
            if (token.IsNone) _failed = true;
            else slot.Append(token, sampler._stopTokens);
        }
    }
}
