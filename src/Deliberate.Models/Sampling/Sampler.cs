using System.Runtime.ExceptionServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Draws all samples of a list of prompts, many at a time, each prompt read from its beginning: the weights may have changed since
/// the last call. Of a lean model it holds packed weights, keys and values during a call only. What a sample depends on, <see cref="DecodingLoop"/> says. A call allocates what it returns, and a little for each
/// prompt.
/// </summary>
internal sealed class Sampler : IRolloutEngine, IDisposable
{
    /// <summary>Tokens of a forward pass: longer prompts go through it piece by piece.</summary>
    private const int MostTokens = 2048;

    private readonly DecodingLoop _loop;
    private readonly LanguageModel _model;
    private readonly Adapter? _adapter;

    /// <param name="slots">Samples in flight at once.</param>
    /// <param name="positions">Longest prompt and completion together, in tokens.</param>
    /// <param name="cache">How keys and values are held; what is trained on must come from F32.</param>
    /// <param name="speculation">Who guesses tokens for a sample that is alone, and how many at once; the sampler's from here on.</param>
    public Sampler(LanguageModel model, int slots, int positions, CacheStorage cache = CacheStorage.F32, (IDrafter? Drafter, int Tokens) speculation = default) =>
        (_model, _adapter, _loop) = (model, model.Adapter, new DecodingLoop(model, slots, positions, cache, TokenCapacity(slots, positions)) { Speculation = speculation });

    public int Positions => _loop.Positions;

    /// <summary>Tokens that a pass has room for.</summary>
    public static int TokenCapacity(int slots, int positions) => Math.Max(slots, Math.Clamp(positions, 512, MostTokens));

    /// <summary>Mean share of slots in use over the forward passes of the last call.</summary>
    public double MeanLiveShare { get; private set; }

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _loop.CacheBytes;

    /// <summary>Pages in use between calls: none, unless something leaked.</summary>
    public int LivePages => _loop.LivePages;

    /// <summary>Draws all samples of all requests.</summary>
    /// <param name="options">Of the requests that have none of their own.</param>
    /// <param name="stopTokens">Ids that end a sample; kept as its last token.</param>
    /// <param name="progress">Told the number of finished samples.</param>
    /// <param name="observer">Told of every token and of every finished sample.</param>
    /// <returns>[request][sample].</returns>
    public Rollout[][] Sample(
        IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, IProgress<int>? progress = null, ISampleObserver? observer = null, CancellationToken cancellation = default)
    {
        foreach (var request in requests) request.Check(Positions);
        options.Check();
        var results = new Rollout[requests.Count][];
        var before = _loop.Passes;
        using var panels = _model.IsLean ? new SamplingPanels(_model) : null;
        try
        {
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = new Rollout[requests[i].Streams.Length];
                if (results[i].Length > 0) _loop.Admit(new DecodingPrompt(requests[i], requests[i].Options ?? options, stopTokens, i) { Adapter = _adapter });
            }

            var sink = new Sink(results, progress, observer);
            do cancellation.ThrowIfCancellationRequested();
            while (_loop.Step(sink));
        }
        finally
        {
            // A call that failed or was cancelled leaves no pages behind, and every slot free.
            if (_model.IsLean) _loop.ReleaseMemory();
            else _loop.Clear();
        }

        var (passes, rows) = (_loop.Passes.Count - before.Count, _loop.Passes.Rows - before.Rows);
        MeanLiveShare = passes == 0 ? 0 : (double)rows / (passes * _loop.Slots);
        return results;
    }

    public void Dispose() => _loop.Dispose();

    private sealed class Sink(Rollout[][] results, IProgress<int>? progress, ISampleObserver? observer) : IDecodingSink
    {
        private int _finished;

        public void Drawn(ReadOnlySpan<SampleSlot> slots) => observer?.Drawn(Count(slots));

        private static int Count(ReadOnlySpan<SampleSlot> slots)
        {
            var count = 0;
            foreach (var slot in slots) count += slot.Drawn;
            return count;
        }

        public void Ended(SampleSlot slot)
        {
            if (slot.Failure is not null) ExceptionDispatchInfo.Throw(slot.Failure);
            var (request, sample) = (slot.Prompt!.Index, slot.Sample);
            results[request][sample] = slot.Rollout();
            observer?.Finished(request, sample, results[request][sample]);
            progress?.Report(++_finished);
        }
    }
}
