using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// The weights and masks of a step's samples for the difference between the policy that they were drawn from and the one that is
/// trained, over the whole batch, before it is cut into mini-batches.
/// </summary>
internal sealed class StepCorrection(ReinforcementRecipe recipe)
{
    /// <param name="samples">Whose log-probabilities were computed anew.</param>
    /// <param name="metrics">Added to.</param>
    /// <param name="isNow">Whether they are of the weights that are trained.</param>
    public void Apply(IReadOnlyList<PolicySample> samples, MetricValues metrics, bool isNow)
    {
        if (samples.Count == 0) return;
        var offsets = PolicyScorer.Offsets(samples);
        double[] old = new double[offsets[^1]], sampler = new double[offsets[^1]], mask = [];
        for (var i = 0; i < samples.Count; i++)
        {
            samples[i].Old!.CopyTo(old, offsets[i]);
            for (var t = offsets[i]; t < offsets[i + 1]; t++) sampler[t] = samples[i].Rollout.IsDrawn(t - offsets[i]) ? samples[i].Rollout.BehaviourLogProbabilities[t - offsets[i]] : old[t];
        }

        if (samples.Any(s => s.Mask is not null)) mask = [.. samples.SelectMany(s => s.Mask ?? Ones(s.Rollout.Tokens.Length))];
        Rollout[] rollouts = [.. samples.Select(s => s.Rollout)];
        var (mean, maximum) = SamplerCorrection.Mismatch(DrawnTokens.Of(rollouts, old), DrawnTokens.Of(rollouts, sampler));
        metrics.Add(CorrectionMetrics.DifferenceMean, mean);
        metrics.Add(CorrectionMetrics.DifferenceMax, maximum);
        if (isNow && recipe.Lag is null && samples.Any(s => s.Rollout.WeightVersion is not null)) metrics.Add(CorrectionMetrics.RolloutDifference, mean);
        if (recipe.SamplerCorrection is { } weigh) Weigh(weigh, samples, offsets, old, sampler, metrics);
        if (recipe.RolloutCorrection is { } correct) Correct(correct, samples, offsets, [.. old.Zip(sampler, (o, s) => o - s)], mask, metrics);
    }

    private static void Weigh(SamplerCorrectionRecipe recipe, IReadOnlyList<PolicySample> samples, int[] offsets, double[] old, double[] sampler, MetricValues metrics)
    {
        var perSequence = SamplerCorrection.PerSequence(recipe.Mode);
        var weights = new double[perSequence ? samples.Count : old.Length];
        SamplerCorrection.Weights(recipe.Mode, offsets, old, sampler, weights, recipe.Minimum, recipe.Maximum);
        for (var i = 0; i < samples.Count; i++)
        {
            if (perSequence) samples[i].SequenceWeight = weights[i];
            else samples[i].TokenWeights = weights[offsets[i]..offsets[i + 1]];
        }

        metrics.Add(CorrectionMetrics.WeightMean, weights.Average());
        metrics.Add(CorrectionMetrics.WeightMax, weights.Max());
        metrics.Add(CorrectionMetrics.Rejected, (double)weights.Count(w => w == 0) / weights.Length);
    }

    private static void Correct(RolloutCorrectionRecipe recipe, IReadOnlyList<PolicySample> samples, int[] offsets, double[] logRatio, double[] mask, MetricValues metrics)
    {
        var inLoss = mask.Length == 0 ? logRatio.Length : mask.Sum();
        if (inLoss == 0) return;
        if (recipe.Weights is { } level)
        {
            var weights = new double[logRatio.Length];
            var seen = RolloutCorrection.Weights(level, offsets, logRatio, mask, recipe.Threshold, recipe.Normalize, weights);
            for (var i = 0; i < samples.Count; i++) samples[i].TokenWeights = weights[offsets[i]..offsets[i + 1]];
            metrics.Add(CorrectionMetrics.WeightMean, seen.Mean);
            metrics.Add(CorrectionMetrics.WeightMax, seen.Maximum);
            metrics.Add(CorrectionMetrics.EffectiveSampleSize, seen.EffectiveSampleSize);
        }

        if (recipe.Reject is not { } bounds) return;
        var kept = new double[logRatio.Length];
        _ = RolloutCorrection.Reject(bounds, offsets, logRatio, mask, recipe.Upper, recipe.Lower, kept);
        for (var i = 0; i < samples.Count; i++) samples[i].Mask = kept[offsets[i]..offsets[i + 1]];
        metrics.Add(CorrectionMetrics.Rejected, 1 - (kept.Sum() / inLoss));
    }

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
