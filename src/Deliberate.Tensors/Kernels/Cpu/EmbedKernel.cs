namespace Deliberate.Tensors;

/// <summary>Rows of the embedding table by token id, and the gradient's way back.</summary>
internal static unsafe class EmbedKernel<TL>
    where TL : struct, ILanes<TL>
{
    public static void Forward(int* ids, LinearWeight table, float scale, Tensor y, Rows rows)
    {
        var d = table.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var target = y.F32(t);
            if (table.Storage is { } storage) LinearKernel<TL>.ReadOutput(table, storage, ids[t], target);
            else new ReadOnlySpan<float>(table.F32 + ((long)ids[t] * d), d).CopyTo(new Span<float>(target, d));
            if (scale != 1) for (var i = 0; i < d; i++) target[i] *= scale;
        }
    }

    /// <summary>Tokens in order; a share owns a range of columns of every row of the table.</summary>
    public static void Gradient(int* ids, LinearWeight table, float scale, Tensor y, Rows rows, Share share)
    {
        var d = table.Columns;
        var (begin, end) = share.Of(d, grain: 16);
        var factor = TL.Broadcast(scale);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var target = table.GradientF32 + ((long)ids[t] * d);
            var source = y.GradientF32(t);
            var i = begin;
            for (; i <= end - TL.Width; i += TL.Width) TL.Store(TL.Fma(TL.Load(source + i), factor, TL.Load(target + i)), target + i);
            for (; i < end; i++) target[i] += source[i] * scale;
        }
    }
}
