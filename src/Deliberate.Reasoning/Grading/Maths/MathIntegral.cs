namespace Deliberate.Reasoning;

/// <summary>
/// A definite integral of a real function by adaptive Gauss-Kronrod quadrature (7 and 15 points, QUADPACK's nodes): the interval with the
/// largest error is halved until the errors vanish beside the value. Infinite ends are mapped to finite ones. Null where it does not converge.
/// </summary>
internal static class MathIntegral
{
    private const int MostIntervals = 400;
    private const double Relative = 1e-13, Rounding = 1e-14;

    private static readonly double[] Nodes = [0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926, 0.741531185599394439863864773280788, 0.586087235467691130294144691645858, 0.405845151377397166906606412076961, 0.207784955007898467600689403773245, 0];

    private static readonly double[] Kronrod = [0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518, 0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014, 0.204432940075298892414161999234649, 0.209482141084727828012999174891714];

    /// <summary>Of every second node.</summary>
    private static readonly double[] Gauss = [0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975, 0.417959183673469387755102040816327];

    /// <param name="f">Not a number where it has no value.</param>
    /// <param name="from">May be infinite.</param>
    /// <param name="to">May be infinite.</param>
    public static double? Of(Func<double, double> f, double from, double to)
    {
        if (from > to) return -Of(f, to, from);
        if (double.IsNegativeInfinity(from) && double.IsPositiveInfinity(to)) return Of(f, from, 0) + Of(f, 0, to);
        if (double.IsInfinity(from) && double.IsInfinity(to)) return null;

        // x = a + t / (1 - t) for t from 0 to 1.
        if (double.IsPositiveInfinity(to)) return Finite(t => f(from + (t / (1 - t))) / ((1 - t) * (1 - t)), 0, 1);
        if (double.IsNegativeInfinity(from)) return Finite(t => f(to - (t / (1 - t))) / ((1 - t) * (1 - t)), 0, 1);
        return Finite(f, from, to);
    }

    private static double? Finite(Func<double, double> f, double from, double to)
    {
        if (from == to) return 0;
        var parts = new PriorityQueue<(double From, double To, double Value, double Error, double Size), double>();
        double value = 0, error = 0, size = 0;
        if (!Add(from, to)) return null;
        while (error > (Relative * Math.Abs(value)) + (Rounding * size))
        {
            if (parts.Count >= MostIntervals) return null;
            var worst = parts.Dequeue();
            var middle = (worst.From + worst.To) / 2;
            if (middle <= worst.From || middle >= worst.To) return null;
            (value, error, size) = (value - worst.Value, error - worst.Error, size - worst.Size);
            if (!Add(worst.From, middle) || !Add(middle, worst.To)) return null;
        }

        // The sum anew: differences of sums leave their rounding behind.
        return parts.UnorderedItems.Sum(p => p.Element.Value);

        bool Add(double low, double high)
        {
            var (center, half) = ((low + high) / 2, (high - low) / 2);
            double fine = 0, coarse = 0, absolute = 0;
            for (var i = 0; i < Nodes.Length; i++)
            {
                var both = Nodes[i] == 0 ? f(center) : f(center - (half * Nodes[i])) + f(center + (half * Nodes[i]));
                if (!double.IsFinite(both)) return false;
                fine += Kronrod[i] * both;
                absolute += Kronrod[i] * Math.Abs(both);
                if (i % 2 == 1) coarse += Gauss[i / 2] * both;
            }

            var part = (From: low, To: high, Value: fine * half, Error: Math.Abs(fine - coarse) * half, Size: absolute * half);
            parts.Enqueue(part, -part.Error);
            (value, error, size) = (value + part.Value, error + part.Error, size + part.Size);
            return true;
        }
    }
}
