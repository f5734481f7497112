using System.Runtime.InteropServices;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The critic's values and its update: the value of each token of a sample is that of the state before it, at the row that its
/// log-probability is computed at too. Micro-batches do not show: what the loss normalises by belongs to the whole batch. A device with
/// memory of its own makes the gradient, and its values are read when a pass over all samples is over.
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
    private readonly List<int> _places = [];
    private readonly double[] _upstream = new double[graph.Tape.TokenCapacity];

    /// <summary>The values of all samples' tokens, flat.</summary>
    public double[] Values(IReadOnlyList<PolicySample> samples)
    {
        var offsets = PolicyScorer.Offsets(samples);
        var values = new double[offsets[^1]];
        if (!graph.Model.Device.HasOwnMemory)
        {
            for (var first = 0; first < samples.Count;) first += Forward(samples, first, offsets, values);
            return values;
        }

        Begin();
        for (var first = 0; first < samples.Count;) first += Keep(samples, first);
        graph.Record.Read();
        Take(samples, offsets, values);
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
        if (graph.Model.Device.Kernels is IQueuedLosses)
        {
            Queue(samples, offsets, normalisers, old, returns, mask);
            optimizer.Queue(graph.Record, rate);
            graph.Record.Read();
            Take(samples, offsets, values);
            loss = ValueLoss.Evaluate(_aggregation, normalisers, offsets, values, old, returns, mask, clip, gradient, out outside);
            clipped = outside / Math.Max(normalisers.Tokens, 1);
            return TrainingStep.Conclude(optimizer, graph.Record, loss, rate, graph.Model);
        }

        graph.Record.Begin(1);
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
        return TrainingStep.Conclude(optimizer, graph.Record, loss, rate, graph.Model);
    }

    /// <summary>All micro-batches forward and backward, with the gradient that the device makes of its own values.</summary>
    private void Queue(IReadOnlyList<PolicySample> samples, int[] offsets, in BatchNormalisers normalisers, double[] old, double[] returns, double[] mask)
    {
        List<int> items = [];
        List<float> numbers = [];
        Begin();
        for (var first = 0; first < samples.Count;)
        {
            var count = Keep(samples, first);
            items.Clear();
            numbers.Clear();
            for (var i = 0; i < count; i++)
            {
                var (start, end) = (offsets[first + i], offsets[first + i + 1]);
                var tokens = mask.Length == 0 ? end - start : Counted(mask.AsSpan(start..end));
                var weight = Aggregation.TokenWeight(_aggregation, normalisers, tokens);
                for (var t = start; t < end; t++)
                {
                    if (mask.Length > 0 && mask[t] == 0) continue;
                    items.AddRange(_rows[i] + t - start, _rows[i] + t - start);
                    numbers.AddRange((float)old[t], (float)returns[t], (float)weight);
                }
            }

            ((IQueuedLosses)graph.Model.Device.Kernels).HeadGradient(HeadLossKind.Value, (float)clip, CollectionsMarshal.AsSpan(items), CollectionsMarshal.AsSpan(numbers), 3, graph.Outputs, graph.Batch.Tokens);
            graph.Backward();
            first += count;
        }
    }

    private static int Counted(ReadOnlySpan<double> mask)
    {
        var count = 0;
        foreach (var one in mask) count += one > 0 ? 1 : 0;
        return count;
    }

    private void Begin()
    {
        _places.Clear();
        graph.Record.Begin(graph.Outputs.Stride);
    }

    /// <summary>Runs as many samples as fit, whose values stay on the device.</summary>
    private int Keep(IReadOnlyList<PolicySample> samples, int first)
    {
        var count = PolicyScorer.Pack(graph.Batch, samples, first, _rows);
        var at = graph.Keep();
        for (var i = 0; i < count; i++) _places.Add(at + _rows[i]);
        return count;
    }

    /// <summary>The values of all samples, once the record has been read.</summary>
    private void Take(IReadOnlyList<PolicySample> samples, int[] offsets, double[] values)
    {
        var stride = graph.Outputs.Stride;
        for (var i = 0; i < samples.Count; i++)
        {
            var rows = graph.Record.Span(_places[i], samples[i].Rollout.Tokens.Length);
            for (var t = 0; t * stride < rows.Length; t++) values[offsets[i] + t] = rows[t * stride];
        }
    }

    private int Forward(IReadOnlyList<PolicySample> samples, int first, int[] offsets, double[] values)
    {
        var count = PolicyScorer.Pack(graph.Batch, samples, first, _rows);
        var outputs = graph.Forward();
        for (var i = 0; i < count; i++) outputs.Slice(_rows[i], samples[first + i].Rollout.Tokens.Length).CopyTo(values.AsSpan(offsets[first + i]));
        return count;
    }
}
