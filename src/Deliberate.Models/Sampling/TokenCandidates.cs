using System.Numerics.Tensors;

namespace Deliberate.Models;

/// <summary>
/// The tokens that may still be drawn, in order of their ids, each with a weight e^(z - max): probabilities up to a common
/// factor. Filters take entries out. Owns the memory that they work in; one instance a thread, filled anew for each token.
/// </summary>
internal sealed class TokenCandidates(int vocabulary)
{
    /// <summary>Scores so far below the best weigh e^-700: no uniform number of 53 bits can draw such a token.</summary>
    private const double Vanishing = 700;

    private readonly int[] _ids = new int[vocabulary];
    private readonly double[] _weights = new double[vocabulary];
    private readonly double[] _keys = new double[vocabulary];
    private double[] _masses = [];

    public int Count { get; private set; }

    /// <summary>Ascending.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public Span<double> Weights => _weights.AsSpan(0, Count);

    public double Total => TensorPrimitives.Sum<double>(Weights);

    /// <summary>Scratch of as many entries as there are candidates.</summary>
    public Span<double> Keys => _keys.AsSpan(0, Count);

    /// <summary>More scratch of the same size, which few filters need.</summary>
    public Span<double> Masses
    {
        get
        {
            if (_masses.Length == 0) _masses = new double[vocabulary];
            return _masses.AsSpan(0, Count);
        }
    }

    /// <summary>Takes the tokens among the k best scores, ties at the edge included; all that have a chance for k = 0.</summary>
    public void Fill(ReadOnlySpan<double> scores, int k)
    {
        var max = TensorPrimitives.Max(scores);
        var edge = max - Vanishing;
        if (k > 0 && k < scores.Length) edge = Math.Max(edge, Largest(scores, k));
        var count = 0;
        for (var j = 0; j < scores.Length; j++)
        {
            // Written in any case and counted if kept: there is no branch to guess.
            _ids[count] = j;
            _weights[count] = scores[j] - max;
            count += scores[j] >= edge ? 1 : 0;
        }

        Count = count;
        TensorPrimitives.Exp(Weights, Weights);
    }

    /// <summary>Takes out what weighs less.</summary>
    public void KeepFrom(double least) => KeepFrom(Weights, least, int.MaxValue);

    /// <summary>Takes out candidates by a key each: those below the edge, and of those at the edge all but the first so many.</summary>
    /// <param name="keys">[Count]; may be the weights themselves.</param>
    public void KeepFrom(ReadOnlySpan<double> keys, double edge, int atEdge)
    {
        var kept = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var keep = keys[i] > edge || (keys[i] == edge && atEdge-- > 0);
            _ids[kept] = _ids[i];
            _weights[kept] = _weights[i];
            kept += keep ? 1 : 0;
        }

        Count = kept;
    }

    /// <summary>The k-th largest score, by a heap of the k largest so far with the least of them on top.</summary>
    private double Largest(ReadOnlySpan<double> scores, int k)
    {
        var heap = _keys.AsSpan(0, k);
        scores[..k].CopyTo(heap);
        for (var i = (k / 2) - 1; i >= 0; i--) SiftDown(heap, i);
        foreach (var score in scores[k..])
        {
            if (score <= heap[0]) continue;
            heap[0] = score;
            SiftDown(heap, 0);
        }

        return heap[0];
    }

    private static void SiftDown(Span<double> heap, int at)
    {
        var value = heap[at];
        while ((2 * at) + 1 < heap.Length)
        {
            var child = (2 * at) + 1;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (heap[child] >= value) break;
            heap[at] = heap[child];
            at = child;
        }

        heap[at] = value;
    }
}
