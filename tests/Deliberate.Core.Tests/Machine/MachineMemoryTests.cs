namespace Deliberate.Core.Tests;

public sealed class MachineMemoryTests
{
    [Fact]
    public void Some_memory_is_free_and_no_more_than_there_is()
    {
        MachineMemory.Available.ShouldBeGreaterThan(10_000_000);
        MachineMemory.Available.ShouldBeLessThanOrEqualTo(MachineMemory.Total);
    }
}
