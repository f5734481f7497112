using System.Numerics.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Chooses one token from a row of scores: drawn from their softmax, or as the options ask after penalties and filters. Works in
/// double on the host. One instance a worker, whose scratch is reused; what only filters need is made at the first of them.
/// </summary>
internal sealed class TokenChooser(int vocabulary)
{
    private readonly double[] _scores = new double[vocabulary];
    private double[]? _weights, _unpenalised;
    private LogitPenalties? _penalties;
    private TokenCandidates? _candidates;

    /// <summary>The row's z values; the caller fills them.</summary>
    public Span<double> Scores => _scores;

    /// <summary>Draws from softmax(Scores); uniform is in [0, 1).</summary>
    public int Draw(double uniform)
    {
        var weights = _weights ??= new double[_scores.Length];
        TensorPrimitives.Subtract(_scores, TensorPrimitives.Max<double>(_scores), weights);
        TensorPrimitives.Exp(weights, weights);
        return Walk(weights, uniform, out _);
    }

    /// <summary>The token that the options ask for, after penalties for what was said before; uniform is in [0, 1). Changes the scores.</summary>
    /// <param name="logProbability">Of the token under the distribution it was drawn from, nats.</param>
    /// <param name="mask">A bit for each token that may come, of which there is at least one; null for all.</param>
    public int Choose(SamplingOptions options, TokenHistory history, double uniform, out double logProbability, ulong[]? mask = null)
    {
        if (mask is not null) Allow(mask, options, history);
        else Penalise(options, history);
        logProbability = 0;
        if (options.Temperature == 0) return Greedy();
        var candidates = Filter(options);
        var chosen = Walk(candidates.Weights, uniform, out var total);
        logProbability = Math.Log(candidates.Weights[chosen] / total);
        return candidates.Ids[chosen];
    }

    /// <summary>What penalties, temperature (above 0) and filters make of the scores.</summary>
    public TokenCandidates Distribution(SamplingOptions options, TokenHistory history)
    {
        Penalise(options, history);
        return Filter(options);
    }

    private void Penalise(SamplingOptions options, TokenHistory history)
    {
        if (options.HasPenalties) (_penalties ??= new LogitPenalties(_scores.Length)).Apply(options, history, _scores);
    }

    /// <summary>
    /// Takes out what may not come. The penalties come first, as without a mask; where they ban every token that may come, they are passed over:
    /// what must be written is stronger than what should not be repeated.
    /// </summary>
    private void Allow(ulong[] mask, SamplingOptions options, TokenHistory history)
    {
        if (options.HasPenalties)
        {
            _scores.CopyTo(_unpenalised ??= new double[_scores.Length], 0);
            Penalise(options, history);
            TokenMask.Apply(mask, _scores);
            if (TensorPrimitives.Max<double>(_scores) > double.NegativeInfinity) return;
            _unpenalised.CopyTo(_scores, 0);
        }

        TokenMask.Apply(mask, _scores);
    }

    private TokenCandidates Filter(SamplingOptions options)
    {
        if (options.Temperature != 1)
        {
            // The largest first taken off, so that no temperature is too low: what overflows goes to -∞, whose probability is 0.
            TensorPrimitives.Subtract(_scores, TensorPrimitives.Max<double>(_scores), _scores);
            TensorPrimitives.Divide(_scores, options.Temperature, _scores);
        }

        var candidates = _candidates ??= new TokenCandidates(_scores.Length);
        candidates.Fill(_scores, options.TopK);
        TokenFilters.Apply(options, candidates);
        return candidates;
    }

    /// <summary>The largest score, of equal ones the first.</summary>
    private int Greedy()
    {
        var best = 0;
        for (var j = 1; j < _scores.Length; j++)
            if (_scores[j] > _scores[best]) best = j;
        return best;
    }

    /// <summary>The entry at which the running sum of the weights passes the uniform share of the total.</summary>
    private static int Walk(ReadOnlySpan<double> weights, double uniform, out double total)
    {
        total = 0.0;
        foreach (var weight in weights) total += weight;
        var target = uniform * total;
        var last = 0;
        for (var j = 0; j < weights.Length; j++)
        {
            if (weights[j] == 0) continue;
            last = j;
            target -= weights[j];
            if (target < 0) return j;
        }

        return last;
    }
}
