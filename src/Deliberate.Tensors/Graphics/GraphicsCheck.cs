using System.Globalization;
using ILGPU;
using ILGPU.Runtime;

namespace Deliberate.Tensors;

/// <summary>What a device made of the check.</summary>
/// <param name="Works">Whether it may be built on.</param>
/// <param name="Text">What was found, without a stop.</param>
internal sealed record GraphicsFinding(bool Works, string Text);

/// <summary>
/// Tries a device with y [T, N] = x [T, K] · Wᵀ in F32, the operation that everything rests on, one chain of sums in the order of K for each
/// output. It has to be right (against double), and to have the bits of the engine's rule: a row alone is what it is in a batch.
/// </summary>
internal static class GraphicsCheck
{
    private const int Rows = 7, Outputs = 33, Depth = 65;

    /// <summary>F32 sums of this depth of numbers up to 1 are nearer than this, in whatever order.</summary>
    private const double Bound = Depth * (double)Depth / (1 << 24);

    /// <summary>Compiles the kernel for the device, runs it over the batch and over each row, and judges what came back.</summary>
    public static GraphicsFinding Run(Accelerator accelerator)
    {
        var (x, weight) = Numbers();
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int>(Product);
        using var input = accelerator.Allocate1D(x);
        using var matrix = accelerator.Allocate1D(weight);
        using var output = accelerator.Allocate1D<float>(Rows * Outputs);
        kernel(Rows * Outputs, input.View, matrix.View, output.View, Depth, Outputs);
        accelerator.Synchronize();
        var batch = output.GetAsArray1D();

        output.MemSetToZero();
        for (var row = 0; row < Rows; row++)
            kernel(Outputs, input.View.SubView(row * Depth, Depth), matrix.View, output.View.SubView(row * Outputs, Outputs), Depth, Outputs);
        accelerator.Synchronize();
        return Judge(batch, output.GetAsArray1D());
    }

    /// <param name="batch">[T, N] of all rows at once.</param>
    /// <param name="alone">[T, N] of each row by itself.</param>
    internal static GraphicsFinding Judge(ReadOnlySpan<float> batch, ReadOnlySpan<float> alone)
    {
        var (x, weight) = Numbers();
        var largest = 0.0;
        for (var i = 0; i < batch.Length; i++)
        {
            var (sum, row, n) = (0.0, i / Outputs, i % Outputs);
            for (var k = 0; k < Depth; k++) sum += (double)x[(row * Depth) + k] * weight[(n * Depth) + k];
            // Not a number is wrong too.
            if (!(Math.Abs(batch[i] - sum) <= Bound)) return new GraphicsFinding(false, string.Create(CultureInfo.InvariantCulture, $"wrong: a product of {Depth} pairs is {batch[i]:g9} and should be {sum:g9}"));
            if (BitConverter.SingleToInt32Bits(batch[i]) != BitConverter.SingleToInt32Bits(alone[i]))
                return new GraphicsFinding(false, string.Create(CultureInfo.InvariantCulture, $"not batch-invariant: row {row} alone is {alone[i]:g9}, in a batch {batch[i]:g9}"));
            largest = Math.Max(largest, Math.Abs(batch[i] - sum));
        }

        return new GraphicsFinding(true, string.Create(CultureInfo.InvariantCulture, $"multiplies right (within {largest:0.0e+0} of double), a row alone in the bits that it has in a batch"));
    }

    private static (float[] X, float[] Weight) Numbers()
    {
        // Any numbers in (-1, 1) whose products round.
        static float[] Make(int count, int factor) => [.. Enumerable.Range(1, count).Select(i => (((i * factor) % 1009) / 504.5f) - 1f)];
        return (Make(Rows * Depth, 617), Make(Outputs * Depth, 389));
    }

    private static void Product(Index1D index, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> y, int depth, int outputs)
    {
        var row = index / outputs;
        var n = index % outputs;
        var sum = 0f;
        for (var k = 0; k < depth; k++) sum += x[(row * depth) + k] * weight[(n * depth) + k];
        y[index] = sum;
    }
}
