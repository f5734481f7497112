using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// What reinforcement learning does with the groups of a step that have their advantages: one or more optimizer steps on
/// mini-batches, cut by problems. A part whose advantages are all zero, every group having got equal rewards, is left out
/// and counted: there is nothing to learn from it, and a step of the optimizer would only follow its old momentum.
/// </summary>
internal sealed class PolicyUpdates : IDisposable
{
    private readonly ReinforcementRecipe _recipe;
    private readonly PolicyTrainer _trainer;
    private readonly LearningRateSchedule _schedule;

    /// <param name="recipe">Of the run.</param>
    /// <param name="graph">Of the model that is trained.</param>
    /// <param name="reference">Needed where the objective has a KL term.</param>
    public PolicyUpdates(TrainRecipe recipe, TrainingGraph graph, ReferencePolicy? reference)
    {
        _recipe = recipe.Reinforcement;
        Optimizer = new Optimizer(graph.Model.Device, graph.Model.Parameters, _recipe.Optimizer.ToOptions());
        _schedule = _recipe.Schedule.For(_recipe.Steps);
        var objective = PolicyObjectives.Find(_recipe.Objective).Create(_recipe.Options);
        _trainer = new PolicyTrainer(graph, Optimizer, objective, _recipe.MaxTokens, _recipe.Temperature) { Reference = reference?.Scorer };
    }

    /// <summary>Told of each optimizer step: what it did, its number among the step's from 0, and its groups.</summary>
    public delegate void Observer(in TrainingStep update, int number, IReadOnlyList<PolicyGroup> groups);

    public Optimizer Optimizer { get; }

    /// <summary>Whether the objective compares with a reference policy.</summary>
    public static bool NeedsReference(ReinforcementRecipe recipe) => recipe.Options.KlCoefficient > 0;

    /// <summary>The updates of a step of the stage, from 0; adds what they measured.</summary>
    public void Run(int step, IReadOnlyList<PolicyGroup> groups, MetricValues metrics, Observer observer)
    {
        var policy = new PolicyMetrics();
        double loss = 0, norm = 0, rate = _schedule.At(step), mismatch = double.NaN;
        int updates = 0, skipped = 0, idle = 0, samples = 0;
        for (var u = 0; u < _recipe.Updates; u++)
        {
            var part = groups.Skip((int)((long)u * groups.Count / _recipe.Updates)).Take((int)((u + 1L) * groups.Count / _recipe.Updates) - (int)((long)u * groups.Count / _recipe.Updates)).ToArray();
            if (part.Length == 0) continue;
            var batch = new List<PolicySample>();
            foreach (var group in part)
                for (var g = 0; g < group.Rollouts.Length; g++)
                    if (!double.IsNaN(group.Rewards[g])) batch.Add(new PolicySample(group.Prompt, group.Rollouts[g], group.Advantages[g]) { TokenAdvantages = group.TokenAdvantages?[g] });
            if (batch.Count == 0) continue;
            if (!Teaches(part))
            {
                // A policy that has collapsed looks like this: its entropy must still be seen.
                _trainer.Measure(batch, policy);
                idle++;
                continue;
            }

            var own = new PolicyMetrics();
            var update = _trainer.Step(batch, rate, own);
            // Before the first update the policy is the one that sampled: to the bit, as long as one engine does both.
            if (updates == 0) mismatch = Math.Max(Math.Abs(Math.Log(own.RatioMax)), Math.Abs(Math.Log(own.RatioMin)));
            policy.Merge(own);
            observer(update, u, part);
            if (!update.Applied) skipped++;
            loss += update.Loss;
            norm += update.GradientNorm;
            samples += batch.Count;
            updates++;
        }

        var names = OptimizerMetrics.Reinforcement;
        if (updates > 0)
        {
            metrics.Add(names.Loss, loss / updates);
            metrics.Add(names.GradNorm, norm / updates);
            metrics.Add(ReinforcementMetrics.SamplerMismatch, mismatch);
        }

        names.AddRates(metrics, _recipe.Optimizer, rate);
        metrics.Add(ReinforcementMetrics.TrainedSamples, samples);
        if (idle > 0) metrics.Add(ReinforcementMetrics.IdleMinibatches, idle);
        if (skipped > 0) metrics.Add(names.Skipped, skipped);
        policy.CopyTo(metrics);
    }

    public void Dispose() => Optimizer.Dispose();

    /// <summary>Whether an update would do more than keep its old direction.</summary>
    private bool Teaches(IReadOnlyList<PolicyGroup> groups)
    {
        var options = _recipe.Options;
        if (options.KlCoefficient > 0 || options.EntropyCoefficient != 0 || options.KlCovRatio > 0) return true;
        return groups.Any(group => group.TokenAdvantages is { } tokens ? tokens.Any(t => t.AsSpan().ContainsAnyExcept(0)) : group.Advantages.AsSpan().ContainsAnyExcept(0));
    }
}
