using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>The steps of reinforcement learning of a run: collect groups, update the policy on them, keep records of every sample.</summary>
internal sealed class ReinforcementStage : IDisposable
{
    /// <summary>Samples of a step that the distance from the reference policy is measured on, at most.</summary>
    private const int MostScored = 64;

    private readonly RunSession _session;
    private readonly ReinforcementRecipe _recipe;
    private readonly GroupSampler _sampler;
    private readonly RolloutCollector _collector;
    private readonly PolicyUpdates _updates;
    private ReferencePolicy? _reference;

    /// <param name="session">The run's.</param>
    /// <param name="curriculum">From a checkpoint; null at the beginning.</param>
    public ReinforcementStage(RunSession session, CurriculumState? curriculum)
    {
        _session = session;
        _recipe = session.Recipe.Reinforcement;
        var rewards = new SampleRewards(_recipe.Rewards, session.Recipe.LowestScore, _recipe.MaxTokens, _recipe.Overlong.Cache);
        _sampler = new GroupSampler(session, _recipe.Samples, _recipe.MaxTokens, _recipe.Temperature, rewards);
        Curriculum = session.Curriculum(_recipe.Curriculum, _recipe.Steps, curriculum);
        _collector = new RolloutCollector(session, _sampler, Curriculum);
        if (PolicyUpdates.NeedsReference(_recipe)) _reference = LoadReference();
        _updates = new PolicyUpdates(session.Recipe, session.Graph, _reference);
    }

    public Optimizer Optimizer => _updates.Optimizer;

    public Curriculum Curriculum { get; }

    /// <summary>One sampled batch and its updates, the <paramref name="step"/>-th from 0. Cancelling while it samples leaves no trace.</summary>
    public void Step(int step, CancellationToken cancellation)
    {
        var time = _session.Time;
        var start = time.GetTimestamp();
        var groups = _collector.Collect(step, cancellation);
        var sampled = time.GetElapsedTime(start).TotalSeconds;
        var metrics = new MetricValues();
        RolloutMetrics.CopyTo(metrics, SampleMetrics.Reinforcement, groups);
        var promotion = Curriculum.Observe(step, CurriculumMetrics.Reinforcement, groups, metrics);
        MeasureDistance(step, groups, metrics);
        _updates.Run(step, [.. groups.Where(g => g.Trained)], metrics, (in update, number, part) =>
        {
            var name = RunFolder.StepName(RunStage.Reinforcement, step + 1) + (number == 0 ? "" : $"-{number + 1}");
            _session.Guard.Check(update, name, () => _sampler.Records(RunStage.Reinforcement, step + 1, part.Cast<RolloutGroup>()).Select(SampleStore.Line));
        });
        if (_recipe.StoreSamples)
            foreach (var sample in _sampler.Records(RunStage.Reinforcement, step + 1, groups)) _session.Streams.Sample(sample);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var tokens = groups.Sum(g => g.Rollouts.Sum(r => r.Tokens.Length));
        var timings = new MetricValues
        {
            { TimingMetrics.ReinforcementSeconds, seconds },
            { TimingMetrics.ReinforcementSamplingSeconds, sampled },
            { TimingMetrics.ReinforcementUpdateSeconds, seconds - sampled },
            { TimingMetrics.ReinforcementSampledTokens, tokens / sampled },
            { TimingMetrics.LiveShare, _collector.LiveShare },
        };
        _session.Streams.Step(step + 1, metrics, timings);
        if (promotion is not null) _session.Observer.Notice($"step {step + 1}: {promotion}");
        _session.Health.Step(step + 1, metrics);
        _session.Observer.StepDone(RunStage.Reinforcement, step + 1, _recipe.Steps, metrics, timings);
    }

    public void Dispose()
    {
        _updates.Dispose();
        _reference?.Dispose();
    }

    /// <summary>How far the policy has come from the reference policy, now and then; the objective measures it in every step where it has a KL term.</summary>
    private void MeasureDistance(int step, List<RolloutGroup> groups, MetricValues metrics)
    {
        var every = _session.Recipe.Health.KlEvery;
        if (every == 0 || ((step + 1) % every != 0 && step + 1 != _recipe.Steps) || PolicyUpdates.NeedsReference(_recipe)) return;
        _reference ??= LoadReference();
        // The first samples of all problems, rather than all samples of the first.
        var samples = Enumerable.Range(0, _recipe.Samples).SelectMany(i => groups.Where(g => g.Attempt == 0).Select(g => new PolicySample(g.Prompt, g.Rollouts[i], 0))).Take(MostScored).ToArray();
        metrics.Add(ObjectiveMetrics.ReferenceKlK3, _reference.DistanceOf(samples));
    }

    /// <summary>The reference policy: the one that the stage began with, whose checkpoint always stays.</summary>
    private ReferencePolicy LoadReference() => ReferencePolicy.Load(
        _session.Folder.Checkpoint(_session.Recipe.ReinforcementStart), _session.Device, _session.Recipe.MicroBatchTokens, _session.Recipe.Model.Context, _recipe.Temperature);
}
