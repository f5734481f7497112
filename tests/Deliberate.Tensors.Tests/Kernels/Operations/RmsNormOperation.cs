using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// The norm of one or two small numbers is their sign, whose gradient no float can hold: widths begin at eight. With a residual, x also flows unchanged into a later tensor, whose gradient is added. Addend: y = norm + addend.
/// </summary>
internal sealed record RmsNormShape(int Tokens, int Width, double Offset, bool Residual, bool Addend) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 40)
        from width in Gen.Choose(8, 200)
        from offset in Gen.Elements(0.0, 1.0)
        from residual in Gen.Elements(false, true)
        from addend in Gen.Elements(false, true)
        select (OperationShape)new RmsNormShape(tokens, width, offset, residual, addend);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly RmsNormShape _shape;
        private readonly Parameter _weight;
        private readonly Tensor _x, _y, _inverse, _later;
        private readonly Tensor? _addend;

        public Bench(RmsNormShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _weight = Vector("weight", shape.Width);
            _x = Activations("x", shape.Tokens, shape.Width, Role.Input);
            _y = Activations("y", shape.Tokens, shape.Width, Role.Output);
            _inverse = Activations("inverse", shape.Tokens, 1, Role.Kept);
            _later = Activations("later", shape.Tokens, shape.Width, Role.Constant);
            if (shape.Residual) _x.ResidualOf = _later;
            if (shape.Addend) _addend = Activations("addend", shape.Tokens, shape.Width, Role.Constant);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.RmsNorm(_x, _weight, _shape.Offset, 1e-5, _addend, _inverse, _y, rows);
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.RmsNormBackward(_x, _weight, _shape.Offset, _inverse, _y, rows);
            foreach (var share in cut.EachShare())
                foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.RmsNormWeightGradient(_x, _weight, _inverse, _y, rows, share);
        }

        public override double Loss()
        {
            var loss = base.Loss();
            if (!_shape.Residual) return loss;
            var x = Slots.Single(s => s.Name == "x").ReadValues();
            var upstream = Slots.Single(s => s.Name == "later").Gradients;
            for (var i = 0; i < x.Length; i++) loss += x[i] * upstream[i];
            return loss;
        }
    }
}
