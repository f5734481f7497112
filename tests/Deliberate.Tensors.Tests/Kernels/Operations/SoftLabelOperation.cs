using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>Two models' hidden states of other widths, over the same outputs; the second is learned from and gets no gradient.</summary>
internal sealed record SoftLabelShape(int Tokens, int Vocabulary, int Width, int OtherWidth, double Scale, double OtherScale, double SoftCap, double OtherSoftCap) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 60)
        from vocabulary in Gen.Choose(2, 150)
        from width in Gen.Choose(1, 40)
        from otherWidth in Gen.Choose(1, 40)
        from scale in Gen.Elements(1, 1 / 0.7)
        from otherScale in Gen.Elements(1, 0.5)
        from softCap in Gen.Elements(0.0, 0.0, 3.0)
        from otherSoftCap in Gen.Elements(0.0, 5.0)
        select (OperationShape)new SoftLabelShape(tokens, vocabulary, width, otherWidth, scale, otherScale, softCap, otherSoftCap);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly SoftLabelShape _shape;
        private readonly LogitShape _logitShape;
        private readonly LinearWeight _head;
        private readonly SoftLabels _labels;
        private readonly Tensor _x, _statistics, _upstream, _logits;
        private readonly DeviceBuffer _targets;

        public Bench(SoftLabelShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _logitShape = new LogitShape(shape.Scale, shape.SoftCap);
            _head = Weight("head", shape.Vocabulary, shape.Width);
            var other = Weight("other head", shape.Vocabulary, shape.OtherWidth, role: Role.Constant);
            _x = Activations("x", shape.Tokens, shape.Width, Role.Input);
            _labels = new SoftLabels(Activations("other x", shape.Tokens, shape.OtherWidth, Role.Constant), other, new LogitShape(shape.OtherScale, shape.OtherSoftCap));
            _statistics = Activations("statistics", shape.Tokens, 4, Role.Kept, stride: 4);
            _upstream = Activations("upstream", shape.Tokens, 2, Role.Constant, stride: 2);
            _logits = Activations("logits", shape.Tokens, shape.Vocabulary, Role.Constant);
            _targets = Ints(shape.Tokens, i => i % 4 == 3 ? -1 : i * 13 % shape.Vocabulary);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Labels(rows);
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens))
            {
                Labels(rows);
                Kernels.LinearBackward(_x, _head, _logits, rows.Begin, rows, add: false, Share.Whole);
                foreach (var share in cut.EachShare()) Kernels.LinearWeightGradient(_x, _head, null, _logits, rows.Begin, rows, share);
            }
        }

        /// <summary>Rows without a target have a statistic of 0, whatever their upstream.</summary>
        public override double Loss()
        {
            var statistics = Slots.Single(s => s.Name == "statistics").ReadValues();
            var upstream = Slots.Single(s => s.Name == "upstream").Values;
            double loss = 0;
            for (var t = 0; t < _shape.Tokens; t++) loss += upstream[2 * t] * statistics[4 * t];
            return loss;
        }

        private void Labels(Rows rows) => Kernels.SoftLabelBackward(_x, _head, _logitShape, _labels, _targets, _statistics, _upstream, _logits, rows.Begin, rows, Scratch);
    }
}
