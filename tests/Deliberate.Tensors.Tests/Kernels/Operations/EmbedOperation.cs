using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

internal sealed record EmbedShape(int Tokens, int Vocabulary, int Width, double Scale) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 40)
        from vocabulary in Gen.Choose(1, 30)
        from width in Gen.Choose(1, 70)
        from scale in Gen.Elements(1, 0.5, 5.65625)
        select (OperationShape)new EmbedShape(tokens, vocabulary, width, scale);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly EmbedShape _shape;
        private readonly LinearWeight _table;
        private readonly Tensor _y;
        private readonly DeviceBuffer _ids;

        public Bench(EmbedShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _table = Weight("table", shape.Vocabulary, shape.Width);
            _y = Activations("y", shape.Tokens, shape.Width, Role.Output);
            _ids = Ints(shape.Tokens, i => i * 7 % shape.Vocabulary);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.Embed(_ids, _table, _shape.Scale, _y, rows);
        }

        public override void Backward(Cut cut)
        {
            foreach (var share in cut.EachShare())
                foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.EmbedGradient(_ids, _table, _shape.Scale, _y, rows, share);
        }
    }
}
