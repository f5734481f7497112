namespace Deliberate.Tensors;

/// <summary>How the passes of a tape are shared out among the workers: by blocks of rows, by shares of the weights, by columns, by parts of what mixes rows.</summary>
internal sealed partial class Tape
{
    private enum Pass
    {
        Forward,

        /// <summary>The forward of what was not kept.</summary>
        Again,
        Backward,
    }

    /// <summary>The first share of a job is always the calling thread's.</summary>
    private void Look(int share)
    {
        if (share == 0) Watcher?.Look();
    }

    /// <summary>Operations [start, end) on every block, blocks handed out as workers come free.</summary>
    private sealed class BlockJob(Tape tape) : ParallelJob
    {
        private int _start, _end, _next;
        private Pass _pass;

        public int Count { get; set; }

        public void Run(int start, int end, Pass pass)
        {
            (_start, _end, _pass, _next) = (start, end, pass, -1);
            tape._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var kernels = tape._device.Kernels;
            var scratch = tape._device.Scratches[worker];
            for (var i = Interlocked.Increment(ref _next); i < Count; i = Interlocked.Increment(ref _next))
            {
                var block = tape._blocks[i];
                if (_pass == Pass.Backward)
                {
                    for (var o = _end - 1; o >= _start; o--)
                    {
                        tape._operations[o].Backward(kernels, tape.Batch, block, scratch);
                        tape.Look(worker);
                    }

                    continue;
                }

                for (var o = _start; o < _end; o++)
                    if (_pass == Pass.Forward || tape._operations[o].RunsAgain) tape._operations[o].Forward(kernels, tape.Batch, block, scratch);
            }
        }
    }

    private sealed class ShareJob(Tape tape) : ParallelJob
    {
        private int _start, _end;

        public void Run(int start, int end)
        {
            (_start, _end) = (start, end);
            tape._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var share = new Share(worker, tape._device.Workers.Count);
            var rows = new Rows(0, tape.Batch.Tokens);
            for (var o = _start; o < _end; o++)
            {
                tape._operations[o].WeightGradient(tape._device.Kernels, tape.Batch, rows, share);
                tape.Look(worker);
            }
        }
    }

    private sealed class ColumnJob(Tape tape) : ParallelJob
    {
        private Operation? _operation;
        private Block _block;
        private bool _backward;

        public void Run(Operation operation, Block block, bool backward = false)
        {
            (_operation, _block, _backward) = (operation, block, backward);
            tape._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var share = new Share(worker, tape._device.Workers.Count);
            if (_backward) _operation!.BackwardShare(tape._device.Kernels, tape.Batch, _block, share, tape._device.Scratches[worker]);
            else _operation!.ForwardShare(tape._device.Kernels, tape.Batch, _block, share, tape._device.Scratches[worker]);
        }
    }

    /// <summary>An operation that mixes rows, on every block part by part, handed out as workers come free.</summary>
    private sealed class PartJob(Tape tape) : ParallelJob
    {
        private Operation? _operation;
        private bool _backward;
        private int _next;

        public void Run(Operation operation, bool backward)
        {
            (_operation, _backward, _next) = (operation, backward, -1);
            tape._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var kernels = tape._device.Kernels;
            var scratch = tape._device.Scratches[worker];
            var parts = _operation!.Parts;
            for (var i = Interlocked.Increment(ref _next); i < tape._blockJob.Count * parts; i = Interlocked.Increment(ref _next))
            {
                var block = tape._blocks[i / parts];
                if (_backward)
                {
                    _operation.BackwardPart(kernels, tape.Batch, block, i % parts, scratch);
                    tape.Look(worker);
                }
                else _operation.ForwardPart(kernels, tape.Batch, block, i % parts, scratch);
            }
        }
    }
}
