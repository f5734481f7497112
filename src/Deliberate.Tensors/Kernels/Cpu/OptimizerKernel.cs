using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>Elementwise optimizer updates and the norm for clipping.</summary>
internal static unsafe class OptimizerKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int SumBlock = 1024;

    /// <summary>Blocks of 1,024 in lanes, their sums in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* g, long length)
    {
        double sum = 0;
        for (long i = 0; i < length; i += SumBlock) sum += RowMath<TL>.Dot(g + i, g + i, (int)Math.Min(SumBlock, length - i));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* g, long length, float factor)
    {
        var f = TL.Broadcast(factor);
        long i = 0;
        for (; i <= length - TL.Width; i += TL.Width) TL.Store(TL.Multiply(TL.Load(g + i), f), g + i);
        for (; i < length; i++) g[i] *= factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AdamW(in AdamWStep step, float* p, float* g, float* first, float* second, float* maximum, long length)
    {
        var correction1 = 1 - Math.Pow(step.Beta1, step.Step);
        var correction2 = Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step));
        TL rate = TL.Broadcast((float)(step.LearningRate / correction1)), root = TL.Broadcast((float)(1 / correction2)), epsilon = TL.Broadcast((float)step.Epsilon);
        TL b1 = TL.Broadcast((float)step.Beta1), c1 = TL.Broadcast((float)(1 - step.Beta1)), b2 = TL.Broadcast((float)step.Beta2), c2 = TL.Broadcast((float)(1 - step.Beta2));
        var keep = TL.Broadcast(step.DecayInGradient ? 1 : (float)(1 - (step.LearningRate * step.WeightDecay)));
        var inGradient = TL.Broadcast(step.DecayInGradient ? (float)step.WeightDecay : 0);
        long i = 0;
        for (; i <= length - TL.Width; i += TL.Width) Update(p + i, g + i, first + i, second + i, maximum == null ? null : maximum + i);
        if (i < length)
        {
            // The last elements go through buffers of one vector: the same rounding as the others.
            int rest = (int)(length - i), w = TL.Width;
            float* buffer = stackalloc float[5 * w];
            for (var k = 0; k < rest; k++)
            {
                buffer[k] = p[i + k];
                buffer[w + k] = g[i + k];
                buffer[(2 * w) + k] = first[i + k];
                buffer[(3 * w) + k] = second[i + k];
                if (maximum != null) buffer[(4 * w) + k] = maximum[i + k];
            }

            Update(buffer, buffer + w, buffer + (2 * w), buffer + (3 * w), maximum == null ? null : buffer + (4 * w));
            for (var k = 0; k < rest; k++)
            {
                p[i + k] = buffer[k];
                first[i + k] = buffer[(2 * w) + k];
                second[i + k] = buffer[(3 * w) + k];
                if (maximum != null) maximum[i + k] = buffer[(4 * w) + k];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Update(float* pp, float* gg, float* mm, float* vv, float* top)
        {
            var value = TL.Load(pp);
            var gradient = TL.Fma(inGradient, value, TL.Load(gg));
            var m = TL.Fma(b1, TL.Load(mm), TL.Multiply(c1, gradient));
            var v = TL.Fma(b2, TL.Load(vv), TL.Multiply(TL.Multiply(c2, gradient), gradient));
            TL.Store(m, mm);
            TL.Store(v, vv);
            if (top != null)
            {
                v = TL.Max(TL.Load(top), v);
                TL.Store(v, top);
            }

            var denominator = TL.Fma(TL.Sqrt(v), root, epsilon);
            TL.Store(TL.Subtract(TL.Multiply(value, keep), TL.Multiply(rate, TL.Divide(m, denominator))), pp);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sgd(in SgdStep step, float* p, float* g, float* momentum, long length)
    {
        float rate = (float)step.LearningRate, mu = (float)step.Momentum, damp = (float)(1 - step.Dampening), decay = (float)step.WeightDecay;
        for (long i = 0; i < length; i++)
        {
            var gradient = g[i] + (decay * p[i]);
            if (momentum != null)
            {
                momentum[i] = step.FirstStep ? gradient : (mu * momentum[i]) + (damp * gradient);
                gradient = step.Nesterov ? gradient + (mu * momentum[i]) : momentum[i];
            }

            p[i] -= rate * gradient;
        }
    }
}
