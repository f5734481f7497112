using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A sequence to learn: tokens, of which those from <paramref name="FirstTarget"/> on are targets; the prompt is masked.</summary>
internal readonly record struct SupervisedExample(int[] Tokens, int FirstTarget)
{
    public int Targets => Tokens.Length - Math.Max(FirstTarget, 1);
}

/// <summary>
/// Supervised fine-tuning: minimises the mean negative log-probability (nats) of the target tokens of the whole batch. Sequences
/// are packed, never padded; however they are cut into micro-batches, each token weighs 1 / targets of the batch.
/// </summary>
internal sealed class SupervisedTrainer(TrainingGraph graph, Optimizer optimizer)
{
    private readonly double[] _statistics = new double[4 * graph.Tape.TokenCapacity];
    private readonly double[] _upstream = new double[2 * graph.Tape.TokenCapacity];

    /// <summary>One optimizer step on a batch of examples.</summary>
    /// <param name="rate">The schedule's factor of the learning rate.</param>
    public TrainingStep Step(IReadOnlyList<SupervisedExample> examples, double rate)
    {
        var targets = 0L;
        foreach (var example in examples) targets += example.Targets;
        optimizer.ClearGradients();
        var loss = 0.0;
        graph.Head.Temperature = 1;
        for (var next = 0; next < examples.Count;)
        {
            graph.Batch.Clear();
            while (next < examples.Count && graph.Batch.Fits(examples[next].Tokens.Length))
            {
                graph.Batch.AddSequence(examples[next].Tokens, examples[next].FirstTarget, examples[next].Tokens.Length);
                next++;
            }

            if (graph.Batch.Tokens == 0) throw new Core.UserError($"a sequence of {examples[next].Tokens.Length} tokens exceeds the micro-batch of {graph.Tape.TokenCapacity}.", field: "micro_batch_tokens");
            loss += MicroBatch(targets);
        }

        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm)) return new TrainingStep(loss, norm, Applied: false);
        optimizer.Step(norm, rate);
        graph.Model.Pack(training: true);
        return new TrainingStep(loss, norm, Applied: true);
    }

    private double MicroBatch(long targets)
    {
        var tokens = graph.Batch.Tokens;
        for (var t = 0; t < tokens; t++) (_upstream[2 * t], _upstream[(2 * t) + 1]) = (-1.0 / targets, 0);
        graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * tokens));
        graph.ForwardHidden();
        graph.Backward();
        graph.Head.Statistics.Value.Read(0, _statistics.AsSpan(0, 4 * tokens));
        var sum = 0.0;
        // Rows without a target have log-probability 0.
        for (var t = 0; t < tokens; t++) sum -= _statistics[4 * t];
        return sum / targets;
    }
}
