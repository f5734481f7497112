using System.Collections.Concurrent;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Samples the next step while this one trains: an engine of its own, with its own copy of the weights and its own threads. With a lag
/// of 1 the samples of step s + 1 are drawn from the weights that step s begins with, whichever of the two is done first: which weights
/// sample which step is a matter of the lag and never of the clock. Between steps nothing runs, so that a checkpoint needs no more
/// than the copy: a run that goes on draws the pending batch again, to the same bits.
/// </summary>
internal sealed class SamplingAhead : IDisposable
{
    private readonly RunSession _session;
    private readonly ReinforcementRecipe _recipe;
    private readonly int _lag;
    private readonly Device _device;
    private readonly VersionedEngine _engine;
    private readonly Sampler _sampler;
    private readonly ISampleLoop _loop;

    /// <summary>What environments had to tell while they were played on another thread.</summary>
    private readonly ConcurrentQueue<string> _notices = new();
    private readonly CancellationTokenSource _stop = new();
    private (int Step, Task<(SampleGroup[] Groups, double Seconds)> Task)? _next;

    private SamplingAhead(RunSession session, int lag)
    {
        (_session, _recipe, _lag) = (session, session.Recipe.Reinforcement, lag);
        _device = Device.Cpu(Math.Max(1, session.Device.Scratches.Length / 2));
        // Of an adapter's base this is another copy, held the same way: its values are the trainer's.
        (Model, _) = Checkpoint.LoadModel(session.Folder.Checkpoint(session.Recipe.ReinforcementStart), _device, session.Recipe.Adapter?.Storage);
        _sampler = new Sampler(Model, RunSession.SlotsOf(session.Recipe), session.Recipe.Model.Context);
        _engine = new VersionedEngine(_sampler);
        var limits = session.Recipe.Environment ?? new();
        _loop = session.Inputs.Environments is { } environments
            ? new EpisodeLoop(_engine, session.Encoder, session.Problems, environments, limits.Limits, limits.Role, _notices.Enqueue)
            : new SampleLoop(_engine, session.Encoder, session.Problems);
    }

    /// <summary>The copy that is sampled from.</summary>
    public LanguageModel Model { get; }

    /// <summary>Seconds that the batch which was taken last took to be drawn and graded.</summary>
    public double Seconds { get; private set; }

    /// <summary>Seconds that training waited for samples since it was last asked.</summary>
    public double Waited { get; private set; }

    /// <summary>Null where the recipe names no lag.</summary>
    /// <exception cref="UserError">The run samples in a way that does not go ahead.</exception>
    public static SamplingAhead? For(RunSession session)
    {
        if (session.Recipe.Reinforcement is not { Lag: { } lag, Steps: > 0 }) return null;
        if (session.World.Size > 1) throw new UserError("Sampling ahead is for one process: of several ranks each step waits for all.", session.Folder.Recipe, field: "reinforcement.lag", advice: "Start without mpirun, or leave lag out.");
        return new SamplingAhead(session, lag);
    }

    /// <summary>The samples of a step: those that were drawn ahead; drawn now in the first step, with a lag of 0, and after a resume.</summary>
    public SampleGroup[] Take(int step, IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        Waited = 0;
        var pending = _next;
        _next = null;
        if (pending is { } next && next.Step == step && next.Task.IsCompletedSuccessfully)
        {
            (var ahead, Seconds) = next.Task.Result;
            Tell();
            return ahead;
        }

        if (_lag == 0 || step == 0) Renew();
        Model.Pack(training: false);
        (var groups, Seconds) = Draw(step, problems, cancellation);
        Waited = Seconds;
        Tell();
        return groups;
    }

    /// <summary>Copies the weights as they are now, and begins to sample a later step from them; nothing with a lag of 0.</summary>
    public void Begin(int step, IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        if (_lag == 0) return;
        Renew();
        _next = (step, Task.Run(() =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
            return Draw(step, problems, either.Token);
        }, CancellationToken.None));
    }

    /// <summary>Waits until nothing is sampled any more. What was cancelled or failed is drawn again when it is taken, and fails there.</summary>
    public void Rest()
    {
        if (_next is not { } next) return;
        var start = _session.Time.GetTimestamp();
        _ = Task.WhenAny(next.Task).GetAwaiter().GetResult().Exception;
        Waited += _session.Time.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Rest();
        _stop.Dispose();
        _sampler.Dispose();
        Model.Dispose();
        _device.Dispose();
    }

    private void Tell()
    {
        while (_notices.TryDequeue(out var notice)) _session.Observer.Notice(notice);
    }

    private void Renew()
    {
        _session.Model.Trained.Values.CopyTo(Model.Trained.Values);
        Model.Pack(training: false);
    }

    private (SampleGroup[] Groups, double Seconds) Draw(int step, IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        var start = _session.Time.GetTimestamp();
        _engine.Version = string.Create(CultureInfo.InvariantCulture, $"{_session.Recipe.Seed}-{step - StagePolicies.Age(_recipe, step)}");
        var groups = _loop.Run(problems, _recipe.Samples, _recipe.MaxTokens, _recipe.Sampling, (i, g) => new RandomStream(_session.Recipe.Seed, StreamStage.Sampling, step, i, g, 0), cancellation: cancellation);
        return (groups, _session.Time.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Says of each sample which weights it is of.</summary>
    private sealed class VersionedEngine(Sampler sampler) : IRolloutEngine
    {
        public string Version { get; set; } = "";

        public double MeanLiveShare => sampler.MeanLiveShare;

        public Rollout[][] Sample(
            IReadOnlyList<SampleRequest> requests, SamplingOptions options, int[] stopTokens, IProgress<int>? progress = null, ISampleObserver? observer = null, CancellationToken cancellation = default) =>
            [.. sampler.Sample(requests, options, stopTokens, progress, observer, cancellation).Select(drawn => drawn.Select(r => r with { WeightVersion = Version }).ToArray())];
    }
}
