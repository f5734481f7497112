using ILGPU;

namespace Deliberate.Tensors;

/// <summary>An <see cref="AdamWStep"/> in the numbers that the kernel multiplies by.</summary>
internal readonly record struct AdamWNumbers(float Rate, float Root, float Epsilon, float Beta1, float Rest1, float Beta2, float Rest2, float Keep, float InGradient, int HasMaximum);

/// <summary>An <see cref="SgdStep"/> in those.</summary>
internal readonly record struct SgdNumbers(float Rate, float Momentum, float Rest, float Decay, int HasMomentum, int IsNesterov, int IsFirst);

/// <summary>
/// Kernels of the optimizers, an element a thread, and of the sum of squares. What was decided of the step (<see cref="GpuQueueCode.Decide"/>)
/// scales the gradient, or leaves everything as it is.
/// </summary>
internal static class GpuUpdateCode
{
    /// <summary>Elements that one thread sums.</summary>
    public const int SumBlock = 256;

    public static void SumOfSquares(Index1D index, ArrayView<float> g, ArrayView<float> sums, int length)
    {
        int begin = index.X * SumBlock;
        var end = begin + SumBlock < length ? begin + SumBlock : length;
        float sum = 0;
        for (var i = begin; i < end; i++) sum += g[i] * g[i];
        sums[index] = sum;
    }

    public static void Scale(Index1D index, ArrayView<float> g, float factor) => g[index] *= factor;

    public static void AdamW(Index1D index, ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> first, ArrayView<float> second, ArrayView<float> maximum, ArrayView<float> decision, AdamWNumbers s)
    {
        if (decision[GpuQueueCode.Open] == 0) return;
        var value = values[index];
        var g = (gradients[index] * decision[GpuQueueCode.Factor]) + (s.InGradient * value);
        var m = (s.Beta1 * first[index]) + (s.Rest1 * g);
        var v = (s.Beta2 * second[index]) + (s.Rest2 * g * g);
        first[index] = m;
        second[index] = v;
        if (s.HasMaximum != 0)
        {
            var top = maximum[index];
            v = v > top ? v : top;
            maximum[index] = v;
        }

        values[index] = (value * s.Keep) - (s.Rate * (m / ((GpuMath.Sqrt(v) * s.Root) + s.Epsilon)));
    }

    public static void Sgd(Index1D index, ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> momentum, ArrayView<float> decision, SgdNumbers s)
    {
        if (decision[GpuQueueCode.Open] == 0) return;
        var g = (gradients[index] * decision[GpuQueueCode.Factor]) + (s.Decay * values[index]);
        if (s.HasMomentum != 0)
        {
            var m = s.IsFirst != 0 ? g : (s.Momentum * momentum[index]) + (s.Rest * g);
            momentum[index] = m;
            g = s.IsNesterov != 0 ? g + (s.Momentum * m) : m;
        }

        values[index] -= s.Rate * g;
    }

    /// <summary>Muon's momentum, and its update [rows, columns], transposed where the matrix is tall.</summary>
    public static void Momentum(Index1D index, ArrayView<float> gradients, ArrayView<float> momentum, ArrayView<float> update, ArrayView<float> decision, int rows, int columns, int isTall, float mu, float rest, int isNesterov)
    {
        if (decision[GpuQueueCode.Open] == 0) return;
        var fresh = gradients[index] * decision[GpuQueueCode.Factor] * rest;
        var held = (momentum[index] * mu) + fresh;
        momentum[index] = held;
        int row = index / columns, column = index % columns;
        update[isTall != 0 ? (column * rows) + row : index.X] = isNesterov != 0 ? fresh + (held * mu) : held;
    }

    /// <summary>y = factor · x + y.</summary>
    public static void AddScaled(Index1D index, ArrayView<float> x, ArrayView<float> y, float factor) => y[index] = (factor * x[index]) + y[index];

    /// <summary>values = keep · values - rate · update.</summary>
    public static void Apply(Index1D index, ArrayView<float> values, ArrayView<float> update, ArrayView<float> decision, int rows, int columns, int isTall, float keep, float rate)
    {
        if (decision[GpuQueueCode.Open] == 0) return;
        int row = index / columns, column = index % columns;
        values[index] = (values[index] * keep) - (rate * update[isTall != 0 ? (column * rows) + row : index.X]);
    }

    /// <summary>Norm of an output's row of W + scale·B·A, and magnitude over it.</summary>
    public static void Magnitudes(
        Index1D index, ArrayView<float> weight, ArrayView<float> up, ArrayView<float> down, ArrayView<float> magnitude, ArrayView<float> norms, ArrayView<float> factors, int first, int depth, int rank, int weightRow, int weightColumn, float scale)
    {
        var n = first + index.X;
        float square = 0;
        for (var k = 0; k < depth; k++)
        {
            float low = 0;
            for (var r = 0; r < rank; r++) low += up[((long)n * rank) + r] * down[((long)r * depth) + k];
            var value = weight[((long)n * weightRow) + ((long)k * weightColumn)] + (scale * low);
            square += value * value;
        }

        var norm = GpuMath.Sqrt(square);
        norms[n] = norm;
        factors[n] = magnitude[n] / norm;
    }
}
