using System.Numerics.Tensors;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Draws one token from a row of logits. Works in double on the host; one instance a worker, reused. Returns the token, its
/// log-probability under the raw policy and under the distribution it was drawn from.
/// </summary>
internal sealed class TokenChooser(int vocabulary)
{
    private readonly double[] _scores = new double[vocabulary];
    private readonly double[] _weights = new double[vocabulary];
    private readonly int[] _order = new int[vocabulary];

    /// <summary>The row's z values; the caller fills them.</summary>
    public Span<double> Scores => _scores;

    public int Greedy()
    {
        var best = 0;
        for (var j = 1; j < _scores.Length; j++)
            if (_scores[j] > _scores[best]) best = j;
        return best;
    }

    /// <summary>Draws from softmax(Scores), filtered; uniform is in [0, 1).</summary>
    /// <param name="max">The largest score.</param>
    /// <param name="kept">Log of the share of mass that the filters left: 0 where there are none.</param>
    public int Draw(SamplingOptions options, double max, double uniform, out double kept)
    {
        TensorPrimitives.Subtract(_scores, max, _weights);
        TensorPrimitives.Exp(_weights, _weights);
        kept = 0;
        if (!options.Unfiltered) kept = Filter(options);
        var total = 0.0;
        for (var j = 0; j < _weights.Length; j++) total += _weights[j];
        var target = uniform * total;
        var last = 0;
        for (var j = 0; j < _weights.Length; j++)
        {
            if (_weights[j] == 0) continue;
            last = j;
            target -= _weights[j];
            if (target < 0) return j;
        }

        return last;
    }

    /// <summary>Zeroes the weights that the filters drop.</summary>
    private double Filter(SamplingOptions options)
    {
        var before = TensorPrimitives.Sum<double>(_weights);
        for (var j = 0; j < _order.Length; j++) _order[j] = j;
        // Most likely first; equal ones by id, so that the order is one.
        Array.Sort(_order, (a, b) => _weights[a] != _weights[b] ? _weights[b].CompareTo(_weights[a]) : a.CompareTo(b));
        if (options.TopK > 0 && options.TopK < _order.Length)
        {
            var edge = _weights[_order[options.TopK - 1]];
            for (var j = 0; j < _weights.Length; j++)
                if (_weights[j] < edge) _weights[j] = 0;
        }

        if (options.TopP < 1)
        {
            var mass = options.TopP * TensorPrimitives.Sum<double>(_weights);
            var i = 0;
            for (var sum = 0.0; i < _order.Length && (i == 0 || sum < mass); i++) sum += _weights[_order[i]];
            for (; i < _order.Length; i++) _weights[_order[i]] = 0;
        }

        var floor = options.MinP * _weights[_order[0]];
        for (var j = 0; j < _weights.Length; j++)
            if (_weights[j] < floor) _weights[j] = 0;
        return Math.Log(TensorPrimitives.Sum<double>(_weights) / before);
    }
}
