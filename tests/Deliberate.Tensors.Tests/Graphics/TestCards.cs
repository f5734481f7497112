namespace Deliberate.Tensors.Tests;

/// <summary>The card that tests run on: pocl's where scripts/gpu-tests.sh has put OpenCL, else the emulation.</summary>
internal static class TestCards
{
    /// <summary>Set by scripts/gpu-tests.sh, where a driver has to be found.</summary>
    public static bool RequiresOpenCl => Environment.GetEnvironmentVariable("DELIBERATE_REQUIRE_OPENCL") is "1";

    /// <summary>Shapes that a property is tried with.</summary>
    public const int Shapes = 10;

    public static Device Open() => Device.Shared(RequiresOpenCl ? "gpu:opencl" : "gpu:emulated");
}
