using ILGPU;

namespace Deliberate.Tensors;

/// <summary>
/// What a step decides about itself on the card. Sums are shared by <see cref="Lanes"/> threads, each taking every 256th number in order
/// and what its additions lose beside, and put together in the order of the lanes: the same however many numbers there are.
/// </summary>
internal static class GpuQueueCode
{
    public const int Lanes = 256;

    /// <summary>Elements of a decision: the norm, what the gradient is multiplied by, whether there is an update.</summary>
    public const int Norm = 0, Factor = 1, Open = 2;

    /// <summary>The sum of each lane.</summary>
    public static void Sum(Index1D index, ArrayView<float> numbers, ArrayView<float> lanes, int count)
    {
        float sum = 0, lost = 0;
        for (var i = (int)index.X; i < count; i += Lanes) Add(ref sum, ref lost, numbers[i]);
        lanes[index] = sum + lost;
    }

    /// <summary>Rows of each lane whose first number is not finite.</summary>
    public static void Finite(Index1D index, ArrayView<float> rows, ArrayView<float> lanes, int count, int columns)
    {
        float bad = 0;
        for (var i = (int)index.X; i < count; i += Lanes)
            bad += Flaw(rows[(long)i * columns]);
        lanes[index] = bad;
    }

    /// <summary>The root of the lanes' sum, of squares.</summary>
    public static void Root(Index1D index, ArrayView<float> lanes, ArrayView<float> norm) => norm[index] = GpuMath.Sqrt(Total(lanes));

    /// <param name="lanes">Sums of squares.</param>
    /// <param name="flaws">Of <see cref="Finite"/>.</param>
    public static void Decide(Index1D index, ArrayView<float> lanes, ArrayView<float> flaws, ArrayView<float> decision, float clip)
    {
        var norm = GpuMath.Sqrt(Total(lanes));
        float factor = 1, flawed = Flaw(norm);
        if (clip > 0)
        {
            var share = clip / (norm + 1e-6f);
            if (share < 1) factor = share;
        }

        for (var lane = 0; lane < Lanes; lane++) flawed += flaws[lane];
        decision[Norm] = norm;
        decision[Factor] = factor;
        decision[Open] = 1 / (1 + (int)flawed);
    }

    /// <summary>x / max(norm, ε).</summary>
    public static void Divide(Index1D index, ArrayView<float> x, ArrayView<float> norm, float epsilon) => x[index] /= norm[0] > epsilon ? norm[0] : epsilon;

    /// <summary>The largest number of each lane and its column, of equal ones the first.</summary>
    public static void LargestOfLane(Index1D index, ArrayView<float> logits, ArrayView<float> lanes, int columns, int row)
    {
        int t = index / GpuLogitCode.Lanes, lane = index % GpuLogitCode.Lanes;
        var at = (long)t * row;
        float best = float.NegativeInfinity, where = -1;
        for (var j = lane; j < columns; j += GpuLogitCode.Lanes)
        {
            if (where >= 0 && !(logits[at + j] > best)) continue;
            best = logits[at + j];
            where = j;
        }

        lanes[(long)index.X * 2] = best;
        lanes[((long)index.X * 2) + 1] = where;
    }

    /// <summary>The lanes' together. Lanes hold columns apart: of equal numbers the one of the smaller column is the first.</summary>
    public static void LargestOfRow(Index1D index, ArrayView<float> lanes, ArrayView<float> chosen, int row)
    {
        float best = float.NegativeInfinity, where = -1;
        for (var lane = 0; lane < GpuLogitCode.Lanes; lane++)
        {
            var at = ((index * GpuLogitCode.Lanes) + lane) * 2;
            float value = lanes[at], column = lanes[at + 1];
            if (column < 0 || (where >= 0 && (value < best || (value == best && column > where)))) continue;
            best = value;
            where = column;
        }

        chosen[(long)index.X * row] = where;
    }

    private static float Total(ArrayView<float> lanes)
    {
        float sum = 0, lost = 0;
        for (var lane = 0; lane < Lanes; lane++) Add(ref sum, ref lost, lanes[lane]);
        return sum + lost;
    }

    /// <summary>Sum and what the addition lost (Knuth's two-sum).</summary>
    private static void Add(ref float sum, ref float lost, float number)
    {
        var next = sum + number;
        var taken = next - sum;
        lost += (sum - (next - taken)) + (number - taken);
        sum = next;
    }

    /// <summary>1 where a number is not finite. No comparison: one that is made a number is 0 on pocl.</summary>
    private static float Flaw(float x)
    {
        // The exponent's eight bits, all set; without a comparison.
        return ((Interop.FloatAsInt(x) >> 23) & 255) / 255;
    }
}
