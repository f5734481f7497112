namespace Deliberate.Training;

/// <summary>What is measured of the critic.</summary>
internal static class CriticMetrics
{
    private const string Where = "with the advantages of `gae`", Updates = "with the advantages of `gae`, steps with an update";

    public static RunMetric ExplainedVariance { get; } = new("critic/explained_variance", MetricUnit.Number, "Share of the variance of the returns that the critic's values explain: 1 is all of it, 0 no more than their mean does, less than 0 is worse than that.", "1 - Var(return - value) / Var(return) over the step's tokens, values before its updates; verl `critic/vf_explained_var`", Where);

    public static RunMetric ValueMean { get; } = new("critic/value_mean", MetricUnit.Reward, "Mean value of a token, before the step's updates.", "verl `critic/values/mean`", Where);

    public static RunMetric ReturnMean { get; } = new("critic/return_mean", MetricUnit.Reward, "Mean return of a token: what the critic is to tell.", "advantage + value; verl `critic/returns/mean`", Where);

    public static RunMetric Loss { get; } = new("critic/loss", MetricUnit.Size, "Loss of the critic, before the update.", "0.5 · the clipped squared error, aggregated as the policy's loss; mean over the step's mini-batches; verl `critic/vf_loss`", Updates);

    public static RunMetric ClipFraction { get; } = new("critic/clip_fraction", MetricUnit.Share, "Tokens whose value has moved beyond the clip.", "verl `critic/vf_clipfrac`", Updates);

    public static RunMetric GradNorm { get; } = new("critic/grad_norm", MetricUnit.Size, "L2 norm of the critic's gradient, before clipping.", "mean over the step's mini-batches; verl `critic/grad_norm`", Updates);

    public static RunMetric LearningRate { get; } = new("critic/learning_rate", MetricUnit.Size, "Learning rate of the critic in this step.", "`critic.optimizer.learning_rate` times the schedule; verl `critic/lr`", Where);

    public static RunMetric Skipped { get; } = new("critic/skipped_minibatches", MetricUnit.Count, "Mini-batches whose loss or gradient of the critic was not finite: left out.", "its weights stayed as they were; three in a row stop the run", "where there are any");

    public static IReadOnlyList<RunMetric> All { get; } = [ExplainedVariance, ValueMean, ReturnMean, Loss, ClipFraction, GradNorm, LearningRate, Skipped];
}
