namespace Deliberate.Training;

/// <summary>What supervised training records besides its optimizer steps.</summary>
internal static class SupervisedMetrics
{
    public static RunMetric BatchTokens { get; } = new("sft/batch_tokens", MetricUnit.Tokens, "Tokens of the batch, prompts included.", "`supervised.batch_tokens` is where a batch ends");

    public static RunMetric Examples { get; } = new("sft/examples", MetricUnit.Count, "Examples that all steps so far have used.", "of the corpus and of your data");

    public static RunMetric TooLong { get; } = new("sft/too_long", MetricUnit.Count, "Worked solutions that were passed over because they are longer than `model.context`.", "of those drawn for the batch", "where there are any");

    public static RunMetric ValidationLoss { get; } = new("sft/validation_loss", MetricUnit.NatsAToken, "Cross-entropy of the held-out examples of your data.", "mean of -log p over their completion tokens; TRL `eval_loss`", "every `supervised.validation_every` steps and the last");

    public static RunMetric LabelAccuracy { get; } = new("sft/label_accuracy", MetricUnit.Share, "Labels of the batch that a reward model had right, or pairs whose better answer had the higher score, before the update.", "of a process reward model steps, of an outcome reward model solutions, of preferences pairs", "with `reward_model` or `preference`");

    public static IReadOnlyList<RunMetric> All { get; } = [BatchTokens, Examples, TooLong, ValidationLoss, LabelAccuracy];
}
