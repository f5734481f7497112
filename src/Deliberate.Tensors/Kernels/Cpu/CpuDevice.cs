using System.Runtime.Intrinsics;

namespace Deliberate.Tensors;

/// <summary>The fast CPU: floats, the widest vector instructions there are, one worker a core.</summary>
internal sealed class CpuDevice : Device
{
    private CpuDevice(string instructionSet, WorkerPool workers, Func<Device, IKernels> kernels)
        : base(sizeof(float), workers)
    {
        InstructionSet = instructionSet;
        Kernels = kernels(this);
    }

    public string InstructionSet { get; }

    public override string Name => $"cpu float32 {InstructionSet}";

    internal override IKernels Kernels { get; }

    public static CpuDevice Create(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var workers = new WorkerPool(threads == 0 ? Environment.ProcessorCount : threads);
        if (Vector512.IsHardwareAccelerated) return new CpuDevice("AVX-512", workers, device => new CpuKernels<Lanes512>(device));
        if (Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Fma.IsSupported) return new CpuDevice("AVX2", workers, device => new CpuKernels<Lanes256>(device));
        if (Vector128.IsHardwareAccelerated) return new CpuDevice("128-bit", workers, device => new CpuKernels<Lanes128>(device));
        return new CpuDevice("scalar", workers, device => new CpuKernels<LanesScalar>(device));
    }
}
