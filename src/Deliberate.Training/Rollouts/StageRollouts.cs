using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The servers of a stage: who they are, the weights that go to them by a folder, and the canary. Of several ranks the first one talks to them.</summary>
internal sealed class StageRollouts : IDisposable
{
    public const string FolderName = "rollouts";

    private const int CanaryLeast = 16, CanaryMost = 256, LargestAnswer = 256 << 20, KeptFolders = 2;

    private readonly RunSession _session;
    private readonly ProviderHandlers _handlers = new(ProgramConfiguration.Load(null, offline: false));
    private readonly RemoteRollouts _servers;
    private readonly string _folder;
    private readonly int[] _canary;
    private string? _version;

    private StageRollouts(RunSession session)
    {
        _session = session;
        var recipe = session.Recipe.RolloutServers ?? new RolloutsRecipe();
        string? key = null;
        if (recipe.KeyEnv is { } variable) key = Environment.GetEnvironmentVariable(variable) ?? throw new UserError($"The environment variable {variable} is not set.", field: "rollout_servers.key_env", advice: "Set it to the servers' key, or leave the key out.");
        var timeout = TimeSpan.FromSeconds(recipe.TimeoutS);
        IRolloutServer[] servers = [.. RolloutAddresses.Of(session.Recipe.Rollouts).Select(one =>
        {
            var connection = new RolloutConnection($"{one.Kind}:{one.Address.Authority}", one.Address, _handlers.Server(one.Address, key, recipe.Concurrency, LargestAnswer), timeout);
            return one.Kind == "vllm" ? (IRolloutServer)new VllmServer(connection, recipe.Model) : new SglangServer(connection);
        })];
        _servers = new RemoteRollouts(servers, recipe, session.Model.Configuration.VocabularySize, session.Recipe.Model.Context, session.Observer.Notice);
        _folder = recipe.Folder is { } named ? Path.GetFullPath(named) : Path.Combine(session.Folder.Root, FolderName);
        _canary = Canary(session);
        ISampleLoop loop = session.Inputs.Environments is { } environments
            ? new EpisodeLoop(_servers, session.Encoder, session.Problems, environments, (session.Recipe.Environment ?? new()).Limits, (session.Recipe.Environment ?? new()).Role, session.Observer.Notice)
            : new SampleLoop(_servers, session.Encoder, session.Problems);
        Loop = session.World.Size > 1 ? new DistributedLoop(loop, session.World, firstAlone: true) : loop;
    }

    /// <summary>From problems to samples of the servers.</summary>
    public ISampleLoop Loop { get; }

    /// <summary>Null where this program's own engine samples.</summary>
    public static StageRollouts? For(RunSession session) => session.Recipe.SamplesElsewhere ? new StageRollouts(session) : null;

    /// <summary>The servers have the weights that the model has now, under this version; nothing is sent where they do.</summary>
    /// <param name="step">That the weights are of, from 0.</param>
    public void Ready(int step, CancellationToken cancellation)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"{_session.Recipe.Seed}-{step}");
        if (_version == version || !_session.World.IsFirst) return;
        var path = Path.Combine(_folder, "weights-" + version);
        Checkpoint.Save(path, _session.Model, _session.Encoder.Format);
        _servers.Load(path, version, _session.Model.Adapter is not null, _canary, Expected(), cancellation);
        _version = version;
        foreach (var old in new DirectoryInfo(_folder).GetDirectories("weights-*").OrderByDescending(d => d.CreationTimeUtc).ThenByDescending(d => d.Name, StringComparer.Ordinal).Skip(KeptFolders)) Disk.TryDelete(old.FullName);
    }

    /// <summary>What the step's sampling came to.</summary>
    public void CopyTo(MetricValues timings)
    {
        var (faults, canary, servers) = _servers.TakeMeasures();
        if (!_session.World.IsFirst) return;
        timings.Add(TimingMetrics.RolloutFaults, faults);
        timings.Add(TimingMetrics.RolloutServers, servers);
        if (!double.IsNaN(canary)) timings.Add(TimingMetrics.CanaryDifference, canary);
    }

    public void Dispose()
    {
        _handlers.Dispose();
        if (_session.Recipe.RolloutServers?.Folder is null && Directory.Exists(_folder)) Disk.TryDelete(_folder);
    }

    /// <summary>Prompts of the run's own problems, one behind the other: the same in every step, so that a cache of before would be asked for it.</summary>
    private static int[] Canary(RunSession session)
    {
        var tokens = new List<int>();
        var most = session.Problems.Source.Count(Split.Train, null) ?? long.MaxValue;
        for (var i = 0; i < Math.Min(most, 64) && tokens.Count < CanaryLeast; i++) tokens.AddRange(session.Encoder.Prompt(session.Problems.Source.Draw(Split.Train, null, session.Recipe.Seed, i)));
        return [.. tokens.Take(Math.Min(CanaryMost, session.Recipe.Model.Context - 1))];
    }

    /// <summary>The trainer's log-probability of each token of the canary but the first.</summary>
    private double[] Expected()
    {
        _session.Model.Pack(training: true);
        int[] rest = _canary[1..];
        PolicySample[] samples = [new(_canary[..1], new Rollout(rest, new float[rest.Length], new float[rest.Length], FinishReason.Length), 0)];
        var expected = new double[rest.Length];
        new PolicyScorer(_session.Graph, 1).Score(samples, PolicyScorer.Offsets(samples), expected, []);
        _session.Graph.Rest();
        return expected;
    }
}
