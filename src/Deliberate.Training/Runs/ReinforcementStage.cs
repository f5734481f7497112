using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The steps of reinforcement learning of a run: collect groups, advantages within them, one or more optimizer steps on the
/// batch, records of every sample.
/// </summary>
internal sealed class ReinforcementStage : IDisposable
{
    private readonly RunSession _session;
    private readonly ReinforcementRecipe _recipe;
    private readonly GroupSampler _sampler;
    private readonly RolloutCollector _collector;
    private readonly PolicyTrainer _trainer;
    private readonly LearningRateSchedule _schedule;
    private readonly RunHealth _health;
    private readonly LanguageModel? _reference;
    private readonly TrainingGraph? _referenceGraph;

    /// <param name="session">The run's.</param>
    /// <param name="curriculum">From a checkpoint; null at the beginning.</param>
    public ReinforcementStage(RunSession session, CurriculumState? curriculum)
    {
        _session = session;
        _recipe = session.Recipe.Reinforcement;
        _sampler = new GroupSampler(session, _recipe.Samples, _recipe.MaxTokens, _recipe.Temperature, _recipe.Rewards, _recipe.Overlong.Cache);
        Curriculum = new Curriculum(_recipe.Curriculum, session.Recipe.Family, _recipe.Steps, curriculum);
        _collector = new RolloutCollector(session, _sampler, Curriculum);
        _health = new RunHealth(session.Observer);
        Optimizer = new Optimizer(session.Device, session.Model.Parameters, _recipe.Optimizer.ToOptions());
        _schedule = _recipe.Schedule.For(_recipe.Steps);
        if (_recipe.Options.KlCoefficient > 0)
        {
            // The reference policy is what the stage began with, whose checkpoint always stays.
            (_reference, _) = Checkpoint.LoadModel(session.Folder.Checkpoint(session.Recipe.ReinforcementStart), session.Device);
            var tokens = session.Recipe.MicroBatchTokens;
            _referenceGraph = new TrainingGraph(_reference, tokens, RunSession.Segments(tokens), session.Recipe.Model.Context, training: false);
        }

        var objective = PolicyObjectives.Find(_recipe.Objective).Create(_recipe.Options);
        _trainer = new PolicyTrainer(session.Graph, Optimizer, objective, _recipe.MaxTokens, _recipe.Temperature) { Reference = _referenceGraph };
    }

    public Optimizer Optimizer { get; }

    public Curriculum Curriculum { get; }

    /// <summary>One sampled batch and its updates, the <paramref name="step"/>-th from 0. Cancelling while it samples leaves no trace.</summary>
    public void Step(int step, CancellationToken cancellation)
    {
        var time = _session.Time;
        var start = time.GetTimestamp();
        var groups = _collector.Collect(step, cancellation);
        var sampled = time.GetElapsedTime(start).TotalSeconds;
        var trained = groups.Where(g => g.Trained).ToArray();
        Advantages(trained);
        var metrics = new List<KeyValuePair<string, double>>();
        RolloutMetrics.CopyTo(metrics, "rl", groups);
        var promotion = Curriculum.Observe(step, "rl", groups, metrics);
        Update(step, trained, metrics);
        if (_recipe.StoreSamples)
            foreach (var sample in _sampler.Records(RunStage.Reinforcement, step + 1, groups)) _session.Streams.Sample(sample);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var tokens = groups.Sum(g => g.Rollouts.Sum(r => r.Tokens.Length));
        List<KeyValuePair<string, double>> timings =
        [
            new("rl/seconds", seconds),
            new("rl/sampling_seconds", sampled),
            new("rl/update_seconds", seconds - sampled),
            new("rl/sampled_tokens_per_second", tokens / sampled),
            new("rl/live_share", _collector.LiveShare),
        ];
        _session.Streams.Step(step + 1, metrics, timings);
        if (promotion is not null) _session.Observer.Notice($"step {step + 1}: {promotion}");
        _health.Check(step + 1, metrics);
        _session.Observer.StepDone(RunStage.Reinforcement, step + 1, _recipe.Steps, metrics, timings);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        _referenceGraph?.Dispose();
        _reference?.Dispose();
    }

    private void Advantages(RolloutGroup[] trained)
    {
        var starts = new int[trained.Length + 1];
        for (var i = 0; i < trained.Length; i++) starts[i + 1] = starts[i] + _recipe.Samples;
        var advantages = new double[starts[^1]];
        GroupAdvantages.Compute([.. trained.SelectMany(g => g.Rewards)], starts, _recipe.Advantage, advantages);
        for (var i = 0; i < trained.Length; i++) advantages.AsSpan(starts[i], _recipe.Samples).CopyTo(trained[i].Advantages);
    }

    private void Update(int step, RolloutGroup[] trained, List<KeyValuePair<string, double>> metrics)
    {
        var policy = new PolicyMetrics();
        double loss = 0, norm = 0, rate = _schedule.At(step);
        int updates = 0, skipped = 0;
        for (var u = 0; u < _recipe.Updates; u++)
        {
            var part = trained[(int)((long)u * trained.Length / _recipe.Updates)..(int)((u + 1L) * trained.Length / _recipe.Updates)];
            if (part.Length == 0) continue;
            var batch = new List<PolicySample>(part.Length * _recipe.Samples);
            foreach (var group in part)
                for (var g = 0; g < group.Rollouts.Length; g++) batch.Add(new PolicySample(group.Prompt, group.Rollouts[g], group.Advantages[g]));
            var update = _trainer.Step(batch, rate, policy);
            var name = RunFolder.StepName(RunStage.Reinforcement, step + 1) + (u == 0 ? "" : $"-{u + 1}");
            if (!_session.Guard.Check(update, name, () => _sampler.Records(RunStage.Reinforcement, step + 1, part).Select(SampleStore.Line))) skipped++;
            loss += update.Loss;
            norm += update.GradientNorm;
            updates++;
        }

        if (updates > 0)
        {
            metrics.Add(new("rl/loss", loss / updates));
            metrics.Add(new("rl/gradient_norm", norm / updates));
        }

        metrics.Add(new("rl/rate", rate));
        metrics.Add(new("rl/trained_samples", trained.Length * _recipe.Samples));
        if (skipped > 0) metrics.Add(new("rl/skipped", skipped));
        policy.CopyTo(metrics);
    }
}
