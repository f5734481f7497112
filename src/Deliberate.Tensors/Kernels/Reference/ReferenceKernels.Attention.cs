namespace Deliberate.Tensors;

/// <summary>
/// Attention of one segment: s_ij = softCap(scale · q_i·k_j), p = softmax over the keys that i sees, o_i = Σ_j p_ij · v_j.
/// Backward from do, with D_i = do_i·o_i: dv_j = Σ p·do_i; ds_ij = p_ij · (do_i·v_j − D_i); through the soft cap,
/// du = ds · (1 − (s/cap)²); dq_i = scale · Σ_j du·k_j, dk_j = scale · Σ_i du·q_i, summed over the query heads of the key head.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        var size = shape.HeadSize;
        var scores = scratch.F64(0, prefix.Count + segment.Count);
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            for (var i = segment.Begin; i < segment.End; i++)
            {
                var (first, end) = Visible(shape, prefix, segment, i);
                var max = double.NegativeInfinity;
                for (var j = first; j < end; j++)
                {
                    scores[j - first] = Score(shape, qkv, head, keyHead, i, RowOf(prefix, segment, j));
                    max = Math.Max(max, scores[j - first]);
                }

                double sum = 0;
                for (var j = first; j < end; j++) sum += Math.Exp(scores[j - first] - max);
                var total = logSumExp.F64(i)[head] = max + Math.Log(sum);

                var o = output.F64(i) + (head * size);
                for (var c = 0; c < size; c++) o[c] = 0;
                for (var j = first; j < end; j++)
                {
                    var p = Math.Exp(scores[j - first] - total);
                    var v = qkv.F64(RowOf(prefix, segment, j)) + shape.ValueColumn(keyHead);
                    for (var c = 0; c < size; c++) o[c] += p * v[c];
                }
            }
        }
    }

    public void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        var size = shape.HeadSize;
        for (var t = segment.Begin; t < segment.End; t++)
        {
            var row = qkv.GradientF64(t);
            Zero(row + (keyHead * shape.Group * size), shape.Group * size);
            Zero(row + shape.KeyColumn(keyHead), size);
            Zero(row + shape.ValueColumn(keyHead), size);
        }

        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            for (var i = segment.Begin; i < segment.End; i++)
            {
                var (first, end) = Visible(shape, prefix, segment, i);
                var dO = output.GradientF64(i) + (head * size);
                var d = Dot(dO, output.F64(i) + (head * size), size);
                var q = qkv.F64(i) + (head * size);
                var dq = qkv.GradientF64(i) + (head * size);
                for (var key = first; key < end; key++)
                {
                    var j = RowOf(prefix, segment, key);
                    var k = qkv.F64(j) + shape.KeyColumn(keyHead);
                    var dk = qkv.GradientF64(j) + shape.KeyColumn(keyHead);
                    var v = qkv.F64(j) + shape.ValueColumn(keyHead);
                    var dv = qkv.GradientF64(j) + shape.ValueColumn(keyHead);
                    var s = Score(shape, qkv, head, keyHead, i, j);
                    var p = Math.Exp(s - logSumExp.F64(i)[head]);
                    var du = p * (Dot(dO, v, size) - d) * SoftCapSlope(s, shape.SoftCap);
                    for (var c = 0; c < size; c++)
                    {
                        dv[c] += p * dO[c];
                        dq[c] += shape.Scale * du * k[c];
                        dk[c] += shape.Scale * du * q[c];
                    }
                }
            }
        }
    }

    /// <summary>The keys [First, End) that row i of the batch sees, counted from the first of the prefix.</summary>
    private static (int First, int End) Visible(AttentionShape shape, Rows prefix, Rows segment, int i)
    {
        var position = prefix.Count + i - segment.Begin;
        return (shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0, shape.Causal ? position + 1 : prefix.Count + segment.Count);
    }

    /// <summary>The batch's row of a key so counted.</summary>
    private static int RowOf(Rows prefix, Rows segment, int key) => key < prefix.Count ? prefix.Begin + key : segment.Begin + key - prefix.Count;

    private static double Score(AttentionShape shape, Tensor qkv, int head, int keyHead, int i, int j) =>
        SoftCap(shape.Scale * Dot(qkv.F64(i) + (head * shape.HeadSize), qkv.F64(j) + shape.KeyColumn(keyHead), shape.HeadSize), shape.SoftCap);

    /// <summary>cap · tanh(x / cap); x itself where cap is 0.</summary>
    private static double SoftCap(double x, double cap) => cap == 0 ? x : cap * Math.Tanh(x / cap);

    /// <summary>The soft cap's derivative, from its result.</summary>
    private static double SoftCapSlope(double capped, double cap) => cap == 0 ? 1 : 1 - (capped / cap * (capped / cap));
}
