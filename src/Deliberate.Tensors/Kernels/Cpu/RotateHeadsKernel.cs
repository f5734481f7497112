using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// RMS norm of q and k, by head (Qwen 3) or of all heads at once (OLMo 2), then rotary position embedding in the rotate-half form (Su et al. 2021):
/// (a, b) → (a·cos - b·sin, b·cos + a·sin) for the pair (i, i + half). The inverse turns by the negative angle.
/// </summary>
internal static unsafe class RotateHeadsKernel<TL>
    where TL : struct, ILanes<TL>
{
    public static void Forward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, int* positions, Rows rows)
    {
        var shape = rotation.Shape;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* source = x.F32(t), target = y.F32(t);
            if (source != target) new ReadOnlySpan<float>(source, x.Columns).CopyTo(new Span<float>(target, x.Columns));
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is { } norm)
                    inverse!.F32(t)[group.Head] = RmsNormKernel<TL>.ForwardRow(source + group.Column, norm.F32, (float)rotation.NormOffset, rotation.Epsilon, target + group.Column, group.Width);
            }

            for (var head = 0; head < shape.Heads + shape.KeyHeads; head++) Turn(rotation, target + (head * shape.HeadSize), positions[t], 1);
        }
    }

    public static void Backward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, int* positions, Rows rows)
    {
        var shape = rotation.Shape;
        var turning = shape.Heads + shape.KeyHeads;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* dy = y.GradientF32(t), dx = x.GradientF32(t);
            for (var head = 0; head < turning; head++) Turn(rotation, dy + (head * shape.HeadSize), positions[t], -1);
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is { } norm) RmsNormKernel<TL>.BackwardRow(x.F32(t) + group.Column, norm.F32, (float)rotation.NormOffset, inverse!.F32(t)[group.Head], dy + group.Column, null, dx + group.Column, group.Width);
                else if (dx != dy) new ReadOnlySpan<float>(dy + group.Column, group.Width).CopyTo(new Span<float>(dx + group.Column, group.Width));
            }

            var values = turning * shape.HeadSize;
            if (dx != dy) new ReadOnlySpan<float>(dy + values, shape.KeyHeads * shape.HeadSize).CopyTo(new Span<float>(dx + values, shape.KeyHeads * shape.HeadSize));
        }
    }

    /// <summary>Runs after <see cref="Backward"/>, which left y's gradient turned back.</summary>
    public static void WeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is not { Frozen: false } norm) continue;
                float* target = norm.GradientF32, dy = y.GradientF32(t) + group.Column, source = x.F32(t) + group.Column;
                var r = inverse.F32(t)[group.Head];
                for (var i = 0; i < group.Width; i++) target[i] += dy[i] * source[i] * r;
            }
        }
    }

    /// <summary>Turns one head in place by the angles of a position, times direction (+1 or -1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(HeadRotation rotation, float* head, int position, float direction)
    {
        if (rotation.Table is null) return;
        var half = rotation.RotatedSize / 2;
        float* cos = rotation.Table.F32 + ((long)position * rotation.RotatedSize), sin = cos + half;
        var sign = TL.Broadcast(direction);
        var i = 0;
        for (; i <= half - TL.Width; i += TL.Width)
        {
            TL a = TL.Load(head + i), b = TL.Load(head + half + i), c = TL.Load(cos + i), s = TL.Multiply(TL.Load(sin + i), sign);
            TL.Store(TL.Fma(a, c, TL.Multiply(TL.Subtract(TL.Zero, b), s)), head + i);
            TL.Store(TL.Fma(b, c, TL.Multiply(a, s)), head + half + i);
        }

        for (; i < half; i++)
        {
            float a = head[i], b = head[half + i], c = cos[i], s = sin[i] * direction;
            head[i] = (a * c) - (b * s);
            head[half + i] = (b * c) + (a * s);
        }
    }
}
