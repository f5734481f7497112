using System.Runtime.CompilerServices;

namespace Deliberate.Tensors.Tests;

public sealed class AdapterTests
{
    [Fact]
    public void An_adapter_knows_a_rotation_as_long_as_the_tape_that_it_was_made_for()
    {
        using var device = Device.Cpu(1);
        using var adapter = new Adapter(device);
        var kept = Rotation();
        var adapted = adapter.RotationOf(kept);
        var gone = Forgotten(adapter);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        gone.IsAlive.ShouldBeFalse();
        adapter.RotationOf(kept).ShouldBeSameAs(adapted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forgotten(Adapter adapter) => new(adapter.RotationOf(Rotation()));

    private static HeadRotation Rotation() => new(new AttentionShape(2, 1, 4, 1), null, 4, null, null, 0, 1e-6);
}
