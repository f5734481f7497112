using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What the optimizer steps of a stage say of themselves.</summary>
internal sealed class OptimizerMetrics
{
    /// <param name="stage">What opens the names.</param>
    /// <param name="loss">Which differs between imitation and reinforcement learning.</param>
    /// <param name="mean">What is said of values that several mini-batches have a part in.</param>
    /// <param name="updates">Which steps make an update.</param>
    /// <param name="steps">Which steps have a learning rate.</param>
    private OptimizerMetrics(string stage, RunMetric loss, string mean, string updates, string steps)
    {
        Loss = loss;
        GradNorm = new($"{stage}/grad_norm", MetricUnit.Size, "L2 norm of the gradient over all weights, before clipping.", $"{mean}TRL `grad_norm`, verl `actor/grad_norm`", updates);
        LearningRate = new($"{stage}/learning_rate", MetricUnit.Size, "Learning rate of AdamW or SGD in this step.", "the stage's `optimizer.learning_rate` times the schedule; TRL `learning_rate`, verl `actor/lr`", steps);
        MuonLearningRate = new($"{stage}/muon_learning_rate", MetricUnit.Size, "Learning rate of the matrices that Muon updates.", "the stage's `optimizer.muon_learning_rate` times the schedule", "with `optimizer.kind: muon`");
        Skipped = new($"{stage}/skipped_minibatches", MetricUnit.Count, "Mini-batches whose loss or gradient was not finite: left out, the weights stayed as they were.", "three in a row stop the run", "where there are any");
    }

    public static OptimizerMetrics Supervised { get; } = Imitation("sft", "every step", "");

    public static OptimizerMetrics ExpertIteration { get; } = Imitation("ei", "steps that imitate", "; with `labels: soft` the mean of KL(teacher || policy)");

    public static OptimizerMetrics Reinforcement { get; } = new(
        "rl", new("rl/loss", MetricUnit.Number, "Loss of the policy objective, before the update.", "the objective's, as docs/objectives.md has it; mean over the step's mini-batches; TRL `loss`, verl `actor/pg_loss`", "steps with an update"),
        "mean over the step's mini-batches; ", "steps with an update", "every step");

    /// <summary>Of every stage.</summary>
    public static IReadOnlyList<OptimizerMetrics> Stages => [Supervised, ExpertIteration, Reinforcement];

    public RunMetric Loss { get; }

    public RunMetric GradNorm { get; }

    public RunMetric LearningRate { get; }

    public RunMetric MuonLearningRate { get; }

    public RunMetric Skipped { get; }

    public IReadOnlyList<RunMetric> All => [Loss, GradNorm, LearningRate, MuonLearningRate, Skipped];

    /// <summary>Adds the learning rates of a step.</summary>
    /// <param name="factor">By which the schedule multiplies them.</param>
    public void AddRates(MetricValues values, OptimizerRecipe optimizer, double factor)
    {
        values.Add(LearningRate, factor * optimizer.LearningRate);
        if (optimizer.Kind == OptimizerKind.Muon) values.Add(MuonLearningRate, factor * optimizer.MuonLearningRate);
    }

    private static OptimizerMetrics Imitation(string stage, string steps, string further) => new(
        stage, new($"{stage}/loss", MetricUnit.NatsAToken, "Cross-entropy of the tokens to imitate, before the update.", $"mean of -log p over the batch's completion tokens{further}; TRL `loss`", steps), "", steps, steps);
}
