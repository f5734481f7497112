using ILGPU;

namespace Deliberate.Tensors;

/// <summary>Gradients of the losses of heads, an item (a token, a label, a pair) a thread; items have rows of their own.</summary>
internal static class GpuHeadLossCode
{
    public static void Gradient(
        Index1D index, ArrayView<int> items, ArrayView<float> numbers, ArrayView<float> outputs, ArrayView<float> gradients, HeadLossKind kind, float setting, int width, int columns, int row)
    {
        long at = (long)items[index * 2] * row, other = (long)items[(index * 2) + 1] * row, from = (long)index.X * width;
        if (kind == HeadLossKind.Value) gradients[at] = numbers[from + 2] * Value(outputs[at], numbers[from], numbers[from + 1], setting);
        else if (kind == HeadLossKind.Labels) Labels(numbers, from, outputs, gradients, at, columns);
        else if (kind == HeadLossKind.Outcome) gradients[at] = numbers[from] * (GpuMath.Sigmoid(outputs[at]) - numbers[from + 1]);
        else if (kind == HeadLossKind.SquaredOutcome)
        {
            float p = GpuMath.Sigmoid(outputs[at]), rest = GpuMath.Sigmoid(-outputs[at]);
            gradients[at] = numbers[from] * 2 * (p - numbers[from + 1]) * p * rest;
        }
        else
        {
            float chosen = outputs[at], rejected = outputs[other];
            float slope = -GpuMath.Sigmoid(rejected - chosen + numbers[from + 1]), pull = 2 * setting * (chosen + rejected);
            gradients[at] = numbers[from] * (slope + pull);
            gradients[other] = numbers[from] * (pull - slope);
        }
    }

    /// <summary>Of the larger of two squares, the free one's and that of the value clipped around what it was; ties are halved.</summary>
    private static float Value(float value, float old, float target, float clip)
    {
        var clipped = value;
        if (value < old - clip) clipped = old - clip;
        if (value > old + clip) clipped = old + clip;
        float free = value - target, bound = clipped - target, slope = 0;
        if (clipped == value) slope = bound;
        if (free * free > bound * bound) return free;
        return bound * bound > free * free ? slope : (free + slope) / 2;
    }

    private static void Labels(ArrayView<float> numbers, long from, ArrayView<float> outputs, ArrayView<float> gradients, long at, int columns)
    {
        var most = float.NegativeInfinity;
        for (var k = 0; k < columns; k++) most = outputs[at + k] > most ? outputs[at + k] : most;
        var sum = 0f;
        for (var k = 0; k < columns; k++) sum += GpuMath.Exp(outputs[at + k] - most);
        for (var k = 0; k < columns; k++) gradients[at + k] = numbers[from] * ((GpuMath.Exp(outputs[at + k] - most) / sum) - numbers[from + 1 + k]);
    }
}
