namespace Deliberate.Training;

/// <summary>The coefficient of the KL to the reference, in the loss or in the reward: fixed, or steered to a target from step to step.</summary>
/// <param name="recipe">Of the stage.</param>
/// <param name="saved">The coefficient of a checkpoint; null at the beginning, or where it is fixed.</param>
internal sealed class KlControl(ReinforcementRecipe recipe, double? saved)
{
    private readonly AdaptiveKlCoefficient? _adaptive = recipe.Kl.Target is not { } target ? null
        : new AdaptiveKlCoefficient(saved ?? Math.Max(recipe.Kl.InReward, recipe.Options.KlCoefficient), target, recipe.Kl.Horizon);

    public bool InReward => recipe.Kl.InReward > 0;

    /// <summary>In force; 0 without a KL.</summary>
    public double Coefficient => _adaptive?.Value ?? Math.Max(recipe.Kl.InReward, recipe.Options.KlCoefficient);

    /// <summary>What a checkpoint keeps; null where it is fixed.</summary>
    public double? Saved => _adaptive?.Value;

    /// <summary>Notes the coefficient that a step used.</summary>
    public void CopyTo(MetricValues metrics)
    {
        if (_adaptive is not null) metrics.Add(CorrectionMetrics.KlCoefficient, Coefficient);
    }

    /// <summary>What a step measured, for the next one's coefficient.</summary>
    public void Observe(double kl, int samples)
    {
        if (double.IsFinite(kl)) _adaptive?.Update(kl, samples);
    }
}
