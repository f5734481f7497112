using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The steps of reinforcement learning of a run. <see cref="Step"/> reads from top to bottom: problems, samples and their scores,
/// the groups that teach, rewards, advantages, updates of the policy, records. Problem i of step s is number s · prompts + i of its
/// own part of the train split, its sample g has the stream (seed, step, i, g, round); so all of a step is a function of (seed,
/// step, weights, curriculum).
/// </summary>
internal sealed class ReinforcementStage : IDisposable
{
    /// <summary>Where its problems begin, so that they are not the corpus's.</summary>
    public const long FirstProblem = 1_000_000_000;

    private readonly RunSession _session;
    private readonly ReinforcementRecipe _recipe;
    private readonly SampleRewards _rewards;
    private readonly StepAdvantages _advantages;
    private readonly PolicyUpdates _updates;
    private readonly RolloutRecords _records;
    private readonly StagePolicies _policies;
    private readonly KlControl _kl;
    private readonly Critic? _critic;
    private readonly RewardModelScores _rewardModels;
    private readonly StageRollouts? _rollouts;
    private readonly SamplingAhead? _ahead;

    /// <param name="session">The run's.</param>
    /// <param name="curriculum">From a checkpoint; null at the beginning.</param>
    /// <param name="klCoefficient">The same, where it is steered.</param>
    public ReinforcementStage(RunSession session, CurriculumState? curriculum, double? klCoefficient = null)
    {
        _session = session;
        _recipe = session.Recipe.Reinforcement;
        _rewards = new SampleRewards(_recipe.Rewards, session.Recipe.LowestScore, _recipe.MaxTokens);
        _records = new RolloutRecords(RunStage.Reinforcement, _recipe.Sampling);
        Curriculum = session.Curriculum(_recipe.Curriculum, _recipe.Steps, curriculum);
        _kl = new KlControl(_recipe, klCoefficient);
        _ahead = SamplingAhead.For(session);
        _policies = new StagePolicies(session.Recipe, session.Model, LoadStart) { Ahead = _ahead?.Model };
        _critic = Critic.For(session.Recipe, session.Model, session.World);
        _rewardModels = new RewardModelScores(session);
        _rollouts = StageRollouts.For(session);
        _advantages = new StepAdvantages(_recipe, _kl, _policies.Reference, _critic, Teacher.Compares(session.Recipe) ? session.Teacher.Policy : null);
        _updates = new PolicyUpdates(session.Recipe, session.Graph, _policies.Reference, _kl, _critic, session.World);
    }

    /// <summary>What a checkpoint keeps of the stage beside the model.</summary>
    public StageState State => new(_updates.Optimizer, training =>
    {
        _policies.Write(training);
        _critic?.Write(training);
    });

    /// <summary>The coefficient of the KL where it is steered; else null.</summary>
    public double? KlCoefficient => _kl.Saved;

    public Curriculum Curriculum { get; }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="training">Its folder <c>training/</c>.</param>
    public void Read(string training)
    {
        OptimizerFile.Read(Path.Combine(training, OptimizerFile.FileName), _session.Model.Trained, _updates.Optimizer);
        _policies.Read(training);
        _critic?.Read(training);
    }

    /// <summary>One sampled batch and its updates, the <paramref name="step"/>-th from 0. Cancelling while it samples leaves no trace.</summary>
    public void Step(int step, CancellationToken cancellation)
    {
        var time = _session.Time;
        var (start, ranks) = (time.GetTimestamp(), RankTimings.Begin(_session.World));

        _policies.Renew(step);

        // Groups of samples: those that teach nothing are drawn again, round by round, with other problems.
        var groups = _ahead is null ? [] : TakeAhead(step, cancellation);
        var slots = _ahead is null ? Enumerable.Range(0, _recipe.Prompts).ToList() : [];
        var liveShare = double.NaN;
        for (var round = 0; slots.Count > 0 && round <= (_recipe.DynamicSampling ? _recipe.ResamplingRounds : 0); round++)
        {
            var problems = Problems(step, round, slots);
            RolloutGroup[] drawn = [];
            _policies.WithSampler(step, () =>
            {
                _rollouts?.Ready(step - StagePolicies.Age(_recipe, step), cancellation);
                drawn = Sample(problems, step, round, slots, cancellation);
            });
            if (round == 0 && _rollouts is null) liveShare = _session.Sampler.MeanLiveShare;
            groups.AddRange(drawn);
            slots = LeaveOut(drawn, slots);
        }

        List<RolloutGroup> trained = [.. groups.Where(g => g.Trained)];
        if (_advantages.Estimator.NeedsGreedy) _policies.WithSampler(step, () => DrawGreedy(trained, cancellation));
        var sampled = time.GetElapsedTime(start).TotalSeconds;

        // What each sample earned, and what that was beyond the expected.
        var metrics = new MetricValues();
        _rewards.Settle([.. groups, .. trained.Select(g => g.Greedy).OfType<RolloutGroup>()]);
        foreach (var group in trained) group.GreedyReward = group.Greedy?.Rewards[0] ?? double.NaN;
        _updates.Rescore(trained);
        _advantages.Set(trained, metrics);

        RolloutMetrics.CopyTo(metrics, SampleMetrics.Reinforcement, groups);
        SampleRewards.CopyTo(metrics, groups);
        EnvironmentMetrics.CopyTo(metrics, groups);
        foreach (var missing in _rewards.Missing(groups)) _session.Observer.Notice(missing);
        RolloutMetrics.CopyGreedyTo(metrics, trained);
        var promotion = Curriculum.Observe(step, CurriculumMetrics.Reinforcement, groups, metrics);
        MeasureDistance(step, groups, metrics);
        _updates.Run(step, trained, metrics, (in update, number, ofCritic, part) => Check(update, step, number, ofCritic, part));
        _ahead?.Rest();

        if (_recipe.StoreSamples)
            foreach (var sample in _records.Of(step + 1, groups)) _session.Streams.Sample(sample);
        var timings = Timings(time.GetElapsedTime(start).TotalSeconds, _ahead?.Seconds ?? sampled, _ahead?.Waited ?? sampled, groups, liveShare);
        if (_ahead is not null) timings.Add(TimingMetrics.SamplesWaited, Math.Min(1, _ahead.Waited / time.GetElapsedTime(start).TotalSeconds));
        _rollouts?.CopyTo(timings);
        ranks.Add(timings, time.GetElapsedTime(start).TotalSeconds);
        _session.Streams.Step(step + 1, metrics, timings);
        if (promotion is not null) _session.Observer.Notice($"step {step + 1}: {promotion}");
        _session.Health.Step(step + 1, metrics);
        _session.Observer.StepDone(RunStage.Reinforcement, step + 1, _recipe.Steps, metrics, timings);
    }

    public void Dispose()
    {
        // First of all: it may be sampling.
        _ahead?.Dispose();
        _updates.Dispose();
        _policies.Dispose();
        _critic?.Dispose();
        _rewardModels.Dispose();
        _rollouts?.Dispose();
    }

    /// <summary>Problems that no other step or round uses, of the levels that the curriculum draws.</summary>
    private Problem[] Problems(int step, int round, List<int> slots)
    {
        var seed = _session.Recipe.Seed;
        var problems = new Problem[slots.Count];
        for (var i = 0; i < problems.Length; i++)
        {
            // Whole passes begin at the first problem of an order.
            var index = (_recipe.Epochs is null ? FirstProblem : 0) + (((long)round * _recipe.Steps) + step) * _recipe.Prompts + slots[i];
            var draw = new RandomStream(seed, StreamStage.Shuffle, problem: index);
            problems[i] = _session.Problems.Source.Draw(Split.Train, Curriculum.Draw(step, ref draw), seed, index);
        }

        return problems;
    }

    /// <summary>The most likely completion of each problem.</summary>
    private void DrawGreedy(List<RolloutGroup> groups, CancellationToken cancellation)
    {
        // Nothing is random about it, so one stream does for all.
        var stream = new RandomStream(_session.Recipe.Seed, StreamStage.Sampling);
        var drawn = _session.Loop.Run([.. groups.Select(g => g.Problem)], 1, _recipe.MaxTokens, new SamplingOptions { Temperature = 0 }, (_, _) => stream, cancellation: cancellation);
        for (var i = 0; i < groups.Count; i++) groups[i].Greedy = new RolloutGroup(drawn[i], groups[i].Round);
        _rewardModels.Attach([.. groups.Select(g => g.Greedy!)], cancellation);
    }

    /// <summary>The groups of a step that were drawn ahead; the next step's are begun, to be drawn beside what follows.</summary>
    private List<RolloutGroup> TakeAhead(int step, CancellationToken cancellation)
    {
        var slots = Enumerable.Range(0, _recipe.Prompts).ToList();
        RolloutGroup[] groups = [.. _ahead!.Take(step, Problems(step, 0, slots), cancellation).Select(group => new RolloutGroup(group, 0))];
        _rewardModels.Attach(groups, cancellation);
        LeaveOut(groups, slots);
        if (step + 1 < _recipe.Steps) _ahead.Begin(step + 1, Problems(step + 1, 0, slots), cancellation);
        return [.. groups];
    }

    private RolloutGroup[] Sample(Problem[] problems, int step, int round, List<int> slots, CancellationToken cancellation)
    {
        var drawn = (_rollouts?.Loop ?? _session.Loop).Run(
            problems, _recipe.Samples, _recipe.MaxTokens, _recipe.Sampling,
            (i, g) => new RandomStream(_session.Recipe.Seed, StreamStage.Sampling, step, slots[i], g, round), cancellation: cancellation);
        RolloutGroup[] groups = [.. drawn.Select(group => new RolloutGroup(group, round))];
        _rewardModels.Attach(groups, cancellation);
        return groups;
    }

    /// <summary>
    /// Marks groups that are not trained on: of which fewer than two samples could be judged, and under dynamic sampling those whose
    /// samples are all right or all wrong.
    /// </summary>
    /// <returns>Their slots.</returns>
    private List<int> LeaveOut(RolloutGroup[] drawn, List<int> slots)
    {
        var left = new List<int>();
        for (var i = 0; i < drawn.Length; i++)
        {
            if (_recipe.DynamicSampling ? DynamicSampling.Keeps(drawn[i].Accuracies) : drawn[i].IsJudged) continue;
            drawn[i].Trained = false;
            left.Add(slots[i]);
        }

        return left;
    }

    /// <summary>Stops a run whose numbers are not finite, with the samples that made them so.</summary>
    private void Check(in TrainingStep update, int step, int number, bool ofCritic, IReadOnlyList<PolicyGroup> part)
    {
        var name = RunFolder.StepName(RunStage.Reinforcement, step + 1) + (number == 0 ? "" : $"-{number + 1}") + (ofCritic ? "-critic" : "");
        _session.Guard.Check(update, name, () => _records.Of(step + 1, part.Cast<RolloutGroup>()).Select(SampleStore.Line));
    }

    private static MetricValues Timings(double seconds, double sampled, double waited, List<RolloutGroup> groups, double liveShare)
    {
        var timings = new MetricValues
        {
            { TimingMetrics.ReinforcementSeconds, seconds },
            { TimingMetrics.ReinforcementSamplingSeconds, sampled },
            { TimingMetrics.ReinforcementUpdateSeconds, seconds - waited },
            { TimingMetrics.ReinforcementSampledTokens, groups.Sum(g => g.Rollouts.Sum(r => r.Tokens.Length)) / sampled },
        };
        // Servers elsewhere do not say.
        if (!double.IsNaN(liveShare)) timings.Add(TimingMetrics.LiveShare, liveShare);
        return timings;
    }

    /// <summary>How far the policy has come from the reference policy, now and then; the objective measures it in every step where it has a KL term.</summary>
    private void MeasureDistance(int step, List<RolloutGroup> groups, MetricValues metrics)
    {
        var every = _session.Recipe.Health.KlEvery;
        if (every == 0 || ((step + 1) % every != 0 && step + 1 != _recipe.Steps) || StagePolicies.IsCompared(_recipe)) return;
        PolicySample[] samples = [.. groups.Where(g => g.Round == 0).SelectMany(g => g.Rollouts.Select(r => new PolicySample(g.Prompt, r, 0)))];
        var (distance, tokens) = _policies.Start.DistanceOf(samples, _session.Recipe.Health.KlSamples ?? VocabularyDefaults.KlSamples, new RandomStream(_session.Recipe.Seed, StreamStage.ReferenceDistance, step));
        metrics.Add(ObjectiveMetrics.ReferenceKlK3, distance);
        metrics.Add(ObjectiveMetrics.ReferenceKlTokens, tokens);
    }

    /// <summary>The reference policy: the one that the stage began with, whose checkpoint always stays.</summary>
    private ReferencePolicy LoadStart() => StagePolicies.LoadStart(_session.Recipe, _session.Graph, _session.Folder);
}
