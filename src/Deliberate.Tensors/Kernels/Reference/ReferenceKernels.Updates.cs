namespace Deliberate.Tensors;

/// <summary>
/// Updates of single elements: AdamW (torch.optim.AdamW, and Adam where the decay goes into the gradient) and SGD
/// (torch.optim.SGD); with the sum of squares and the scaling of a gradient for clipping. State buffers have the layout of the
/// values.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public double SumOfSquares(DeviceBuffer buffer, long offset, long length)
    {
        var g = buffer.F64 + offset;
        double sum = 0;
        for (long i = 0; i < length; i++) sum += g[i] * g[i];
        return sum;
    }

    public void Scale(DeviceBuffer buffer, long offset, long length, double factor)
    {
        var g = buffer.F64 + offset;
        for (long i = 0; i < length; i++) g[i] *= factor;
    }

    public void AdamW(
        in AdamWStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer first, DeviceBuffer second, DeviceBuffer? maximum, long offset, long length, long moments)
    {
        var correction1 = 1 - Math.Pow(step.Beta1, step.Step);
        var correction2 = 1 - Math.Pow(step.Beta2, step.Step);
        for (var (i, k) = (offset, moments); i < offset + length; i++, k++)
        {
            var (p, g) = (values.F64[i], gradients.F64[i]);
            if (step.DecayInGradient) g += step.WeightDecay * p;
            else p *= 1 - (step.LearningRate * step.WeightDecay);

            var m = first.F64[k] = (step.Beta1 * first.F64[k]) + ((1 - step.Beta1) * g);
            var v = second.F64[k] = (step.Beta2 * second.F64[k]) + ((1 - step.Beta2) * g * g);
            if (maximum is not null) v = maximum.F64[k] = Math.Max(maximum.F64[k], v);
            values.F64[i] = p - (step.LearningRate / correction1 * m / (Math.Sqrt(v / correction2) + step.Epsilon));
        }
    }

    public void Sgd(in SgdStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer? momentum, long offset, long length, long moments)
    {
        for (var (i, k) = (offset, moments); i < offset + length; i++, k++)
        {
            var g = gradients.F64[i] + (step.WeightDecay * values.F64[i]);
            if (momentum is not null)
            {
                // The first step takes the gradient whole: dampening begins with the second.
                var m = momentum.F64[k] = step.FirstStep ? g : (step.Momentum * momentum.F64[k]) + ((1 - step.Dampening) * g);
                g = step.Nesterov ? g + (step.Momentum * m) : m;
            }

            values.F64[i] -= step.LearningRate * g;
        }
    }
}
