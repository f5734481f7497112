namespace Deliberate.Tensors;

/// <summary>
/// Rotary positions (Su et al. 2021), the half-split layout of Llama: columns i and i + half of a head turn by the angle of the
/// token's position, (a, b) → (a·cos − b·sin, b·cos + a·sin), after the per-head norm where there is one (Qwen3). The columns of
/// inverse [T, heads + kvHeads] are the norms' 1/sqrt of the query heads, then of the key heads.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void RotateHeads(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        var size = rotation.Shape.HeadSize;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var head = 0; head < HeadsOf(rotation); head++)
            {
                var from = x.F64(t) + (head * size);
                var to = y.F64(t) + (head * size);
                if (NormOf(rotation, head) is { } norm) inverse!.F64(t)[head] = NormRow(from, norm.F64, rotation.NormOffset, rotation.Epsilon, to, size);
                else Copy(from, to, size);
                if (!IsValue(rotation, head)) Turn(rotation, positions.I32[t], to, 1);
            }
        }
    }

    public void RotateHeadsBackward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        var size = rotation.Shape.HeadSize;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var head = 0; head < HeadsOf(rotation); head++)
            {
                var xt = x.F64(t) + (head * size);
                var dx = x.GradientF64(t) + (head * size);
                var dy = y.GradientF64(t) + (head * size);
                if (!IsValue(rotation, head)) Turn(rotation, positions.I32[t], dy, -1);
                Copy(dy, dx, size);
                if (NormOf(rotation, head) is not { } norm) continue;
                var r = inverse!.F64(t)[head];
                var mean = NormGradientMean(xt, dx, norm.F64, rotation.NormOffset, size);
                for (var i = 0; i < size; i++) dx[i] = NormGradient(xt[i], dx[i], norm.F64[i] + rotation.NormOffset, r, mean);
            }
        }
    }

    public void RotateHeadsWeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows)
    {
        var size = rotation.Shape.HeadSize;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var head = 0; head < HeadsOf(rotation); head++)
            {
                if (NormOf(rotation, head) is not { Frozen: false } norm) continue;
                var turnedBack = y.GradientF64(t) + (head * size);
                for (var i = 0; i < size; i++) norm.GradientF64[i] += turnedBack[i] * x.F64(t)[(head * size) + i] * inverse.F64(t)[head];
            }
        }
    }

    /// <summary>Query, key and value heads.</summary>
    private static int HeadsOf(HeadRotation rotation) => rotation.Shape.Heads + (2 * rotation.Shape.KeyHeads);

    private static bool IsValue(HeadRotation rotation, int head) => head >= rotation.Shape.Heads + rotation.Shape.KeyHeads;

    private static Parameter? NormOf(HeadRotation rotation, int head) =>
        head < rotation.Shape.Heads ? rotation.QueryNorm : IsValue(rotation, head) ? null : rotation.KeyNorm;

    /// <summary>Turns one head in place; direction −1 turns it back.</summary>
    private static void Turn(HeadRotation rotation, int position, double* head, int direction)
    {
        if (rotation.Table is null) return;
        var half = rotation.RotatedSize / 2;
        var cosines = rotation.Table.F64 + ((long)position * rotation.RotatedSize);
        var sines = cosines + half;
        for (var i = 0; i < half; i++)
        {
            var (a, b) = (head[i], head[i + half]);
            var (cos, sin) = (cosines[i], direction * sines[i]);
            head[i] = (a * cos) - (b * sin);
            head[i + half] = (b * cos) + (a * sin);
        }
    }
}
