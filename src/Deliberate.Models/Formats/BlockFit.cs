namespace Deliberate.Models;

/// <summary>
/// x ≈ scale · q - minimum with q from 0 to top and minimum at least 0: the pair of least weighted squared error among those that
/// some candidates lead to. For fixed q, scale and minimum solve two linear equations.
/// </summary>
internal static class AffineFit
{
    private const int Candidates = 20;

    public static (float Scale, float Minimum) Best(ReadOnlySpan<float> x, int top)
    {
        float least = 0, greatest = 0, squares = 0;
        foreach (var value in x)
        {
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
            squares += value * value;
        }

        if (greatest == least) return (0, -least);
        var size = MathF.Sqrt(squares / x.Length);
        Span<float> weights = stackalloc float[x.Length];
        for (var i = 0; i < x.Length; i++) weights[i] = size + MathF.Abs(x[i]);
        var best = ((greatest - least) / top, -least);
        var bestError = Error(x, weights, best.Item1, best.Item2, top);
        for (var step = 0; step <= Candidates; step++)
        {
            var inverse = (top - 1 + (0.1f * step)) / (greatest - least);
            double w = 0, wq = 0, wqq = 0, wx = 0, wqx = 0;
            for (var i = 0; i < x.Length; i++)
            {
                var q = Math.Clamp((int)MathF.Round((x[i] - least) * inverse), 0, top);
                w += weights[i];
                wq += weights[i] * q;
                wqq += weights[i] * q * q;
                wx += weights[i] * x[i];
                wqx += weights[i] * q * x[i];
            }

            var determinant = (w * wqq) - (wq * wq);
            if (determinant <= 0) continue;
            var (scale, minimum) = ((float)(((w * wqx) - (wq * wx)) / determinant), (float)(((wq * wqx) - (wqq * wx)) / determinant));
            if (minimum < 0) (scale, minimum) = (wqq == 0 ? 0 : (float)(wqx / wqq), 0);
            if (scale <= 0) continue;
            var error = Error(x, weights, scale, minimum, top);
            if (error < bestError) (bestError, best) = (error, (scale, minimum));
        }

        return best;
    }

    private static float Error(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float scale, float minimum, int top)
    {
        var (sum, inverse) = (0f, 1 / scale);
        for (var i = 0; i < x.Length; i++)
        {
            var q = Math.Clamp((int)MathF.Round((x[i] + minimum) * inverse), 0, top);
            var off = (scale * q) - minimum - x[i];
            sum += weights[i] * off * off;
        }

        return sum;
    }
}

/// <summary>x ≈ scale · q with q from -half to half - 1: the scale, of either sign, of least weighted squared error among those that some candidates lead to.</summary>
internal static class SymmetricFit
{
    private const int Candidates = 9;

    public static float Best(ReadOnlySpan<float> x, int half)
    {
        float extreme = 0;
        foreach (var value in x)
            if (MathF.Abs(value) > MathF.Abs(extreme)) extreme = value;
        if (extreme == 0) return 0;
        var (best, bestGain) = (extreme / -half, double.NegativeInfinity);
        for (var step = -Candidates; step <= Candidates; step++)
        {
            var inverse = -(half + (0.1f * step)) / extreme;
            double xq = 0, qq = 0;
            foreach (var value in x)
            {
                var q = Math.Clamp((int)MathF.Round(value * inverse), -half, half - 1);
                var weight = value * value;
                xq += (double)weight * value * q;
                qq += (double)weight * q * q;
            }

            // With the scale xq / qq the error is what it would be with none, less this.
            var gain = qq > 0 ? xq * xq / qq : double.NegativeInfinity;
            if (gain > bestGain) (bestGain, best) = (gain, (float)(xq / qq));
        }

        return best;
    }
}
