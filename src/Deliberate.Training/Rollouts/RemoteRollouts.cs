using System.Collections.Concurrent;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// Servers that sample for a trainer. Before a step they get the weights that it samples with, and none is sampled from whose canary, a prompt that
/// never changes, does not have the trainer's log-probabilities: that notices other weights, another model and caches of before, whoever is at
/// fault. A sample goes to the server with the least to do, and to another where that one fails; it depends on its stream alone, so which one
/// draws it does not show. What comes with a fault is thrown away. Every fault is told by name.
/// </summary>
/// <param name="servers">In the recipe's order.</param>
/// <param name="recipe">How they are used.</param>
/// <param name="vocabulary">Tokens of the model.</param>
/// <param name="context">Positions that the run needs.</param>
/// <param name="notice">Told of faults, the first of each kind of each server in a step.</param>
internal sealed class RemoteRollouts(IReadOnlyList<IRolloutServer> servers, RolloutsRecipe recipe, int vocabulary, int context, Action<string> notice) : IRolloutEngine
{
    /// <summary>Above 0 by rounding alone.</summary>
    private const double Rounding = 1e-3;

    /// <summary>The largest difference of a token of the canary, as a multiple of the mean that is allowed.</summary>
    private const double LargestByMean = 20;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100), LongestWait = TimeSpan.FromSeconds(5);

    private readonly Place[] _places = [.. servers.Select(server => new Place(server))];
    private readonly ConcurrentDictionary<(string Server, FaultKind Kind), string> _told = new();
    private (string Folder, string Version, bool IsAdapter, int[] Canary, double[] Expected)? _weights;
    private int _turn;

    /// <inheritdoc/>
    public double MeanLiveShare => double.NaN;

    /// <summary>The version that servers were given last; null before the first.</summary>
    public string? Version => _weights?.Version;

    /// <summary>Faults since this was last asked, the largest canary difference of a server that is sampled from, and how many of those there are.</summary>
    public (int Faults, double Canary, int Servers) TakeMeasures()
    {
        var faults = _places.Sum(place => place.TakeFaults());
        return (faults, _places.Where(p => p.IsReady).Select(p => p.Difference).DefaultIfEmpty(double.NaN).Max(), _places.Count(p => p.IsReady));
    }

    /// <summary>Gives all servers new weights and looks at what they make of the canary.</summary>
    /// <param name="folder">That both see.</param>
    /// <param name="version">Of the weights.</param>
    /// <param name="isAdapter">Whether they are a low-rank adapter.</param>
    /// <param name="canary">Tokens, always the same.</param>
    /// <param name="expected">The trainer's log-probability of each but the first.</param>
    /// <exception cref="UserError">No server can be sampled from.</exception>
    public void Load(string folder, string version, bool isAdapter, int[] canary, double[] expected, CancellationToken cancellation)
    {
        _weights = (folder, version, isAdapter, canary, expected);
        _told.Clear();
        Task.WhenAll(_places.Select(place => Ready(place, cancellation))).GetAwaiter().GetResult();
        if (Array.TrueForAll(_places, p => !p.IsReady)) throw Nobody();
    }

    /// <summary>Servers have these weights already: what a later call of <see cref="Load"/> would send.</summary>
    public bool Has(string version) => _weights?.Version == version;

    /// <inheritdoc/>
    public Rollout[][] Sample(
        IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, IProgress<int>? progress = null, ISampleObserver? observer = null, CancellationToken cancellation = default)
    {
        foreach (var request in requests) request.Check(context);
        var results = requests.Select(r => new Rollout[r.Streams.Length]).ToArray();
        var jobs = requests.SelectMany((r, i) => r.Streams.Select((_, g) => (Request: i, Sample: g))).ToArray();
        var done = 0;
        // Where a server says its version of all samples together, those of a server that changed in between are drawn again.
        while (jobs.Length > 0)
        {
            var drawn = new ConcurrentDictionary<(int, int), Place>();
            var degree = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, recipe.Concurrency * _places.Count(p => p.IsReady)), CancellationToken = cancellation };
            Parallel.ForEachAsync(jobs, degree, async (job, stop) =>
            {
                var request = requests[job.Request];
                var (rollout, place) = await Draw(request, request.Streams[job.Sample], stopTokens, stop).ConfigureAwait(false);
                results[job.Request][job.Sample] = rollout;
                drawn[(job.Request, job.Sample)] = place;
                progress?.Report(Interlocked.Increment(ref done));
            }).GetAwaiter().GetResult();
            var changed = _places.Where(p => drawn.Values.Contains(p) && !IsSame(p, cancellation)).ToHashSet();
            jobs = [.. jobs.Where(job => changed.Contains(drawn[(job.Request, job.Sample)]))];
        }

        foreach (var place in _places) place.Rest(over: true);
        return results;
    }

    private async Task<(Rollout Rollout, Place Place)> Draw(SampleRequest request, RandomStream stream, int[] stopTokens, CancellationToken cancellation)
    {
        var wait = FirstWait;
        Place? last = null;
        for (var tries = 0; ; tries++)
        {
            var place = await Choose(last, cancellation).ConfigureAwait(false);
            try
            {
                var sample = await place.Server.Sample(request.Prompt, request.MaxTokens, stopTokens, stream, cancellation).ConfigureAwait(false);
                return (Checked(place.Server, sample, request, stopTokens), place);
            }
            catch (RolloutFault fault)
            {
                Note(place, fault);
                last = place;
                // Weights that are others are loaded again before anything is asked of it; a server that errs too often rests.
                if (fault.Kind is FaultKind.WrongVersion or FaultKind.Refused) await Again(place, cancellation).ConfigureAwait(false);
                else if (!fault.MayPass || place.FaultsOfStep >= recipe.MaxFaults) place.Rest();
                if (tries >= recipe.Retries && Array.TrueForAll(_places, p => !p.IsReady)) throw Nobody();
                if (tries >= recipe.Retries + servers.Count) throw new UserError($"one sample could not be drawn in {tries + 1} tries; the last: {fault.Message}.", field: "rollouts", advice: "Mend the server and resume; rollout_servers.retries is how often it is tried.");
            }
            finally
            {
                place.Leave();
            }

            await Task.Delay(wait, cancellation).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>The server with the least to do, of equals the next in turn; another than the one that failed last, where there is one.</summary>
    private async Task<Place> Choose(Place? not, CancellationToken cancellation)
    {
        for (var waits = 0; ; waits++)
        {
            lock (_places)
            {
                var ready = _places.Where(p => p.IsReady).ToArray();
                if (ready.Length > 1 && not is not null) ready = [.. ready.Where(p => p != not)];
                if (ready.Length > 0)
                {
                    var turn = _turn++;
                    // Read once: a sample that ends meanwhile would leave nobody with the least.
                    int[] busy = [.. ready.Select(p => p.Busy)];
                    var least = busy.Min();
                    var idle = ready.Where((_, i) => busy[i] == least).ToArray();
                    var chosen = idle[turn % idle.Length];
                    chosen.Enter();
                    return chosen;
                }
            }

            if (!_places.Any(p => p.IsBeingReadied)) throw Nobody();
            await Task.Delay(FirstWait, cancellation).ConfigureAwait(false);
        }
    }

    private Rollout Checked(IRolloutServer server, ServedSample sample, SampleRequest request, int[] stopTokens)
    {
        RolloutFault Fault(FaultKind kind, string what) => new(kind, server.Name, what);
        var (tokens, version) = (sample.Tokens, _weights!.Value.Version);
        if (sample.Version is { } said && said != version) throw Fault(FaultKind.WrongVersion, $"a sample of version {said}, and {version} was loaded");
        if (tokens.Length == 0 || tokens.Length > request.MaxTokens || sample.LogProbabilities.Length != tokens.Length) throw Fault(FaultKind.Malformed, $"{tokens.Length} tokens with {sample.LogProbabilities.Length} log-probabilities for a budget of {request.MaxTokens}");
        foreach (var token in tokens)
            if ((uint)token >= (uint)vocabulary) throw Fault(FaultKind.OutsideVocabulary, $"token {token}, and the model has {vocabulary}: it serves another model or tokenizer");
        foreach (var logp in sample.LogProbabilities)
            if (!double.IsFinite(logp) || logp > Rounding) throw Fault(FaultKind.BadLogProbability, string.Create(CultureInfo.InvariantCulture, $"a log-probability of {logp:0.####}"));
        var stops = stopTokens.AsSpan().Contains(tokens[^1]);
        if (sample.Stopped && !stops) throw Fault(FaultKind.Malformed, $"it stopped at token {tokens[^1]}, which ends no sample here");
        float[] values = [.. sample.LogProbabilities.Select(p => (float)Math.Min(p, 0))];
        return new Rollout(tokens, values, values, stops ? FinishReason.Stop : FinishReason.Length) { WeightVersion = version };
    }

    /// <summary>Loads a server's weights again, once for all samples that found them wrong.</summary>
    private async Task Again(Place place, CancellationToken cancellation)
    {
        if (!place.BeginReadying()) return;
        notice($"{place.Server.Name}: its weights are loaded again.");
        await Ready(place, cancellation).ConfigureAwait(false);
    }

    private async Task Ready(Place place, CancellationToken cancellation)
    {
        var (folder, version, isAdapter, canary, expected) = _weights!.Value;
        place.BeginReadying();
        var difference = double.NaN;
        try
        {
            for (var tries = 0; ; tries++)
            {
                try
                {
                    if (!place.IsKnown && await place.Server.Context(cancellation).ConfigureAwait(false) is { } positions && positions < context)
                        throw new RolloutFault(FaultKind.Refused, place.Server.Name, $"it serves {positions} positions, and the run needs {context}");
                    place.IsKnown = true;
                    await place.Server.Load(folder, version, isAdapter, cancellation).ConfigureAwait(false);
                    if (await place.Server.Version(cancellation).ConfigureAwait(false) is { } has && has != version) throw new RolloutFault(FaultKind.WrongVersion, place.Server.Name, $"it says {has} after {version} was loaded");
                    difference = Compare(place.Server, await place.Server.Score(canary, cancellation).ConfigureAwait(false), expected);
                    break;
                }
                catch (RolloutFault fault)
                {
                    Note(place, fault);
                    // Loading the same weights again harms nobody; a context stays too short.
                    if (tries >= recipe.Retries || (fault.Kind == FaultKind.Refused && !place.IsKnown)) return;
                    await Task.Delay(FirstWait * (tries + 1), cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            place.EndReadying(difference);
        }
    }

    private double Compare(IRolloutServer server, double[] said, double[] expected)
    {
        if (said.Length != expected.Length) throw new RolloutFault(FaultKind.Malformed, server.Name, $"{said.Length} log-probabilities of a canary of {expected.Length + 1} tokens");
        var apart = said.Zip(expected, (a, b) => Math.Abs(a - b)).ToArray();
        var (mean, most) = (apart.Average(), apart.Max());
        if (!(mean <= recipe.Tolerance) || !(most <= LargestByMean * recipe.Tolerance))
            throw new RolloutFault(FaultKind.StaleWeights, server.Name, string.Create(CultureInfo.InvariantCulture, $"the canary's log-probabilities differ from the trainer's by {mean:0.####} nats a token, {most:0.####} at most (rollout_servers.tolerance {recipe.Tolerance})"));
        return mean;
    }

    /// <summary>Whether a server still has the weights that it was given; otherwise it is given them again.</summary>
    private bool IsSame(Place place, CancellationToken cancellation)
    {
        try
        {
            if (place.Server.Version(cancellation).GetAwaiter().GetResult() is not { } version || version == _weights!.Value.Version) return true;
            Note(place, new RolloutFault(FaultKind.WrongVersion, place.Server.Name, $"it has {version} behind the samples, and {_weights!.Value.Version} was loaded: they are drawn again"));
        }
        catch (RolloutFault fault)
        {
            Note(place, fault);
        }

        Again(place, cancellation).GetAwaiter().GetResult();
        return false;
    }

    private void Note(Place place, RolloutFault fault)
    {
        place.Count();
        if (_told.TryAdd((place.Server.Name, fault.Kind), fault.Message)) notice($"rollouts: {fault.Message}.");
    }

    private UserError Nobody() => new(
        $"none of {servers.Count} servers of rollouts can be sampled from: {string.Join("; ", _told.Values.Order(StringComparer.Ordinal))}.", field: "rollouts",
        advice: "Nothing was trained on what they gave. Mend them and go on: deliberate resume.");

    /// <summary>A server and how it stands.</summary>
    private sealed class Place(IRolloutServer server)
    {
        private int _busy, _faults, _ofStep, _readying;
        private volatile bool _isResting, _isReady;

        public IRolloutServer Server => server;

        public bool IsKnown { get; set; }

        /// <summary>Mean difference of its canary.</summary>
        public double Difference { get; private set; } = double.NaN;

        public int Busy => Volatile.Read(ref _busy);

        public bool IsReady => _isReady && !_isResting && !IsBeingReadied;

        public bool IsBeingReadied => Volatile.Read(ref _readying) > 0;

        public int FaultsOfStep => Volatile.Read(ref _ofStep);

        public void Enter() => Interlocked.Increment(ref _busy);

        public void Leave() => Interlocked.Decrement(ref _busy);

        public void Count()
        {
            Interlocked.Increment(ref _faults);
            Interlocked.Increment(ref _ofStep);
        }

        public int TakeFaults() => Interlocked.Exchange(ref _faults, 0);

        /// <summary>False where somebody else does it already.</summary>
        public bool BeginReadying() => Interlocked.Exchange(ref _readying, 1) == 0;

        public void EndReadying(double difference)
        {
            Difference = difference;
            (_isReady, _isResting) = (!double.IsNaN(difference), false);
            Volatile.Write(ref _readying, 0);
        }

        public void Rest(bool over = false)
        {
            _isResting = !over;
            if (over) Volatile.Write(ref _ofStep, 0);
        }
    }
}
