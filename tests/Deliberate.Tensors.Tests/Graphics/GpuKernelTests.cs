namespace Deliberate.Tensors.Tests;

/// <summary>The card's kernels against the reference, and against themselves with rows and shares cut, as those of the CPU are tested.</summary>
public sealed class GpuKernelTests(GpuKernelTests.Card card) : IClassFixture<GpuKernelTests.Card>
{
    [Theory]
    [ClassData(typeof(OperationNames))]
    public void The_card_gives_what_the_reference_gives(string operation) => KernelChecks.AgainstReference(card.Device, operation, TestCards.Shapes);

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Cuts_of_rows_and_shares_do_not_change_bits(string operation) => KernelChecks.SameBitsWhateverTheCut(card.Device, operation, TestCards.Shapes);

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void Cached_attention_gives_the_bits_of_attention(int rowsAtOnce) => KernelChecks.CacheGivesTheBitsOfAttention(card.Device, rowsAtOnce, TestCards.Shapes);

    /// <summary>What is called elsewhere is launched by ILGPU here, which compiles it: one shape, for its threads are slow.</summary>
    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Compiled_for_the_processor_they_give_the_same(string operation)
    {
        Assert.SkipWhen(TestCards.RequiresOpenCl, "OpenCL compiles them itself.");
        using var launched = GraphicsChoice.Emulate(isDirect: false);
        KernelChecks.AgainstReference(launched, operation, 1);
    }

    /// <summary>Kernels are compiled once for all tests.</summary>
    public sealed class Card : IDisposable
    {
        internal Device Device { get; } = TestCards.Open();

        public void Dispose() => Device.Dispose();
    }
}
