using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

internal sealed record GatedActivationShape(ActivationKind Kind, int Tokens, int Width) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from kind in Gen.Elements(ActivationKind.Silu, ActivationKind.TanhGelu)
        from tokens in Gen.Choose(1, 20)
        from width in Gen.Choose(1, 100)
        select (OperationShape)new GatedActivationShape(kind, tokens, width);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly GatedActivationShape _shape;
        private readonly Tensor _gateUp, _y;

        public Bench(GatedActivationShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _gateUp = Activations("gate and up", shape.Tokens, 2 * shape.Width, Role.Input, size: 3);
            _y = Activations("y", shape.Tokens, shape.Width, Role.Output);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.GatedActivation(_shape.Kind, _gateUp, _y, rows);
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.GatedActivationBackward(_shape.Kind, _gateUp, _y, rows);
        }
    }
}
