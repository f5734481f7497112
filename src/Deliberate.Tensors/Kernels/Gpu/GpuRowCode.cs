using ILGPU;

namespace Deliberate.Tensors;

/// <summary>
/// Columns of rows that are normed by groups of <see cref="Width"/>: all of a tensor's, or its heads. <see cref="XColumn"/> is the first
/// column, <see cref="InverseColumn"/> where the first group's 1/sqrt stands, <see cref="InverseStep"/> how far the next one's is.
/// </summary>
internal readonly record struct NormShape(int Groups, int Width, int XRow, int YRow, int XColumn, int InverseRow, int InverseColumn, int InverseStep, float Offset, float Epsilon, int HasAddend, int AddendRow);

/// <summary>Sizes of the rotation of heads, as <see cref="HeadRotation"/> has them.</summary>
internal readonly record struct TurnShape(int Heads, int HeadSize, int Half, int Row, float Direction);

/// <summary>Kernels that treat each row by itself: embedding, norms, rotation, activations.</summary>
internal static class GpuRowCode
{
    public static void Embed(Index1D index, ArrayView<int> ids, ArrayView<float> table, ArrayView<float> y, int columns, int entryStep, int columnStep, int yRow, float scale)
    {
        int t = index / columns, i = index % columns;
        y[((long)t * yRow) + i] = table[((long)ids[t] * entryStep) + ((long)i * columnStep)] * scale;
    }

    /// <summary>A thread a column, tokens in order.</summary>
    public static void EmbedGradient(Index1D index, ArrayView<int> ids, ArrayView<float> gradient, ArrayView<float> dy, int first, int columns, int count, int dyRow, float scale)
    {
        var i = first + index;
        for (var t = 0; t < count; t++) gradient[((long)ids[t] * columns) + i] += scale * dy[((long)t * dyRow) + i];
    }

    /// <summary>1 / sqrt(mean(x²) + ε) of each group.</summary>
    public static void NormInverse(Index1D index, ArrayView<float> x, ArrayView<float> inverse, NormShape s)
    {
        int t = index / s.Groups, g = index % s.Groups;
        var at = ((long)t * s.XRow) + s.XColumn + (g * s.Width);
        float sum = 0;
        for (var i = 0; i < s.Width; i++)
        {
            var v = x[at + i];
            sum += v * v;
        }

        inverse[((long)t * s.InverseRow) + s.InverseColumn + (g * s.InverseStep)] = 1 / GpuMath.Sqrt((sum / s.Width) + s.Epsilon);
    }

    /// <summary>y = x · r · (weight + offset) (+ addend).</summary>
    public static void NormApply(Index1D index, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> inverse, ArrayView<float> addend, ArrayView<float> y, NormShape s)
    {
        var width = s.Groups * s.Width;
        int t = index / width, i = index % width;
        var r = inverse[((long)t * s.InverseRow) + s.InverseColumn + (i / s.Width * s.InverseStep)];
        var value = x[((long)t * s.XRow) + s.XColumn + i] * r * (weight[i % s.Width] + s.Offset);
        if (s.HasAddend != 0) value += addend[((long)t * s.AddendRow) + i];
        y[((long)t * s.YRow) + s.XColumn + i] = value;
    }

    /// <summary>mean(dy · (weight + offset) · x) of each group.</summary>
    public static void NormMean(Index1D index, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> dy, ArrayView<float> means, NormShape s)
    {
        int t = index / s.Groups, g = index % s.Groups;
        long at = ((long)t * s.XRow) + s.XColumn + (g * s.Width), gradient = ((long)t * s.YRow) + s.XColumn + (g * s.Width);
        float sum = 0;
        for (var i = 0; i < s.Width; i++) sum += dy[gradient + i] * (weight[i] + s.Offset) * x[at + i];
        means[index] = sum / s.Width;
    }

    /// <summary>dx = r · (dy · (weight + offset) - x · r² · mean) (+ addend).</summary>
    public static void NormBackward(
        Index1D index, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> inverse, ArrayView<float> dy, ArrayView<float> means, ArrayView<float> addend, ArrayView<float> dx, NormShape s)
    {
        var width = s.Groups * s.Width;
        int t = index / width, i = index % width, g = i / s.Width;
        var r = inverse[((long)t * s.InverseRow) + s.InverseColumn + (g * s.InverseStep)];
        var at = ((long)t * s.XRow) + s.XColumn + i;
        var d = r * ((dy[((long)t * s.YRow) + s.XColumn + i] * (weight[i % s.Width] + s.Offset)) - (x[at] * r * r * means[(t * s.Groups) + g]));
        if (s.HasAddend != 0) d += addend[((long)t * s.AddendRow) + i];
        dx[at] = d;
    }

    /// <summary>dweight += Σ dy · x · r, tokens in order, within a token group by group.</summary>
    public static void NormWeightGradient(Index1D index, ArrayView<float> x, ArrayView<float> inverse, ArrayView<float> dy, ArrayView<float> gradient, int first, int count, NormShape s)
    {
        var i = first + index;
        var sum = gradient[i];
        for (var t = 0; t < count; t++)
        {
            for (var g = 0; g < s.Groups; g++)
            {
                var column = s.XColumn + (g * s.Width) + i;
                sum += dy[((long)t * s.YRow) + column] * x[((long)t * s.XRow) + column] * inverse[((long)t * s.InverseRow) + s.InverseColumn + (g * s.InverseStep)];
            }
        }

        gradient[i] = sum;
    }

    /// <summary>Pairs (i, i + half) of each head by the angle of the token's position, in place.</summary>
    public static void Turn(Index1D index, ArrayView<int> positions, ArrayView<float> table, ArrayView<float> y, TurnShape s)
    {
        var pairs = s.Heads * s.Half;
        int t = index / pairs, pair = index % pairs;
        int head = pair / s.Half, i = pair % s.Half;
        var angle = ((long)positions[t] * 2 * s.Half) + i;
        float cos = table[angle], sin = s.Direction * table[angle + s.Half];
        var at = ((long)t * s.Row) + (head * s.HeadSize) + i;
        float a = y[at], b = y[at + s.Half];
        y[at] = (a * cos) - (b * sin);
        y[at + s.Half] = (b * cos) + (a * sin);
    }

    /// <summary>y = x, of rows.</summary>
    public static void Copy(Index1D index, ArrayView<float> x, ArrayView<float> y, int columns, int xRow, int yRow)
    {
        int t = index / columns, i = index % columns;
        y[((long)t * yRow) + i] = x[((long)t * xRow) + i];
    }

    /// <summary>y += x, of rows.</summary>
    public static void Add(Index1D index, ArrayView<float> x, ArrayView<float> y, int columns, int xRow, int yRow)
    {
        int t = index / columns, i = index % columns;
        y[((long)t * yRow) + i] += x[((long)t * xRow) + i];
    }

    /// <summary>y = factors · x (+ bias) (+ residual).</summary>
    public static void ScaleOutputs(
        Index1D index, ArrayView<float> x, ArrayView<float> factors, ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, int columns, int xRow, int yRow, int hasBias, int residualRow)
    {
        int t = index / columns, i = index % columns;
        var value = factors[i] * x[((long)t * xRow) + i];
        if (hasBias != 0) value += bias[i];
        if (residualRow != 0) value += residual[((long)t * residualRow) + i];
        y[((long)t * yRow) + i] = value;
    }

    /// <summary>sums += Σ_t dy (· x / norms), tokens in order, a thread a column.</summary>
    public static void ColumnSums(Index1D index, ArrayView<float> dy, ArrayView<float> x, ArrayView<float> norms, ArrayView<float> sums, int count, int dyRow, int xRow, int isWeighed)
    {
        var sum = sums[index];
        for (var t = 0; t < count; t++)
        {
            var value = dy[((long)t * dyRow) + index];
            if (isWeighed != 0) value = value * x[((long)t * xRow) + index] / norms[index];
            sum += value;
        }

        sums[index] = sum;
    }

    public static void Activate(Index1D index, ArrayView<float> gateUp, ArrayView<float> y, int width, int xRow, int yRow, ActivationKind kind)
    {
        int t = index / width, i = index % width;
        var at = ((long)t * xRow) + i;
        y[((long)t * yRow) + i] = Value(gateUp[at], kind) * gateUp[at + width];
    }

    public static void ActivateBackward(Index1D index, ArrayView<float> gateUp, ArrayView<float> dGateUp, ArrayView<float> dy, int width, int xRow, int yRow, ActivationKind kind)
    {
        int t = index / width, i = index % width;
        var at = ((long)t * xRow) + i;
        float gate = gateUp[at], up = gateUp[at + width], d = dy[((long)t * yRow) + i];
        dGateUp[at] = d * up * Slope(gate, kind);
        dGateUp[at + width] = d * Value(gate, kind);
    }

    private static float Value(float x, ActivationKind kind) =>
        kind == ActivationKind.Silu ? x * GpuMath.Sigmoid(x) : 0.5f * x * (1 + GpuMath.Tanh(0.7978845608f * (x + (0.044715f * x * x * x))));

    private static float Slope(float x, ActivationKind kind)
    {
        if (kind == ActivationKind.Silu)
        {
            var sigmoid = GpuMath.Sigmoid(x);
            return sigmoid * (1 + (x * (1 - sigmoid)));
        }

        var tanh = GpuMath.Tanh(0.7978845608f * (x + (0.044715f * x * x * x)));
        var inner = 0.7978845608f * (1 + (0.134145f * x * x));
        return (0.5f * (1 + tanh)) + (0.5f * x * (1 - (tanh * tanh)) * inner);
    }
}
