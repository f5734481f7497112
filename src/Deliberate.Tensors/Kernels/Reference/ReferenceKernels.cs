namespace Deliberate.Tensors;

/// <summary>
/// Every operation of <see cref="IKernels"/> in double, as plain loops that read like the formulas: the oracle that the tests
/// hold the fast devices against. One file an operation, forward and backward next to each other. Speed is no aim here; sums run
/// in the order of their index, so the results do not depend on how rows or shares were cut.
/// </summary>
internal sealed unsafe partial class ReferenceKernels : IKernels
{
    /// <summary>The reference reads the weights as they are and keeps no packed copy.</summary>
    public void Prepare(LinearWeight weight, bool training)
    {
    }

    public bool PacksInPlace(LinearWeight weight) => false;

    public void Pack(LinearWeight weight, bool training, Share share)
    {
    }

    public int StoredOutputs => 1;

    public void PrepareStored(LinearWeight weight) => throw new NotSupportedException("The reference device holds weights in double only.");

    public void PackStored(LinearWeight weight, int panel, ReadOnlySpan<float> outputs) => PrepareStored(weight);

    private static double Dot(double* a, double* b, int length)
    {
        double sum = 0;
        for (var i = 0; i < length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void Copy(double* from, double* to, int count)
    {
        for (var i = 0; i < count; i++) to[i] = from[i];
    }

    private static void Zero(double* target, int count)
    {
        for (var i = 0; i < count; i++) target[i] = 0;
    }
}
