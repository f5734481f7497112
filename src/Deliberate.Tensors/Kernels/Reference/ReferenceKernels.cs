namespace Deliberate.Tensors;

internal static class ReferenceKernelsStub
{
}
