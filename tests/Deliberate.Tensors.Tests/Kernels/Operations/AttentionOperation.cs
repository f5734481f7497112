using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

internal sealed record AttentionCase(int KeyHeads, int Group, int HeadSize, int[] Segments, bool Causal, int Window, double SoftCap, bool Continues) : OperationShape
{
    public static Gen<OperationShape> Draw { get; } =
        from keyHeads in Gen.Choose(1, 3)
        from @group in Gen.Choose(1, 3)
        from size in Gen.Choose(1, 40)
        from count in Gen.Choose(1, 3)
        from segments in Gen.ArrayOf(Gen.Frequency((3, Gen.Choose(1, 20)), (1, Gen.Choose(21, 140))), count)
        from causal in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from window in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 70)))
        from softCap in Gen.Elements(0.0, 0.0, 2.5)
        from continues in Gen.Elements(false, true)
        select (OperationShape)new AttentionCase(keyHeads, @group, size, segments, causal, window, softCap, continues && causal);

    public override OperationBench On(Device device) => new Bench(this, device);

    public override string ToString() =>
        $"{KeyHeads} key heads, group {Group}, size {HeadSize}, segments {string.Join(' ', Segments)}, causal {Causal}, window {Window}, cap {SoftCap}{(Continues ? ", going on from the first" : "")}";

    private sealed class Bench : OperationBench
    {
        private readonly AttentionCase _case;
        private readonly AttentionShape _shape;
        private readonly Tensor _qkv, _output, _logSumExp;

        public Bench(AttentionCase @case, Device device)
            : base(device)
        {
            _case = @case;
            _shape = new AttentionShape(@case.KeyHeads * @case.Group, @case.KeyHeads, @case.HeadSize, 1 / Math.Sqrt(@case.HeadSize), @case.Causal, @case.Window, @case.SoftCap);
            var tokens = @case.Segments.Sum();
            _qkv = Activations("qkv", tokens, _shape.Columns, Role.Input);
            _output = Activations("output", tokens, _shape.Heads * _shape.HeadSize, Role.Output);
            _logSumExp = Activations("log-sum-exp", tokens, _shape.Heads, Role.Kept);
        }

        public override void Forward(Cut cut) =>
            EachSegmentAndHead(cut, (prefix, segment, head) => Kernels.Attention(_shape, _qkv, _output, _logSumExp, prefix, segment, head, Scratch));

        public override void Backward(Cut cut) =>
            EachSegmentAndHead(cut, (prefix, segment, head) => Kernels.AttentionBackward(_shape, _qkv, _output, _logSumExp, prefix, segment, head, Scratch));

        /// <summary>Segments in order; with shares, the other way round, but for those that go on from the first: they come after it.</summary>
        private void EachSegmentAndHead(Cut cut, Action<Rows, Rows, int> run)
        {
            var work = new List<(Rows Prefix, Rows Segment, int Head)>();
            var row = 0;
            foreach (var length in _case.Segments)
            {
                for (var head = 0; head < _case.KeyHeads; head++) work.Add((_case.Continues && row > 0 ? new Rows(0, _case.Segments[0]) : default, new Rows(row, row + length), head));
                row += length;
            }

            if (cut.Shares > 1 && _case.Continues) work = [.. work.OrderByDescending(w => w.Head)];
            else if (cut.Shares > 1) work.Reverse();
            foreach (var (prefix, segment, head) in work) run(prefix, segment, head);
        }
    }
}
