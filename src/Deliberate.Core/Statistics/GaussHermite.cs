namespace Deliberate.Core;

/// <summary>Nodes and weights of ∫ f(x) e^(-x²) dx ≈ Σ w f(x): the roots of the Hermite polynomials by Newton's method from the usual first guesses.</summary>
internal static class GaussHermite
{
    public static (double[] Nodes, double[] Weights) Of(int count)
    {
        double[] nodes = new double[count], weights = new double[count];
        var root = 0.0;
        for (var i = 0; i < (count + 1) / 2; i++)
        {
            root = i switch
            {
                0 => Math.Sqrt((2 * count) + 1) - (1.85575 * Math.Pow((2 * count) + 1, -1.0 / 6)),
                1 => root - (1.14 * Math.Pow(count, 0.426) / root),
                2 => (1.86 * root) - (0.86 * nodes[0]),
                3 => (1.91 * root) - (0.91 * nodes[1]),
                _ => (2 * root) - nodes[i - 2],
            };
            var slope = 0.0;
            for (var step = 0; step < 100; step++)
            {
                // Orthonormal recurrence, which does not overflow.
                double now = Math.Pow(Math.PI, -0.25), before = 0;
                for (var j = 0; j < count; j++) (now, before) = ((root * Math.Sqrt(2.0 / (j + 1)) * now) - (Math.Sqrt((double)j / (j + 1)) * before), now);
                slope = Math.Sqrt(2.0 * count) * before;
                var move = now / slope;
                root -= move;
                if (Math.Abs(move) < 1e-15 * Math.Max(1, Math.Abs(root))) break;
            }

            (nodes[i], nodes[count - 1 - i]) = (root, -root);
            weights[i] = weights[count - 1 - i] = 2 / (slope * slope);
        }

        return (nodes, weights);
    }
}
