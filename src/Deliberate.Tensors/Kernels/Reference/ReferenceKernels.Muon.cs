namespace Deliberate.Tensors;

/// <summary>
/// Muon (Jordan et al. 2024; torch.optim.Muon, with the iteration in full precision): the momentum's update is replaced by a
/// matrix near its orthogonal factor, found by the Newton-Schulz iteration X ← a·X + (b·A + c·A²)·X, A = X·Xᵀ, begun from
/// update / max(‖update‖, ε) and run on the transpose where rows outnumber columns. Decay uses the rate, the update rate · ratio.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void Muon(
        in MuonStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer momentum, long offset, int rows, int columns, long moments, Scratch scratch)
    {
        var length = (long)rows * columns;
        var p = values.F64 + offset;
        var g = gradients.F64 + offset;
        var m = momentum.F64 + moments;
        var update = scratch.F64(0, length);
        for (long i = 0; i < length; i++)
        {
            m[i] = (step.Momentum * m[i]) + ((1 - step.Momentum) * g[i]);
            update[i] = step.Nesterov ? ((1 - step.Momentum) * g[i]) + (step.Momentum * m[i]) : m[i];
        }

        var transposed = rows > columns;
        var (small, large) = transposed ? (columns, rows) : (rows, columns);
        var norm = Math.Max(Math.Sqrt(Dot(update, update, checked((int)length))), step.Epsilon);
        var x = scratch.F64(1, length);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) x[transposed ? (j * rows) + i : (i * columns) + j] = update[(i * columns) + j] / norm;
        }

        NewtonSchulz(step, x, small, large, scratch);

        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                ref var value = ref p[(i * columns) + j];
                value = (value * (1 - (step.LearningRate * step.WeightDecay))) - (step.LearningRate * step.Ratio * x[transposed ? (j * rows) + i : (i * columns) + j]);
            }
        }
    }

    /// <summary>Iterates on x [n, k] in place, n ≤ k.</summary>
    private static void NewtonSchulz(in MuonStep step, double* x, int n, int k, Scratch scratch)
    {
        var a = scratch.F64(2, (long)n * n);
        var polynomial = scratch.F64(3, (long)n * n);
        var next = scratch.F64(0, (long)n * k);
        for (var iteration = 0; iteration < step.Iterations; iteration++)
        {
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) a[(i * n) + j] = Dot(x + (i * k), x + (j * k), k);
            }

            for (var i = 0; i < n; i++)
            {
                // A is symmetric: column j of it is row j.
                for (var j = 0; j < n; j++) polynomial[(i * n) + j] = (step.B * a[(i * n) + j]) + (step.C * Dot(a + (i * n), a + (j * n), n));
            }

            for (var i = 0; i < n; i++)
            {
                for (var c = 0; c < k; c++)
                {
                    var sum = step.A * x[(i * k) + c];
                    for (var j = 0; j < n; j++) sum += polynomial[(i * n) + j] * x[(j * k) + c];
                    next[(i * k) + c] = sum;
                }
            }

            Copy(next, x, n * k);
        }
    }
}
