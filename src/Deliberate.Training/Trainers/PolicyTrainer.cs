using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A sampled completion to train the policy on.</summary>
internal sealed record PolicySample(int[] Prompt, Rollout Rollout, double Advantage);

/// <summary>
/// The policy update: log-probabilities and entropies of the samples' tokens forward, the objective and its gradient in double on
/// the host, backward, one optimizer step. The samples' own log-probabilities are the old policy's: the sampler is this very
/// model. What the objective normalises by belongs to the whole batch, so micro-batches do not show.
/// </summary>
internal sealed class PolicyTrainer(TrainingGraph graph, Optimizer optimizer, IPolicyObjective objective, int maxCompletionTokens, double temperature)
{
    private readonly double[] _statistics = new double[4 * graph.Tape.TokenCapacity];
    private readonly double[] _upstream = new double[2 * graph.Tape.TokenCapacity];
    private readonly int[] _rows = new int[graph.Tape.Batch.SegmentCapacity];

    /// <summary>Log-probabilities under a frozen reference, [samples][tokens]; needed where the objective has a KL term.</summary>
    public TrainingGraph? Reference { get; init; }

    /// <summary>One optimizer step on a batch of samples.</summary>
    public TrainingStep Step(IReadOnlyList<PolicySample> samples, double rate, PolicyMetrics metrics)
    {
        var offsets = new int[samples.Count + 1];
        for (var i = 0; i < samples.Count; i++) offsets[i + 1] = offsets[i] + samples[i].Rollout.Tokens.Length;
        var tokens = offsets[^1];
        double[] logpNew = new double[tokens], entropies = new double[tokens], logpOld = new double[tokens], gradLogp = new double[tokens], gradEntropy = new double[tokens];
        var advantages = new double[samples.Count];
        var reference = Reference is null ? [] : new double[tokens];
        for (var i = 0; i < samples.Count; i++)
        {
            advantages[i] = samples[i].Advantage;
            for (var t = 0; t < samples[i].Rollout.Tokens.Length; t++) logpOld[offsets[i] + t] = samples[i].Rollout.BehaviourLogProbabilities[t];
        }

        PolicyBatch Whole() => new()
        {
            Offsets = offsets,
            LogpNew = logpNew,
            Advantages = advantages,
            LogpOld = logpOld,
            LogpReference = reference,
            LogpSampler = logpOld,
            Entropies = entropies,
        };
        graph.Head.Temperature = temperature;
        if (Reference is not null)
        {
            Reference.Head.Temperature = temperature;
            Score(Reference, samples, offsets, reference, null);
        }

        // Objectives that look at the whole batch's entropies or covariances need a scoring pass before the gradient's.
        var options = objective.Options;
        if (options.TopEntropyQuantile < 1 || options.KlCovRatio > 0) Score(graph, samples, offsets, logpNew, entropies);
        var normalisers = BatchNormalisers.Of(Whole(), options, maxCompletionTokens);
        optimizer.ClearGradients();
        var loss = 0.0;
        for (var first = 0; first < samples.Count;)
        {
            var count = Pack(graph, samples, first);
            graph.Forward();
            Gather(graph, samples, first, count, offsets, logpNew, entropies);
            var start = offsets[first];
            var length = offsets[first + count] - start;
            loss += objective.Evaluate(Whole().Slice(first, count), normalisers, gradLogp.AsSpan(start, length), gradEntropy.AsSpan(start, length), metrics);
            Scatter(samples, first, count, offsets, gradLogp, gradEntropy);
            graph.Backward();
            first += count;
        }

        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm)) return new TrainingStep(loss, norm, Applied: false);
        optimizer.Step(norm, rate);
        graph.Model.Pack(training: true);
        return new TrainingStep(loss, norm, Applied: true);
    }

    private void Score(TrainingGraph scorer, IReadOnlyList<PolicySample> samples, int[] offsets, double[] logp, double[]? entropies)
    {
        for (var first = 0; first < samples.Count;)
        {
            var count = Pack(scorer, samples, first);
            scorer.Forward();
            Gather(scorer, samples, first, count, offsets, logp, entropies);
            first += count;
        }
    }

    private int Pack(TrainingGraph target, IReadOnlyList<PolicySample> samples, int first)
    {
        target.Batch.Clear();
        var count = 0;
        while (first + count < samples.Count)
        {
            var sample = samples[first + count];
            var length = sample.Prompt.Length + sample.Rollout.Tokens.Length;
            if (!target.Batch.Fits(length)) break;
            _rows[count] = target.Batch.AddSequence([.. sample.Prompt, .. sample.Rollout.Tokens], sample.Prompt.Length, length) + sample.Prompt.Length - 1;
            count++;
        }

        if (count == 0) throw new Core.UserError($"a prompt and completion of {samples[first].Prompt.Length + samples[first].Rollout.Tokens.Length} tokens exceed the micro-batch of {target.Tape.TokenCapacity}.", field: "micro_batch_tokens");
        return count;
    }

    private void Gather(TrainingGraph source, IReadOnlyList<PolicySample> samples, int first, int count, int[] offsets, double[] logp, double[]? entropies)
    {
        source.Head.Statistics.Value.Read(0, _statistics.AsSpan(0, 4 * source.Batch.Tokens));
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < samples[first + i].Rollout.Tokens.Length; t++)
            {
                var row = 4 * (_rows[i] + t);
                logp[offsets[first + i] + t] = _statistics[row];
                if (entropies is not null) entropies[offsets[first + i] + t] = _statistics[row + 1];
            }
        }
    }

    private void Scatter(IReadOnlyList<PolicySample> samples, int first, int count, int[] offsets, double[] gradLogp, double[] gradEntropy)
    {
        var tokens = graph.Batch.Tokens;
        Array.Clear(_upstream, 0, 2 * tokens);
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < samples[first + i].Rollout.Tokens.Length; t++)
            {
                var row = 2 * (_rows[i] + t);
                _upstream[row] = gradLogp[offsets[first + i] + t];
                _upstream[row + 1] = gradEntropy[offsets[first + i] + t];
            }
        }

        graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * tokens));
    }
}
