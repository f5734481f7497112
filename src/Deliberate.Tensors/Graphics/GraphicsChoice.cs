using System.Runtime.CompilerServices;
using Deliberate.Core;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Deliberate.Tensors;

/// <summary>
/// Which device a recipe or a command asks for: <c>cpu</c>; <c>gpu</c> for the first card that a driver offers, CUDA's before OpenCL's;
/// <c>gpu:cuda</c> or <c>gpu:opencl</c> for one driver's; <c>gpu:emulated</c> for a card that the processor plays, slowly, to try what one
/// would do where there is none.
/// </summary>
internal static class GraphicsChoice
{
    public const string Cpu = "cpu";

    /// <summary>What kernels hold besides what the model needs, at most: scores and logits of a piece of the batch.</summary>
    public const long WorkingBytes = 4L * sizeof(float) << 24;

    private const string Emulated = "gpu:emulated";

    public static IReadOnlyList<string> All { get; } = [Cpu, "gpu", "gpu:cuda", "gpu:opencl", Emulated];

    /// <exception cref="UserError">It is none of <see cref="All"/>.</exception>
    public static void Check(string choice, string? field = "device", string? file = null)
    {
        if (!All.Contains(choice, StringComparer.Ordinal)) throw new UserError($"there is no device \"{choice}\".", file, field: field, advice: $"Say {string.Join(", ", All.SkipLast(1))} or {All[^1]}; deliberate doctor lists the cards that were found.");
    }

    /// <summary>Takes the card.</summary>
    /// <exception cref="UserError">There is none, with each driver's reason.</exception>
    public static Device Open(string choice)
    {
        Check(choice);
        if (choice == Emulated) return Emulate();
        var missing = new List<string>();
        foreach (var driver in GraphicsDevices.Drivers)
            if (choice == "gpu" || choice.EndsWith(driver, StringComparison.OrdinalIgnoreCase))
                if (GraphicsDevices.Open(driver, missing) is { } device) return device;
        throw new UserError($"no graphics card can be used. {string.Join(". ", missing)}.", field: "device", advice: "Mend what deliberate doctor says of the driver, or leave the device out to use the processor.");
    }

    /// <param name="isDirect">Whether kernels are called as they are; else ILGPU launches them, slowly.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static GpuDevice Emulate(bool isDirect = true)
    {
        var context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
        return new GpuDevice(context, context.CreateCPUAccelerator(0), "emulated", isDirect);
    }
}
