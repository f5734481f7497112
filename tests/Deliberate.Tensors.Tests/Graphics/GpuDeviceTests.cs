using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Deliberate.Tensors.Tests;

public sealed class GpuDeviceTests
{
    [Fact]
    public void The_product_is_right_and_batch_invariant_on_the_processor()
    {
        using var context = Context.Create(builder => builder.CPU());
        using var accelerator = context.CreateCPUAccelerator(0);
        var found = GraphicsCheck.Run(accelerator);
        found.Works.ShouldBeTrue(found.Text);
        found.Text.ShouldContain("a row alone in the bits that it has in a batch");
    }

    [Fact]
    public void A_device_that_multiplies_wrong_or_by_the_batch_is_not_taken()
    {
        var right = GraphicsCheckNumbers();
        GraphicsCheck.Judge(right, right).Works.ShouldBeTrue();

        var wrong = right.ToArray();
        wrong[^1] += 0.01f;
        GraphicsCheck.Judge(wrong, wrong).Text.ShouldStartWith("wrong: ");
        wrong[^1] = float.NaN;
        GraphicsCheck.Judge(wrong, wrong).Works.ShouldBeFalse();
        var other = right.ToArray();
        other[40] = MathF.BitIncrement(other[40]);
        GraphicsCheck.Judge(right, other).Text.ShouldStartWith("not batch-invariant: row 1 ");
    }

    [Fact]
    public void A_driver_that_offers_nothing_is_told_with_the_reason()
    {
        var found = GraphicsDevices.Find();
        // Each of the two has devices or a reason.
        foreach (var driver in new[] { "CUDA", "OpenCL" })
            (found.Devices.Any(d => d.Driver == driver) ^ found.Missing.Any(m => m.StartsWith(driver + ": ", StringComparison.Ordinal))).ShouldBeTrue();
        // ILGPU's emulation on the processor is no card.
        found.Devices.ShouldAllBe(d => d.Name != "CPUAccelerator");
    }

    [Fact]
    public void OpenCL_by_pocl_works()
    {
        Assert.SkipUnless(TestCards.RequiresOpenCl, "Needs OpenCL 2.0 or later: scripts/gpu-tests.sh runs it in a Debian 13 folder.");
        var found = GraphicsDevices.Find();
        var device = found.Devices.Where(d => d.Driver is "OpenCL").ShouldHaveSingleItem(string.Join("; ", found.Missing));
        device.Check.Works.ShouldBeTrue(device.Check.Text);
        device.Memory.ShouldBeGreaterThan(0);
        Console.WriteLine($"{device.Name}: {device.Check.Text}");
    }

    /// <summary>What a right device gives, in double rounded once.</summary>
    private static float[] GraphicsCheckNumbers()
    {
        static double Number(int i, int factor) => (float)((((i + 1) * factor) % 1009) / 504.5f) - 1f;
        var y = new float[7 * 33];
        for (var i = 0; i < y.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < 65; k++) sum += (float)Number((i / 33 * 65) + k, 617) * (double)(float)Number((i % 33 * 65) + k, 389);
            y[i] = (float)sum;
        }

        return y;
    }
}
