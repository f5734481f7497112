using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>The logits' gradient holds one cut of the rows at a time, as the head of a tape uses it.</summary>
internal sealed record LogProbabilityShape(int Tokens, int Vocabulary, int Width, double Scale, double SoftCap) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 60)
        from vocabulary in Gen.Choose(2, 150)
        from width in Gen.Choose(1, 40)
        from scale in Gen.Elements(1, 1 / 0.7, 0.5)
        from softCap in Gen.Elements(0.0, 0.0, 3.0)
        select (OperationShape)new LogProbabilityShape(tokens, vocabulary, width, scale, softCap);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly LogProbabilityShape _shape;
        private readonly LogitShape _logitShape;
        private readonly LinearWeight _head;
        private readonly Tensor _x, _statistics, _upstream, _logits;
        private readonly DeviceBuffer _targets;

        public Bench(LogProbabilityShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            _logitShape = new LogitShape(shape.Scale, shape.SoftCap);
            _head = Weight("head", shape.Vocabulary, shape.Width);
            _x = Activations("x", shape.Tokens, shape.Width, Role.Input);
            _statistics = Activations("statistics", shape.Tokens, 4, Role.Kept, stride: 4);
            _upstream = Activations("upstream", shape.Tokens, 2, Role.Constant, stride: 2);
            _logits = Activations("logits", shape.Tokens, shape.Vocabulary, Role.Constant);
            _targets = Ints(shape.Tokens, i => i % 4 == 3 ? -1 : i * 13 % shape.Vocabulary);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.LogProbability(_x, _head, _logitShape, _targets, _statistics, rows, Scratch);
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens))
            {
                Kernels.LogProbabilityBackward(_x, _head, _logitShape, _targets, _statistics, _upstream, _logits, rows.Begin, rows);
                Kernels.LinearBackward(_x, _head, _logits, rows.Begin, rows, add: false, Share.Whole);
                foreach (var share in cut.EachShare()) Kernels.LinearWeightGradient(_x, _head, null, _logits, rows.Begin, rows, share);
            }
        }

        public override double Loss()
        {
            var statistics = Slots.Single(s => s.Name == "statistics").ReadValues();
            var upstream = Slots.Single(s => s.Name == "upstream").Values;
            double loss = 0;
            for (var t = 0; t < _shape.Tokens; t++) loss += (upstream[2 * t] * statistics[4 * t]) + (upstream[(2 * t) + 1] * statistics[(4 * t) + 1]);
            return loss;
        }
    }
}
