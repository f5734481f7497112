using System.Globalization;
using Deliberate.Core;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Deliberate.Tensors;

/// <summary>
/// A graphics card through ILGPU: floats in memory of its own, one ordered queue, kernels in C# (<see cref="GpuKernels"/>). One worker of the
/// host gives it its work, whole batches at a time.
/// </summary>
internal sealed class GpuDevice : Device
{
    private readonly Context _context;
    private readonly string _driver;
    private long _taken, _reads;

    /// <param name="context">Owned, as the accelerator is.</param>
    /// <param name="driver">As users name it.</param>
    /// <param name="isDirect">Kernels are called on the processor: an emulation.</param>
    internal GpuDevice(Context context, Accelerator accelerator, string driver, bool isDirect = false)
        : base(sizeof(float), new WorkerPool(1))
    {
        (_context, Accelerator, _driver, Loader) = (context, accelerator, driver, new GpuLoader(accelerator, isDirect));
        Kernels = new GpuKernels(this);
    }

    /// <summary>Driver and card: the bits are those of the same card and driver.</summary>
    public override string Name => $"{_driver} float32 {Accelerator.Name.Trim()}";

    internal override IKernels Kernels { get; }

    internal override bool TakesWholeBatches => true;

    internal override bool HasOwnMemory => true;

    internal override long HostReads => Interlocked.Read(ref _reads);

    internal Accelerator Accelerator { get; }

    internal GpuLoader Loader { get; }

    /// <summary>Held by whoever gives the card work or copies, since ILGPU's kernels are one thread's at a time.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Bytes that nobody has taken, other programs included where the driver tells.</summary>
    internal override long? FreeMemory => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Accelerator.MemorySize - _taken;

    internal void CountRead() => Interlocked.Increment(ref _reads);

    /// <summary>Takes memory, as it comes.</summary>
    /// <exception cref="UserError">The card has not that much.</exception>
    internal MemoryBuffer1D<byte, Stride1D.Dense> Take(long bytes)
    {
        try
        {
            var buffer = Accelerator.Allocate1D<byte>(bytes);
            _taken += bytes;
            return buffer;
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
        {
            throw new UserError(
                string.Create(CultureInfo.InvariantCulture, $"the card has no memory left: {Quantity.Bytes(bytes)} more were asked of {Accelerator.Name.Trim()}, which has {Quantity.Bytes(Accelerator.MemorySize)}, {Quantity.Bytes(_taken)} of it taken by this program."),
                field: "device", advice: "End other programs that use the card, or make the work smaller: fewer sequences at once, shorter texts, a smaller model.", inner: e);
        }
    }

    internal void Give(MemoryBuffer1D<byte, Stride1D.Dense> buffer)
    {
        _taken -= buffer.LengthInBytes;
        buffer.Dispose();
    }

    private protected override DeviceBuffer AllocateOf(long length, int elementSize) => new(length, elementSize, new GpuMemory(this, length * elementSize));

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        using var held = Gate.EnterScope();
        Accelerator.Dispose();
        _context.Dispose();
    }
}
