namespace Deliberate.Training;

/// <summary>
/// Every metric, in the order in which documents show them. To add one: declare it in the file of its group, record it there where
/// it is measured, and write docs/metrics.md again (<c>deliberate metrics --output docs/metrics.md</c>).
/// </summary>
internal static class MetricList
{
    private const string Stream = "`metrics.jsonl` and TensorBoard";

    public static IReadOnlyList<MetricGroup> Groups { get; } =
    [
        new("Supervised training", $"Of a step: {Stream}.", [.. OptimizerMetrics.Supervised.All, .. SupervisedMetrics.All]),
        new("Expert iteration", $"{Stream}. The first step of a round samples, the others imitate what was kept.", [.. ExpertMetrics.All, .. SampleMetrics.ExpertIteration.All, .. CurriculumMetrics.ExpertIteration.All, .. OptimizerMetrics.ExpertIteration.All]),
        new("Reinforcement learning", $"Of a step: {Stream}. What is said of samples is of the groups drawn first; those that dynamic sampling draws in their place are a selection.", [.. SampleMetrics.Reinforcement.All, .. CurriculumMetrics.Reinforcement.All, .. ReinforcementMetrics.All, .. CorrectionMetrics.All, .. DistillationMetrics.All, .. OptimizerMetrics.Reinforcement.All]),
        new("Environments", $"Of a step of reinforcement learning: {Stream}.", EnvironmentMetrics.All),
        new("The critic", $"Of a step of reinforcement learning: {Stream}.", CriticMetrics.All),
        new("The policy's updates", $"Of a step of reinforcement learning: {Stream}. Over the tokens in the loss of all its mini-batches; ρ = exp(new - old) is the importance ratio of the policy before an update to the one that sampled, per token also for sequence-level objectives.", ObjectiveMetrics.All),
        new("Evaluations", "TensorBoard, and `checkpoint.best_metric`; by steps of reinforcement learning. Every sample is in `evaluations/NAME.jsonl`.", EvaluationMetrics.Run.All),
        new("The evaluation before imitation", "TensorBoard, at step 0 of supervised training: of the model that the run starts from.", EvaluationMetrics.Start.All),
        new("Evaluations between rounds of expert iteration", "TensorBoard, by steps of expert iteration.", EvaluationMetrics.Rounds.All),
        new("Timings", "`timings.jsonl` and TensorBoard. They differ from run to run, and a resumed run does not reproduce them.", TimingMetrics.All),
    ];

    public static IEnumerable<RunMetric> All => Groups.SelectMany(g => g.Metrics);

    /// <summary>The metric of that name, or the family it is of; null where none is declared.</summary>
    public static RunMetric? Find(string name) => All.FirstOrDefault(m => m.Is(name));
}
