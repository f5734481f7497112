namespace Deliberate.Tensors;

/// <summary>The scalar reference: double precision, one thread, loops that read like the formulas.</summary>
internal sealed class ReferenceDevice() : Device(sizeof(double), new WorkerPool(1))
{
    public override string Name => "reference float64";

    internal override IKernels Kernels { get; } = new ReferenceKernels();
}
