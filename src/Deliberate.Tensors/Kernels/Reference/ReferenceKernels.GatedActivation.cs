namespace Deliberate.Tensors;

/// <summary>
/// y [T, f] = a(gate) · up, gate and up side by side in gateUp [T, 2f]; dgate = dy · up · a′(gate), dup = dy · a(gate).
/// silu(x) = x·σ(x); tanh-gelu(x) = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    private const double GeluCubic = 0.044715;
    private static readonly double s_geluScale = Math.Sqrt(2 / Math.PI);

    public void GatedActivation(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        var width = y.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var gate = gateUp.F64(t);
            var up = gate + width;
            for (var i = 0; i < width; i++) y.F64(t)[i] = Activate(kind, gate[i]).Value * up[i];
        }
    }

    public void GatedActivationBackward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        var width = y.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var gate = gateUp.F64(t);
            var dGate = gateUp.GradientF64(t);
            var dy = y.GradientF64(t);
            var up = gate + width;
            var dUp = dGate + width;
            for (var i = 0; i < width; i++)
            {
                var (value, slope) = Activate(kind, gate[i]);
                dGate[i] = dy[i] * up[i] * slope;
                dUp[i] = dy[i] * value;
            }
        }
    }

    private static (double Value, double Slope) Activate(ActivationKind kind, double x)
    {
        switch (kind)
        {
            case ActivationKind.Silu:
                var sigmoid = 1 / (1 + Math.Exp(-x));
                return (x * sigmoid, sigmoid * (1 + (x * (1 - sigmoid))));
            case ActivationKind.TanhGelu:
                var tanh = Math.Tanh(s_geluScale * (x + (GeluCubic * x * x * x)));
                var inner = s_geluScale * (1 + (3 * GeluCubic * x * x));
                return (0.5 * x * (1 + tanh), (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * inner));
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }
}
