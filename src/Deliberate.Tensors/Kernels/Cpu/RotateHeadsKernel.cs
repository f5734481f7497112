using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Per-head RMS norm of q and k (Qwen 3), then rotary position embedding in the rotate-half form (Su et al. 2021):
/// (a, b) → (a·cos - b·sin, b·cos + a·sin) for the pair (i, i + half). The inverse turns by the negative angle.
/// </summary>
internal static unsafe class RotateHeadsKernel<TL>
    where TL : struct, ILanes<TL>
{
    public static void Forward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, int* positions, Rows rows)
    {
        var shape = rotation.Shape;
        var size = shape.HeadSize;
        var turning = shape.Heads + shape.KeyHeads;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* source = x.F32(t), target = y.F32(t);
            if (source != target) new ReadOnlySpan<float>(source, x.Columns).CopyTo(new Span<float>(target, x.Columns));
            for (var head = 0; head < turning; head++)
            {
                var norm = head < shape.Heads ? rotation.QueryNorm : rotation.KeyNorm;
                if (norm is not null) inverse!.F32(t)[head] = RmsNormKernel<TL>.ForwardRow(source + (head * size), norm.F32, (float)rotation.NormOffset, rotation.Epsilon, target + (head * size), size);
                Turn(rotation, target + (head * size), positions[t], 1);
            }
        }
    }

    public static void Backward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, int* positions, Rows rows)
    {
        var shape = rotation.Shape;
        var size = shape.HeadSize;
        var turning = shape.Heads + shape.KeyHeads;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* dy = y.GradientF32(t), dx = x.GradientF32(t);
            for (var head = 0; head < turning; head++)
            {
                Turn(rotation, dy + (head * size), positions[t], -1);
                var norm = head < shape.Heads ? rotation.QueryNorm : rotation.KeyNorm;
                if (norm is not null) RmsNormKernel<TL>.BackwardRow(x.F32(t) + (head * size), norm.F32, (float)rotation.NormOffset, inverse!.F32(t)[head], dy + (head * size), null, dx + (head * size), size);
                else if (dx != dy) new ReadOnlySpan<float>(dy + (head * size), size).CopyTo(new Span<float>(dx + (head * size), size));
            }

            if (dx != dy) new ReadOnlySpan<float>(dy + (turning * size), shape.KeyHeads * size).CopyTo(new Span<float>(dx + (turning * size), shape.KeyHeads * size));
        }
    }

    /// <summary>Runs after <see cref="Backward"/>, which left y's gradient turned back.</summary>
    public static void WeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows)
    {
        var shape = rotation.Shape;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var head = 0; head < shape.Heads + shape.KeyHeads; head++)
            {
                var norm = head < shape.Heads ? rotation.QueryNorm : rotation.KeyNorm;
                if (norm is null || norm.Frozen) continue;
                float* target = norm.GradientF32, dy = y.GradientF32(t) + (head * shape.HeadSize), source = x.F32(t) + (head * shape.HeadSize);
                var r = inverse.F32(t)[head];
                for (var i = 0; i < shape.HeadSize; i++) target[i] += dy[i] * source[i] * r;
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
