using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>An update of some parts of a stacked weight, added to what stands in y; with magnitudes, what comes of it is scaled output by output.</summary>
internal sealed record LowRankShape(int Tokens, int Inputs, int FirstRank, int SecondRank, int Outputs, bool Magnitudes, bool Bias) : OperationShape
{
    private const int Gap = 5;

    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 100)
        from inputs in Gen.Choose(1, 90)
        from firstRank in Gen.Choose(1, 20)
        from secondRank in Gen.Choose(1, 20)
        from outputs in Gen.Choose(1, 70)
        from magnitudes in Gen.Elements(false, true)
        from bias in Gen.Elements(false, true)
        select (OperationShape)new LowRankShape(tokens, inputs, firstRank, secondRank, outputs, magnitudes, bias);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private readonly LowRankShape _shape;
        private readonly LowRankUpdate _update;
        private readonly Tensor _x, _inner, _y;
        private readonly Tensor? _scaled;
        private readonly Parameter? _bias;

        public Bench(LowRankShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            // The middle of three stacked matrices has no update.
            var whole = new LinearWeight("target", [.. new[] { shape.Outputs, Gap, shape.Outputs + 3 }.Select((n, i) => new Parameter($"t{i}", n, shape.Inputs, 0, isVector: false, Store))]);
            var down = Weight("down", shape.FirstRank + shape.SecondRank, shape.Inputs);
            LinearWeight first = Weight("first", shape.Outputs, shape.FirstRank), second = Weight("second", shape.Outputs + 3, shape.SecondRank);
            var (one, two) = shape.Magnitudes ? (Vector("m1", shape.Outputs), Vector("m2", shape.Outputs + 3)) : (null, null);
            _update = new LowRankUpdate(whole, down, [new LowRankPart(0, 0, 2, first, one), new LowRankPart(shape.Outputs + Gap, shape.FirstRank, 0.375, second, two)]);
            _update.Prepare(device);
            _x = Activations("x", shape.Tokens, shape.Inputs, Role.Input);
            _inner = Activations("inner", shape.Tokens, down.Rows, Role.Kept);
            _y = Activations("y", shape.Tokens, whole.Rows, shape.Magnitudes ? Role.Constant : Role.Output);
            if (!shape.Magnitudes) return;
            _scaled = Activations("scaled", shape.Tokens, whole.Rows, Role.Output);
            if (shape.Bias) _bias = Vector("bias", whole.Rows);
        }

        public override void Forward(Cut cut)
        {
            Fill();
            foreach (var rows in cut.Rows(_shape.Tokens))
            {
                Kernels.LowRank(_x, _update, _inner, _y, rows, Scratch);
                if (_scaled is not null) Kernels.ScaleOutputs(_y, _update, _bias, null, _scaled, rows);
            }
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens))
            {
                if (_scaled is not null) Kernels.ScaleOutputsBackward(_y, _update, _scaled, rows);
                Kernels.LowRankBackward(_x, _update, _inner, _y, rows);
            }

            foreach (var share in cut.EachShare())
            {
                foreach (var rows in cut.Rows(_shape.Tokens))
                {
                    Kernels.LowRankWeightGradient(_x, _update, _inner, _y, rows, share);
                    if (_scaled is not null) Kernels.MagnitudeGradient(_y, _update, _scaled, rows, share);
                }
            }

            if (_bias is null) return;
            // What no kernel does here: the bias's gradient, in the device's own precision.
            double[] sums = new double[_bias.Rows], row = new double[_bias.Rows];
            _bias.Store.Gradients.Read(_bias.Offset, sums);
            for (var t = 0; t < _shape.Tokens; t++)
            {
                _scaled!.Gradient!.Read(_scaled.GradientOffset + ((long)t * _scaled.Stride), row);
                for (var n = 0; n < sums.Length; n++) sums[n] = Device.ElementSize == 8 ? sums[n] + row[n] : (float)sums[n] + (float)row[n];
            }

            _bias.Store.Gradients.Write(_bias.Offset, sums);
        }

        /// <summary>Norms are constants for the gradient: they are given, and the factors made of them.</summary>
        private void Fill()
        {
            if (_scaled is null) return;
            double[] norms = new double[_scaled.Columns], factors = new double[_scaled.Columns];
            for (var n = 0; n < norms.Length; n++) (norms[n], factors[n]) = (1 + (n % 5 * 0.25), 1);
            foreach (var part in _update.Parts)
            {
                var magnitudes = new double[part.Outputs];
                Store.Values.Read(part.Magnitude!.Offset, magnitudes);
                for (var n = 0; n < part.Outputs; n++) factors[part.FirstOutput + n] = magnitudes[n] / norms[part.FirstOutput + n];
            }

            _update.Norms!.Write(0, norms);
            _update.Factors!.Write(0, factors);
        }
    }
}
