using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>AllHeads: one norm over all heads of q, one over all of k.</summary>
internal sealed record RotateHeadsShape(int Tokens, int KeyHeads, int Group, int HeadSize, int RotatedSize, bool Positions, bool QueryNorm, bool KeyNorm, bool AllHeads, double Offset, bool InPlace)
    : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from tokens in Gen.Choose(1, 20)
        from keyHeads in Gen.Choose(1, 3)
        from @group in Gen.Choose(1, 3)
        from half in Gen.Choose(1, 40)
        from rotatedHalf in Gen.Choose(1, half)
        from positions in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
            // As in RmsNormShape: no norm of a head smaller than eight.
        from queryNorm in Gen.Elements(false, half >= 4)
        from keyNorm in Gen.Elements(false, half >= 4)
        from allHeads in Gen.Elements(false, true)
        from offset in Gen.Elements(0.0, 1.0)
        from inPlace in Gen.Elements(false, true)
        select (OperationShape)new RotateHeadsShape(tokens, keyHeads, @group, 2 * half, 2 * rotatedHalf, positions, queryNorm, keyNorm, allHeads, offset, inPlace && !queryNorm && !keyNorm);

    public override OperationBench On(Device device) => new Bench(this, device);

    private sealed class Bench : OperationBench
    {
        private const int TablePositions = 50;
        private readonly RotateHeadsShape _shape;
        private readonly HeadRotation _rotation;
        private readonly Tensor _x, _y;
        private readonly Tensor? _inverse;
        private readonly DeviceBuffer _positions;

        public Bench(RotateHeadsShape shape, Device device)
            : base(device)
        {
            _shape = shape;
            var heads = new AttentionShape(shape.KeyHeads * shape.Group, shape.KeyHeads, shape.HeadSize, 1);
            var queryNorm = shape.QueryNorm ? Vector("query norm", shape.AllHeads ? heads.Heads * shape.HeadSize : shape.HeadSize) : null;
            var keyNorm = shape.KeyNorm ? Vector("key norm", shape.AllHeads ? heads.KeyHeads * shape.HeadSize : shape.HeadSize) : null;
            _rotation = new HeadRotation(heads, shape.Positions ? Constants(Table(shape.RotatedSize)) : null, shape.RotatedSize, queryNorm, keyNorm, shape.Offset, 1e-6);
            _x = Activations("x", shape.Tokens, heads.Columns, shape.InPlace ? Role.Input | Role.Output : Role.Input);
            _y = shape.InPlace ? _x : Activations("y", shape.Tokens, heads.Columns, Role.Output);
            if (shape.QueryNorm || shape.KeyNorm) _inverse = Activations("inverse", shape.Tokens, heads.Heads + heads.KeyHeads, Role.Kept);
            _positions = Ints(shape.Tokens, i => i * 11 % TablePositions);
        }

        public override void Forward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens)) Kernels.RotateHeads(_rotation, _x, _inverse, _y, _positions, rows);
        }

        public override void Backward(Cut cut)
        {
            foreach (var rows in cut.Rows(_shape.Tokens))
            {
                Kernels.RotateHeadsBackward(_rotation, _x, _inverse, _y, _positions, rows);
                if (_inverse is not null) Kernels.RotateHeadsWeightGradient(_rotation, _x, _inverse, _y, rows);
            }
        }

        private static double[] Table(int size)
        {
            var table = new double[TablePositions * size];
            for (var position = 0; position < TablePositions; position++)
            {
                for (var i = 0; i < size / 2; i++)
                {
                    var angle = position * Math.Pow(100, -2.0 * i / size);
                    table[(position * size) + i] = (float)Math.Cos(angle);
                    table[(position * size) + (size / 2) + i] = (float)Math.Sin(angle);
                }
            }

            return table;
        }
    }
}
