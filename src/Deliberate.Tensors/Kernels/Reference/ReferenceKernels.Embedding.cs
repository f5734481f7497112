namespace Deliberate.Tensors;

/// <summary>y [T, d] = table[ids] · scale, and dtable[ids] += scale · dy.</summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void Embed(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var entry = table.F64 + ((long)ids.I32[t] * table.Columns);
            var yt = y.F64(t);
            for (var i = 0; i < table.Columns; i++) yt[i] = entry[i] * scale;
        }
    }

    public void EmbedGradient(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows, Share share)
    {
        var (begin, end) = share.Of(table.Columns);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var entry = table.GradientF64 + ((long)ids.I32[t] * table.Columns);
            var dy = y.GradientF64(t);
            for (var i = begin; i < end; i++) entry[i] += scale * dy[i];
        }
    }
}
