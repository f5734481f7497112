using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// What reinforcement learning does with the groups of a step that have their advantages: passes over them, each of one or more
/// optimizer steps on mini-batches, cut by problems. A part that teaches nothing, its advantages being all zero or its samples
/// masked, is left out and counted: a step of the optimizer would only follow its old momentum.
/// </summary>
internal sealed class PolicyUpdates : IDisposable
{
    private readonly ReinforcementRecipe _recipe;
    private readonly KlControl _kl;
    private readonly StepCorrection _correction;
    private readonly Critic? _critic;
    private readonly PolicyTrainer _trainer;
    private readonly LearningRateSchedule _schedule;

    /// <param name="recipe">Of the run.</param>
    /// <param name="graph">Of the model that is trained.</param>
    /// <param name="reference">Needed where the objective has a KL term.</param>
    /// <param name="kl">The coefficient of that; the recipe's own if left out.</param>
    /// <param name="critic">Trained on the same mini-batches; null without.</param>
    /// <param name="world">The ranks that mini-batches are shared out among; alone if left out.</param>
    public PolicyUpdates(TrainRecipe recipe, TrainingGraph graph, ReferencePolicy? reference, KlControl? kl = null, Critic? critic = null, World? world = null)
    {
        _critic = critic;
        _recipe = recipe.Reinforcement;
        _kl = kl ?? new KlControl(_recipe, saved: null);
        _correction = new StepCorrection(_recipe);
        Optimizer = new Optimizer(graph.Model.Device, graph.Model.Trained, _recipe.Optimizer.ToOptions(), world?.PeersOfOptimizer());
        _schedule = _recipe.Schedule.For(_recipe.Steps, movesAtOnce: !_recipe.Schedule.FromZero);
        _trainer = new PolicyTrainer(graph, Optimizer, ObjectiveNow(), _recipe.MaxTokens, _recipe.Temperature, _recipe.SharesPrompts)
        {
            Reference = _recipe.Options.KlCoefficient > 0 ? reference : null,
            World = world ?? World.Alone,
            SkipsIdle = _recipe.SkipsIdle,
        };
    }

    /// <summary>Told of each mini-batch: what its optimizer step did, or the critic's where that failed or was the only one; its number among the step's from 0; its groups.</summary>
    public delegate void Observer(in TrainingStep update, int number, bool ofCritic, IReadOnlyList<PolicyGroup> groups);

    public Optimizer Optimizer { get; }

    /// <summary>Computes log-probabilities anew, where samples are weighed by their difference from the sampler's. Before the updates.</summary>
    public void Rescore(IReadOnlyList<PolicyGroup> groups)
    {
        if (!_recipe.Corrects) return;
        var samples = groups.SelectMany(g => g.Rollouts.Select(r => new PolicySample(g.Prompt, r, 0))).ToArray();
        var logp = _trainer.Score(samples).AsSpan();
        foreach (var group in groups)
        {
            group.Old = new double[group.Rollouts.Length][];
            for (var g = 0; g < group.Rollouts.Length; g++)
            {
                var length = group.Rollouts[g].Tokens.Length;
                group.Old[g] = logp[..length].ToArray();
                logp = logp[length..];
            }
        }
    }

    /// <summary>
    /// Gives samples that were read back the entropies that their sampler knew, where what an update passes over depends on it. Before the updates,
    /// of groups that this engine drew with the policy as it is.
    /// </summary>
    public void Recall(int step, IReadOnlyList<PolicyGroup> groups)
    {
        if (!_recipe.SkipsIdle || _recipe.Corrects || !_recipe.Sampling.Unfiltered || StagePolicies.Age(_recipe, step) > 0) return;
        var entropies = _trainer.Entropies([.. groups.SelectMany(g => g.Rollouts.Select(r => new PolicySample(g.Prompt, r, 0)))]);
        var at = 0;
        foreach (var group in groups)
            for (var g = 0; g < group.Rollouts.Length; g++) group.Rollouts[g] = group.Rollouts[g] with { Entropies = entropies[at++] };
    }

    /// <summary>The updates of a step of the stage, from 0; adds what they measured.</summary>
    public void Run(int step, IReadOnlyList<PolicyGroup> groups, MetricValues metrics, Observer observer)
    {
        var policy = new PolicyMetrics();
        double loss = 0, norm = 0, rate = _schedule.At(step), mismatch = double.NaN;
        int updates = 0, skipped = 0, idle = 0, trained = 0, flat = 0;
        var batches = groups.Select(Samples).ToArray();
        PolicySample[] all = [.. batches.SelectMany(b => b)];
        if (_recipe.Corrects) _correction.Apply(all, metrics, isNow: StagePolicies.Age(_recipe, step) == 0);
        _trainer.Objective = ObjectiveNow();
        var critic = _critic is null ? null : new CriticUpdates(_critic, _critic.WarmsUp(step));
        for (var number = 0; number < _recipe.Iterations * _recipe.Updates; number++)
        {
            var part = PartOf(groups.Count, number % _recipe.Updates);
            PolicySample[] batch = [.. batches[part].SelectMany(b => b)];
            if (batch.Length == 0) continue;
            // Where every token is masked no term has a gradient, and a step would follow old momentum alone.
            var isMasked = !Array.Exists(batch, s => s.InLoss);
            var valued = isMasked ? null : critic?.Add(step, batch);
            if (critic is { WarmsUp: true })
            {
                if (valued is { } warmed) Tell(warmed, ofCritic: true);
                _trainer.Measure(batch, policy);
                continue;
            }

            if (isMasked || (!HasOtherTerms && !Array.Exists(batch, s => s.Teaches)))
            {
                // A policy that has collapsed looks like this: its entropy must still be seen.
                if (valued is { } alone) Tell(alone, ofCritic: true);
                // The sampler has seen it already, as long as the policy is that which it drew from.
                _trainer.Measure(batch, policy, isSamplers: updates == 0 && StagePolicies.Age(_recipe, step) == 0);
                idle++;
                continue;
            }

            var own = new PolicyMetrics();
            var update = _trainer.Step(batch, rate, own, isSamplers: updates == 0 && _recipe.Sampling.Unfiltered && StagePolicies.Age(_recipe, step) == 0);
            // Before the first update the policy is the one that sampled: to the bit, as long as one engine does both.
            if (updates == 0) mismatch = Math.Max(_trainer.Mismatch, Math.Max(Math.Abs(Math.Log(own.RatioMax)), Math.Abs(Math.Log(own.RatioMin))));
            policy.Merge(own);
            // One word a mini-batch: two would end each other's row of failures.
            if (update.Applied && valued is { Applied: false } failed) Tell(failed, ofCritic: true);
            else Tell(update, ofCritic: false);
            if (!update.Applied) skipped++;
            loss += update.Loss;
            norm += update.GradientNorm;
            if (number < _recipe.Updates) (trained, flat) = (trained + batch.Length, flat + _trainer.Idle);
            updates++;

            void Tell(in TrainingStep done, bool ofCritic) => observer(done, number, ofCritic, [.. groups.Take(part)]);
        }

        var names = OptimizerMetrics.Reinforcement;
        if (updates > 0)
        {
            metrics.Add(names.Loss, loss / updates);
            metrics.Add(names.GradNorm, norm / updates);
            // Samples of another policy differ, and are meant to.
            if (_recipe.Sampling.Unfiltered && StagePolicies.Age(_recipe, step) == 0) metrics.Add(ReinforcementMetrics.SamplerMismatch, mismatch);
        }

        names.AddRates(metrics, _recipe.Optimizer, rate);
        metrics.Add(ReinforcementMetrics.TrainedSamples, trained);
        if (_recipe.Staleness > 0 || _recipe.Lag is not null) metrics.Add(CorrectionMetrics.SampleAge, StagePolicies.Age(_recipe, step));
        if (_recipe.MaskTruncated && all.Count(s => s.Rollout.FinishReason == FinishReason.Length) is > 0 and var masked) metrics.Add(CorrectionMetrics.MaskedTruncated, masked);
        if (idle > 0) metrics.Add(ReinforcementMetrics.IdleMinibatches, idle);
        if (flat > 0) metrics.Add(ReinforcementMetrics.IdleSamples, flat);
        if (skipped > 0) metrics.Add(names.Skipped, skipped);
        critic?.CopyTo(step, metrics);
        policy.CopyTo(metrics);
        if (_kl.InReward) return;
        _kl.CopyTo(metrics);
        _kl.Observe(policy.ReferenceKlK3, all.Length);
    }

    public void Dispose() => Optimizer.Dispose();

    /// <summary>Whether a batch without advantages has something to follow all the same.</summary>
    private bool HasOtherTerms => _recipe.Options is { KlCoefficient: > 0 } or { EntropyCoefficient: not 0 };

    /// <summary>The problems of a mini-batch.</summary>
    private Range PartOf(int groups, int update) => (int)((long)update * groups / _recipe.Updates)..(int)((update + 1L) * groups / _recipe.Updates);

    /// <summary>With the coefficient of its KL as it is in this step.</summary>
    private IPolicyObjective ObjectiveNow()
    {
        var options = _recipe.Options;
        return PolicyObjectives.Find(_recipe.Objective).Create(options.KlCoefficient > 0 ? options with { KlCoefficient = _kl.Coefficient } : options);
    }

    /// <summary>A group's samples that were judged.</summary>
    private PolicySample[] Samples(PolicyGroup group) =>
    [
        .. Enumerable.Range(0, group.Rollouts.Length).Where(g => !double.IsNaN(group.Rewards[g])).Select(g => new PolicySample(group.Prompt, group.Rollouts[g], group.Advantages[g])
        {
            TokenAdvantages = group.TokenAdvantages?[g],
            Old = group.Old?[g],
            Values = group.Values?[g],
            Returns = group.Returns?[g],
            Mask = _recipe.MaskTruncated && group.Rollouts[g].FinishReason == FinishReason.Length ? new double[group.Rollouts[g].Tokens.Length] : DrawnTokens.Mask(group.Rollouts[g]),
        }),
    ];
}
