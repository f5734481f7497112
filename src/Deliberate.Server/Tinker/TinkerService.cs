using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>
/// What a server of Tinker's interface does, apart from how it is asked: sessions, models, checkpoints, and the requests in work. Whatever
/// trains is done by <see cref="TrainingHost"/> in the order in which it was asked for; samples are drawn meanwhile.
/// </summary>
internal sealed class TinkerService : IAsyncDisposable
{
    /// <summary>Scale of a LoRA's updates times its rank: Tinker's own, whatever the rank.</summary>
    private const double Alpha = 32;

    /// <summary>Weights of sampling sessions that a model keeps on disk: a loop that samples behind its training needs a few.</summary>
    private const int KeptForSessions = 8;

    private const int AdaptersInMemory = 8;

    private readonly ServerLock? _lock;
    private readonly TinkerAdapters _adapters;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sweep;
    private int _models;

    private TinkerService(TinkerOptions options, TrainingHost host, ServerLock? held)
    {
        (Options, Host, _lock) = (options, host, held);
        Store = new TinkerStore(options.Store);
        Sessions = new TinkerSessions(options.Time);
        Futures = new TinkerFutures(options.Queue);
        Keys = new ApiKeyring(options.Keys, options.Time);
        _adapters = new TinkerAdapters(host.Model, AdaptersInMemory);
        _sweep = SweepAsync();
    }

    public TinkerOptions Options { get; }

    public TrainingHost Host { get; }

    public TinkerStore Store { get; }

    public TinkerSessions Sessions { get; }

    public TinkerFutures Futures { get; }

    public ApiKeyring Keys { get; }

    public int Vocabulary => Host.Weights.Configuration.VocabularySize;

    /// <summary>Reads the base.</summary>
    /// <exception cref="UserError">Something of it cannot be had.</exception>
    public static TinkerService Open(TinkerOptions options)
    {
        var held = ServerLock.Take(options.Store);
        TrainingHost? host = null;
        try
        {
            host = TrainingHost.Open(options.Path, options.Threads, options.MicroBatchTokens, new ModelHostOptions { Slots = options.Slots, QueueLimit = options.Queue });
            var service = new TinkerService(options, host, held);
            service.Keys.Load();
            return service;
        }
        catch
        {
            host?.Dispose();
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Says to a second server on the folder where this one is.</summary>
    public void Tell(string address) => _lock?.Tell(address);

    /// <summary>Refuses a base that is not the server's.</summary>
    public void CheckBase(string? name)
    {
        if (name is not null && name != Options.Name) throw ApiError.Invalid($"'base_model' is \"{JsonFields.Short(name)}\": this server has {Options.Name}.", "base_model", "model_not_found");
    }

    /// <returns>The id of the request.</returns>
    public string Create(TinkerSession session, long? number, int rank, ulong seed, bool mlp, bool attention, JsonObject? metadata) => Sessions.Once(session, "model", number, () =>
    {
        if (Interlocked.Increment(ref _models) > Options.Models)
        {
            Interlocked.Decrement(ref _models);
            throw new ApiError(429, $"{Options.Models} models are in memory already. Unload one (unload_model), or start the server with more --models.", code: "too_many_models");
        }

        var run = new TinkerRun { Id = Identifiers.New("model"), Owner = session.Owner, BaseModel = Options.Name, Rank = rank, TrainMlp = mlp, TrainAttn = attention, Seed = seed, Created = Options.Time.GetUtcNow(), UserMetadata = metadata };
        var model = new TinkerModel(run, session);
        Sessions.Add(model);
        IReadOnlyList<string> targets = [.. AdapterConfiguration.AllLinear.Where(m => m.EndsWith("_proj", StringComparison.Ordinal) && (m is "gate_proj" or "up_proj" or "down_proj" ? mlp : attention))];
        try
        {
            return Futures.Begin(session.Owner, () => Host.RunAsync<TinkerResult>(Make));
        }
        catch
        {
            if (Sessions.Remove(model)) Free(model);
            throw;
        }

        TinkerResult Make()
        {
            try
            {
                model.Adapter = Host.Create(new AdapterConfiguration { Rank = rank, Alpha = Alpha, TargetModules = targets }, seed);
                Store.Add(run);
            }
            catch
            {
                if (Sessions.Remove(model)) Free(model);
                throw;
            }

            return new PlainResult(new JsonObject { ["type"] = "create_model", ["model_id"] = run.Id });
        }
    });

    /// <summary>Begins an operation on a model.</summary>
    /// <returns>The id of the request.</returns>
    public string Begin(TinkerModel model, long? number, string said, Func<HostedAdapter, TinkerResult> operation) => model.Begin(number, said, () => Futures.Begin(model.Run.Owner, () => Host.RunAsync(() =>
        operation(model.Adapter ?? throw new UserError("the model could not be created.", field: "model_id")))));

    /// <exception cref="ApiError">It is being unloaded already, or too many requests are in work.</exception>
    public string Unload(TinkerModel model)
    {
        if (!Sessions.Remove(model)) throw TinkerSessions.NoModel();
        try
        {
            return Futures.Begin(model.Run.Owner, () => Host.RunAsync<TinkerResult>(() =>
            {
                Free(model);
                return new PlainResult(new JsonObject { ["type"] = "unload_model", ["model_id"] = model.Run.Id });
            })).Id;
        }
        catch
        {
            // It can be asked for again.
            Sessions.Add(model);
            throw;
        }
    }

    /// <summary>Saves weights for one sampling session, and begins that; older ones of the model go.</summary>
    public TinkerResult SaveForSession(TinkerModel model, HostedAdapter adapter)
    {
        var name = TinkerStore.Passing + Identifiers.Random(16);
        var folder = Store.FolderOf(model.Run.Id, TinkerStore.SamplerWeights, name);
        adapter.Save(folder, state: false);
        foreach (var old in new DirectoryInfo(Path.GetDirectoryName(folder)!).GetDirectories(TinkerStore.Passing + "*").OrderByDescending(d => d.LastWriteTimeUtc).Skip(KeptForSessions)) AtomicFolder.TryDelete(old.FullName);
        var sampler = Sessions.Sampler(model.Session, $"{TinkerStore.Scheme}{model.Run.Id}/{TinkerStore.SamplerWeights}/{name}");
        return new PlainResult(new JsonObject { ["type"] = "save_weights_for_sampler", ["path"] = null, ["sampling_session_id"] = sampler.Id });
    }

    /// <summary>Draws samples, and scores the prompt where that was asked for.</summary>
    /// <param name="folder">Of the adapter; null for the base.</param>
    public async Task<TinkerResult> SampleAsync(string? folder, int[] prompt, int samples, int maxTokens, SamplingOptions options, ulong seed, IReadOnlyList<int> stopTokens, IReadOnlyList<string> stopTexts, bool scoresPrompt)
    {
        // What is read from disk, and the scoring, are not the caller's to wait for.
        await Task.Yield();
        using var use = folder is null ? null : _adapters.Take(folder);
        var drawn = await Host.SampleAsync(prompt, samples, maxTokens, options, seed, stopTokens, stopTexts, use?.Adapter, _stop.Token).ConfigureAwait(false);
        return new SamplesResult(drawn, scoresPrompt ? [null, .. Host.Score(prompt, use?.Adapter).Select(p => (float?)p)] : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sweep.ConfigureAwait(false);
        _adapters.Dispose();
        Host.Dispose();
        _lock?.Dispose();
        _stop.Dispose();
    }

    /// <summary>By whoever took it out of the sessions; on the host's thread where it has an adapter.</summary>
    private void Free(TinkerModel model)
    {
        model.Adapter?.Dispose();
        Interlocked.Decrement(ref _models);
    }

    /// <summary>Ends sessions that nobody is at any more.</summary>
    private async Task SweepAsync()
    {
        var every = TimeSpan.FromSeconds(Math.Clamp(Options.Patience.TotalSeconds / 10, 0.05, 60));
        try
        {
            while (true)
            {
                await Task.Delay(every, Options.Time, _stop.Token).ConfigureAwait(false);
                foreach (var model in Sessions.End(Options.Patience))
                {
                    await Host.RunAsync(() =>
                    {
                        Free(model);
                        return true;
                    }).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
