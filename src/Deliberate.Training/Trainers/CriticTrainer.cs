using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The critic's values and its update: the value of each token of a sample is that of the state before it, at the row that its
/// log-probability is computed at too. Micro-batches do not show: what the loss normalises by belongs to the whole batch.
/// </summary>
/// <param name="graph">Of a model with a head of one number a token.</param>
/// <param name="optimizer">Of its weights.</param>
/// <param name="options">Aggregation of the loss: the policy's.</param>
/// <param name="clip">See <see cref="ValueLoss"/>.</param>
/// <param name="maxCompletionTokens">That an aggregation may divide by.</param>
internal sealed class CriticTrainer(HeadGraph graph, Optimizer optimizer, PolicyOptions options, double clip, int maxCompletionTokens)
{
    private readonly PolicyOptions _aggregation = new()
    {
        Aggregation = options.Aggregation,
        CountEmptySequences = options.CountEmptySequences,
        LengthEpsilon = options.LengthEpsilon,
        ScaleFactor = options.ScaleFactor,
    };

    private readonly int[] _rows = new int[graph.Batch.SegmentCapacity];
    private readonly double[] _upstream = new double[graph.Tape.TokenCapacity];

    /// <summary>The values of all samples' tokens, flat.</summary>
    public double[] Values(IReadOnlyList<PolicySample> samples)
    {
        var offsets = PolicyScorer.Offsets(samples);
        var values = new double[offsets[^1]];
        for (var first = 0; first < samples.Count;) first += Forward(samples, first, offsets, values);
        return values;
    }

    /// <summary>One optimizer step towards the samples' returns.</summary>
    /// <param name="samples">With values and returns.</param>
    /// <param name="clipped">Share of the tokens in the loss whose value has moved beyond the clip.</param>
    public TrainingStep Step(IReadOnlyList<PolicySample> samples, double rate, out double clipped)
    {
        var offsets = PolicyScorer.Offsets(samples);
        double[] values = new double[offsets[^1]], gradient = new double[offsets[^1]];
        double[] old = [.. samples.SelectMany(s => s.Values!)], returns = [.. samples.SelectMany(s => s.Returns!)];
        double[] mask = samples.Any(s => s.Mask is not null) ? [.. samples.SelectMany(s => s.Mask ?? [.. s.Rollout.Tokens.Select(_ => 1.0)])] : [];
        var normalisers = BatchNormalisers.Of(new PolicyBatch { Offsets = offsets, LogpNew = values, Mask = mask }, _aggregation, maxCompletionTokens);
        optimizer.ClearGradients();
        double loss = 0;
        var outside = 0;
        for (var first = 0; first < samples.Count;)
        {
            var count = Forward(samples, first, offsets, values);
            var tokens = offsets[first]..offsets[first + count];
            loss += ValueLoss.Evaluate(
                _aggregation, normalisers, offsets.AsSpan(first, count + 1), values.AsSpan(tokens), old.AsSpan(tokens), returns.AsSpan(tokens), mask.Length == 0 ? [] : mask.AsSpan(tokens),
                clip, gradient.AsSpan(tokens), out var moved);
            outside += moved;
            var upstream = _upstream.AsSpan(0, graph.Batch.Tokens);
            upstream.Clear();
            for (var i = 0; i < count; i++) gradient.AsSpan(offsets[first + i]..offsets[first + i + 1]).CopyTo(upstream[_rows[i]..]);
            graph.Backward(upstream);
            first += count;
        }

        clipped = outside / Math.Max(normalisers.Tokens, 1);
        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm)) return new TrainingStep(loss, norm, Applied: false);
        optimizer.Step(norm, rate);
        graph.Model.Pack(training: true);
        return new TrainingStep(loss, norm, Applied: true);
    }

    private int Forward(IReadOnlyList<PolicySample> samples, int first, int[] offsets, double[] values)
    {
        var count = PolicyScorer.Pack(graph.Batch, samples, first, _rows);
        var outputs = graph.Forward();
        for (var i = 0; i < count; i++) outputs.Slice(_rows[i], samples[first + i].Rollout.Tokens.Length).CopyTo(values.AsSpan(offsets[first + i]));
        return count;
    }
}
