using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

internal sealed record LinearShape(int Tokens, int Outputs, int Inputs, int Parts, bool Bias, bool Residual, bool Packed) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 130)
        from outputs in Gen.Choose(3, 150)
        from inputs in Gen.Frequency((4, Gen.Choose(1, 100)), (1, Gen.Choose(250, 300)))
        from parts in Gen.Choose(1, 3)
        from bias in Gen.Elements(false, true)
        from residual in Gen.Elements(false, true)
        from packed in Gen.Elements(false, true)
        select (OperationShape)new LinearShape(tokens, outputs, inputs, parts, bias, residual, packed);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly LinearShape _shape;
        private readonly LinearWeight _weight;
        private readonly Parameter? _bias;
        private readonly Tensor _x, _y;
        private readonly Tensor? _residual;

        public Bench(LinearShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _weight = Weight("weight", shape.Outputs, shape.Inputs, shape.Parts);
            if (shape.Bias) _bias = Vector("bias", shape.Outputs);
            _x = Activations("x", shape.Tokens, shape.Inputs, Role.Input);
            _y = Activations("y", shape.Tokens, shape.Outputs, Role.Output);
            if (shape.Residual) _residual = Activations("residual", shape.Tokens, shape.Outputs, Role.Constant);
        }

        protected override bool IsPacked => _shape.Packed;

        public override void Forward(Cut cut)
        {
            foreach (var share in cut.EachShare())
                foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.Linear(_x, _weight, _bias, _residual, _y, rows, share);
        }

        public override void Backward(Cut cut)
        {
            foreach (var share in cut.EachShare())
                foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.LinearBackward(_x, _weight, _y, 0, rows, add: false, share);
            foreach (var share in cut.EachShare())
                foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.LinearWeightGradient(_x, _weight, _bias, _y, 0, rows, share);
        }
    }
}
