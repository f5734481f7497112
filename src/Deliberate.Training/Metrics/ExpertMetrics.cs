namespace Deliberate.Training;

/// <summary>What expert iteration records besides its samples and optimizer steps.</summary>
internal static class ExpertMetrics
{
    private const string Sampling = "steps that sample";

    public static RunMetric Round { get; } = new("ei/round", MetricUnit.Count, "The round of expert iteration, from 1.", "`expert_iteration.rounds`");

    public static RunMetric Solved { get; } = new("ei/solved", MetricUnit.Share, "Problems of which some sample is right: pass@k, k being the samples of a problem.", "over the round's problems", Sampling);

    public static RunMetric Kept { get; } = new("ei/kept", MetricUnit.Count, "Completions that are kept to be imitated.", "right ones, by `most_per_problem`, `deduplicate`, `every_step_right`", Sampling);

    public static RunMetric KeptTokens { get; } = new("ei/kept_tokens", MetricUnit.Tokens, "Tokens of the kept completions, end tokens included.", "sum", Sampling);

    public static RunMetric Duplicates { get; } = new("ei/duplicates", MetricUnit.Count, "Right completions that were left out for being the same as another of their problem.", "token for token", Sampling);

    public static RunMetric Minibatches { get; } = new("ei/minibatches", MetricUnit.Count, "Mini-batches that the kept completions make: the optimizer steps that follow in this round.", "all epochs; `expert_iteration.batch_tokens` is where one ends", Sampling);

    public static RunMetric BatchTokens { get; } = new("ei/batch_tokens", MetricUnit.Tokens, "Tokens of the mini-batch, prompts included.", "sum", "steps that imitate");

    public static IReadOnlyList<RunMetric> All { get; } = [Round, Solved, Kept, KeptTokens, Duplicates, Minibatches, BatchTokens];
}
