using System.Collections.Concurrent;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// One base in memory, held once, and the adapters that programs elsewhere train over it. What changes weights or reads gradients is done in
/// the order in which it was asked for, on a thread of its own; samples are drawn by the base's <see cref="ModelHost"/> in between, pass by
/// pass, many callers at once. Trainer and sampler compute the same log-probabilities to the bit.
/// </summary>
internal sealed class TrainingHost : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly Lock _scoring = new();
    private readonly List<HostedAdapter> _adapters = [];
    private TrainingGraph? _graph, _scorer;
    private HostedAdapter? _owner;
    private volatile bool _isEnding;

    private TrainingHost(TextModel model, int longest)
    {
        (Model, LongestSequence, BaseHash) = (model, longest, model.Identity.Weights);
        _thread = new Thread(Work) { IsBackground = true, Name = "deliberate training" };
        _thread.Start();
    }

    /// <summary>The base, and who samples from it.</summary>
    public TextModel Model { get; }

    /// <summary>Tokens of the longest sequence that is trained on or scored, and of a micro-batch.</summary>
    public int LongestSequence { get; }

    /// <summary>SHA-256 of the base's weights.</summary>
    public string BaseHash { get; }

    /// <summary>Operations that wait.</summary>
    public int Waiting => _work.Count;

    internal LanguageModel Weights => Model.Weights;

    /// <summary>Reads a base into memory, as narrow as its file allows without rounding.</summary>
    /// <param name="path">As <see cref="TextModel.Open"/> takes it.</param>
    /// <param name="microBatchTokens">Of a pass; memory for activations grows with it.</param>
    /// <exception cref="UserError">There is no such model, it is an adapter, or the memory does not suffice.</exception>
    public static TrainingHost Open(string path, int threads, int microBatchTokens, ModelHostOptions hosting)
    {
        WeightStorage storage;
        using (var opened = PretrainedModel.Open(path))
        {
            if (opened.Adapter is not null) throw new UserError("is an adapter: adapters are trained over a model of its own.", path, advice: $"Name its model, or merge the two: deliberate adapter merge {path} FOLDER");
            storage = (AdaptedModel.NarrowestOf(opened.Weights) switch { BaseStorage.BF16 => WeightStorage.BF16, BaseStorage.Q8_0 => WeightStorage.Q8_0, _ => WeightStorage.F32 });
        }

        var model = TextModel.Open(path, storage, threads, hosting);
        try
        {
            return new TrainingHost(model, Math.Min(microBatchTokens, model.Context));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Does something in turn, on the thread of all that trains.</summary>
    /// <exception cref="ObjectDisposedException">The host has ended.</exception>
    public Task<T> RunAsync<T>(Func<T> operation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() =>
            {
                try
                {
                    ObjectDisposedException.ThrowIf(_isEnding, this);
                    done.SetResult(operation());
                }
                catch (Exception error)
                {
                    done.SetException(error);
                }
            });
        }
        catch (InvalidOperationException error)
        {
            throw new ObjectDisposedException("The host of the training has ended.", error);
        }

        return done.Task;
    }

    /// <summary>A new adapter, which changes nothing yet. On the thread of <see cref="RunAsync"/>.</summary>
    public HostedAdapter Create(AdapterConfiguration configuration, ulong seed)
    {
        configuration = configuration with { BaseModel = Path.GetFullPath(Model.Location) };
        var adapter = AdapterLayout.New(Weights, configuration, "lora_config");
        try
        {
            AdapterLayout.Initialise(adapter, Weights, seed);
            adapter.Pack(training: true);
            var hosted = new HostedAdapter(this, adapter, configuration);
            _adapters.Add(hosted);
            return hosted;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Draws completions of a prompt: several of one prompt read it once.</summary>
    /// <param name="stopTokens">Beside those of the model.</param>
    /// <param name="stopTexts">That end a sample; the tokens that spell them are part of it.</param>
    /// <param name="adapter">Null for the base.</param>
    /// <returns>Log-probabilities are the model's own, whatever temperature and filters were drawn with.</returns>
    public async Task<HostedSample[]> SampleAsync(
        int[] prompt, int samples, int maxTokens, SamplingOptions options, ulong seed, IReadOnlyList<int> stopTokens, IReadOnlyList<string> stopTexts, ModelAdapter? adapter, CancellationToken cancellation)
    {
        int[] stops = [.. Model.Format.StopIds, .. stopTokens];
        var requests = HostRequest.Make(
            prompt, maxTokens, options, [.. Enumerable.Range(0, samples).Select(i => new RandomStream(seed, StreamStage.Sampling, sample: i))], stops,
            _ => new StopReader(Model.Tokenizer, stopTexts), null, isRead: true, adapter?.For(Model));
        Model.Host.Submit(requests[0], cancellation);
        return await Task.WhenAll(requests.Select(async request =>
        {
            List<float> logp = [];
            await foreach (var happened in request.Events.ReadAllAsync(cancellation).ConfigureAwait(false))
                if (happened.Token is { } token) logp.Add((float)token.LogProbability);
            var result = await request.Result.ConfigureAwait(false);
            return new HostedSample(result.Tokens, [.. logp], result.FinishReason);
        })).ConfigureAwait(false);
    }

    /// <summary>The log-probability of each token but the first, given those before it.</summary>
    /// <param name="adapter">Null for the base.</param>
    /// <exception cref="UserError">The text is too long.</exception>
    public float[] Score(int[] tokens, ModelAdapter? adapter)
    {
        if (tokens.Length > LongestSequence) throw new UserError($"a prompt of {tokens.Length} tokens exceeds the {LongestSequence} whose log-probabilities this server computes.", field: "prompt_logprobs", advice: "Shorten it, or start the server with more --micro-batch-tokens.");
        lock (_scoring)
        {
            _scorer ??= new TrainingGraph(Weights, null, LongestSequence, 1, LongestSequence, training: false);
            // Of two passes of one host neither sees the other's statistics.
            using var turn = Weights.Device.Turns.Take();
            _scorer.Batch.Clear();
            _scorer.Batch.Adapter = adapter?.For(Model);
            _scorer.Batch.AddSequence(tokens, 1, tokens.Length);
            _scorer.Forward();
            var statistics = new double[4 * tokens.Length];
            _scorer.Head.Statistics.Value.Read(0, statistics);
            return [.. Enumerable.Range(0, tokens.Length - 1).Select(i => (float)statistics[4 * i])];
        }
    }

    /// <summary>Finishes what is in work, and frees everything. What waits fails.</summary>
    public void Dispose()
    {
        _isEnding = true;
        _work.CompleteAdding();
        _thread.Join();
        _graph?.Dispose();
        _graph = null;
        foreach (var adapter in _adapters.ToArray()) adapter.Dispose();
        _scorer?.Dispose();
        Model.Dispose();
        _work.Dispose();
    }

    /// <summary>The tape of a pass. There is one at a time, whoever's turn it is: activations are what takes the memory.</summary>
    internal TrainingGraph GraphOf(HostedAdapter adapter)
    {
        if (_owner == adapter) return _graph!;
        _graph?.Dispose();
        _owner = null;
        _graph = new TrainingGraph(Weights, adapter.Adapter, LongestSequence, RunSession.Segments(LongestSequence), LongestSequence, training: true, Recomputation.Elementwise);
        _owner = adapter;
        return _graph;
    }

    internal void Leave(HostedAdapter adapter)
    {
        _adapters.Remove(adapter);
        if (_owner != adapter) return;
        _graph?.Dispose();
        (_graph, _owner) = (null, null);
    }

    private void Work()
    {
        foreach (var operation in _work.GetConsumingEnumerable()) operation();
    }
}

/// <summary>A completion.</summary>
/// <param name="Tokens">The one that ended it included.</param>
/// <param name="LogProbabilities">Of each, nats, at temperature 1.</param>
internal sealed record HostedSample(int[] Tokens, float[] LogProbabilities, FinishReason FinishReason);
