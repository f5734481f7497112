using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A sampled completion to train the policy on.</summary>
internal sealed record PolicySample(int[] Prompt, Rollout Rollout, double Advantage)
{
    /// <summary>One a token, in place of <see cref="Advantage"/>; all samples of a batch have them or none.</summary>
    public double[]? TokenAdvantages { get; init; }
}

/// <summary>
/// The policy update: log-probabilities and entropies of the samples' tokens forward, the objective and its gradient in double on
/// the host, backward, one optimizer step. The samples' own log-probabilities are the old policy's: the sampler is this very
/// model. What the objective normalises by belongs to the whole batch, so micro-batches do not show. A step allocates nothing once
/// the buffers have grown to the largest batch.
/// </summary>
internal sealed class PolicyTrainer(TrainingGraph graph, Optimizer optimizer, IPolicyObjective objective, int maxCompletionTokens, double temperature)
{
    private readonly double[] _upstream = new double[2 * graph.Tape.TokenCapacity];
    private readonly PolicyScorer _scorer = new(graph, temperature);
    private int[] _offsets = [];
    private double[] _advantages = [], _tokenValues = [];

    /// <summary>A frozen reference; needed where the objective has a KL term.</summary>
    public PolicyScorer? Reference { get; init; }

    /// <summary>One optimizer step on a batch of samples.</summary>
    public TrainingStep Step(IReadOnlyList<PolicySample> samples, double rate, PolicyMetrics metrics)
    {
        var offsets = Offsets(samples);
        var tokens = offsets[^1];
        var advantages = Room(ref _advantages, samples.Count);
        var values = Room(ref _tokenValues, 7 * tokens);
        Span<double> logpNew = values[..tokens], entropies = values.Slice(tokens, tokens), logpOld = values.Slice(2 * tokens, tokens);
        Span<double> gradLogp = values.Slice(3 * tokens, tokens), gradEntropy = values.Slice(4 * tokens, tokens);
        var reference = Reference is null ? [] : values.Slice(5 * tokens, tokens);
        var tokenAdvantages = samples[0].TokenAdvantages is null ? [] : values.Slice(6 * tokens, tokens);
        for (var i = 0; i < samples.Count; i++)
        {
            advantages[i] = samples[i].Advantage;
            samples[i].TokenAdvantages?.CopyTo(tokenAdvantages[offsets[i]..]);
            for (var t = 0; t < samples[i].Rollout.Tokens.Length; t++) logpOld[offsets[i] + t] = samples[i].Rollout.BehaviourLogProbabilities[t];
        }

        // Views of the memory that the passes below fill.
        var whole = new PolicyBatch
        {
            Offsets = offsets,
            LogpNew = logpNew,
            Advantages = advantages,
            TokenAdvantages = tokenAdvantages,
            LogpOld = logpOld,
            LogpReference = reference,
            LogpSampler = logpOld,
            Entropies = entropies,
        };
        Reference?.Score(samples, offsets, reference, []);

        // Objectives that look at the whole batch's entropies or covariances need a scoring pass before the gradient's.
        var options = objective.Options;
        if (options.TopEntropyQuantile < 1 || options.KlCovRatio > 0) _scorer.Score(samples, offsets, logpNew, entropies);
        var normalisers = BatchNormalisers.Of(whole, options, maxCompletionTokens);
        optimizer.ClearGradients();
        var loss = 0.0;
        for (var first = 0; first < samples.Count;)
        {
            var count = _scorer.Forward(samples, first, offsets, logpNew, entropies);
            var start = offsets[first];
            var length = offsets[first + count] - start;
            loss += objective.Evaluate(whole.Slice(first, count), normalisers, gradLogp.Slice(start, length), gradEntropy.Slice(start, length), metrics);
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

    /// <summary>The entropies of a batch that is not trained on.</summary>
    public void Measure(IReadOnlyList<PolicySample> samples, PolicyMetrics metrics)
    {
        var offsets = Offsets(samples);
        var tokens = offsets[^1];
        var values = Room(ref _tokenValues, 2 * tokens);
        var entropies = values[tokens..];
        _scorer.Score(samples, offsets, values[..tokens], entropies);
        foreach (var entropy in entropies) metrics.AddEntropy(entropy);
    }

    private Span<int> Offsets(IReadOnlyList<PolicySample> samples)
    {
        var offsets = Room(ref _offsets, samples.Count + 1);
        PolicyScorer.FillOffsets(samples, offsets);
        return offsets;
    }

    /// <summary>The first elements of a buffer that grows as needed, with a quarter to spare; what they held before is left in them.</summary>
    private static Span<T> Room<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new T[length + (length / 4)];
        return buffer.AsSpan(0, length);
    }

    private void Scatter(IReadOnlyList<PolicySample> samples, int first, int count, ReadOnlySpan<int> offsets, ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy)
    {
        var tokens = graph.Batch.Tokens;
        Array.Clear(_upstream, 0, 2 * tokens);
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < samples[first + i].Rollout.Tokens.Length; t++)
            {
                var row = 2 * (_scorer.Row(i) + t);
                _upstream[row] = gradLogp[offsets[first + i] + t];
                _upstream[row + 1] = gradEntropy[offsets[first + i] + t];
            }
        }

        graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * tokens));
    }
}
