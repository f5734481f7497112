namespace Deliberate.Tensors;

/// <summary>
/// Rotary positions (Su et al. 2021), the half-split layout of Llama: columns i and i + half of a head turn by the angle of the
/// token's position, (a, b) → (a·cos − b·sin, b·cos + a·sin), after the norm where there is one, by head (Qwen3) or of all heads (OLMo 2). The columns of
/// inverse [T, heads + kvHeads] are the norms' 1/sqrt of the query heads, then of the key heads.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void RotateHeads(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            Copy(x.F64(t), y.F64(t), x.Columns);
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is { } norm) inverse!.F64(t)[group.Head] = NormRow(x.F64(t) + group.Column, norm.F64, rotation.NormOffset, rotation.Epsilon, y.F64(t) + group.Column, group.Width);
            }

            TurnAll(rotation, positions.I32[t], y.F64(t), 1);
        }
    }

    public void RotateHeadsBackward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            TurnAll(rotation, positions.I32[t], y.GradientF64(t), -1);
            Copy(y.GradientF64(t), x.GradientF64(t), x.Columns);
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is not { } norm) continue;
                var xt = x.F64(t) + group.Column;
                var dx = x.GradientF64(t) + group.Column;
                var mean = NormGradientMean(xt, dx, norm.F64, rotation.NormOffset, group.Width);
                for (var i = 0; i < group.Width; i++) dx[i] = NormGradient(xt[i], dx[i], norm.F64[i] + rotation.NormOffset, inverse!.F64(t)[group.Head], mean);
            }
        }
    }

    public void RotateHeadsWeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            foreach (var group in rotation.Groups)
            {
                if (group.Norm is not { Frozen: false } norm) continue;
                var turnedBack = y.GradientF64(t) + group.Column;
                for (var i = 0; i < group.Width; i++) norm.GradientF64[i] += turnedBack[i] * x.F64(t)[group.Column + i] * inverse.F64(t)[group.Head];
            }
        }
    }

    /// <summary>Turns the query and key heads of a row in place.</summary>
    private static void TurnAll(HeadRotation rotation, int position, double* row, int direction)
    {
        for (var head = 0; head < rotation.Shape.Heads + rotation.Shape.KeyHeads; head++) Turn(rotation, position, row + (head * rotation.Shape.HeadSize), direction);
    }

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
