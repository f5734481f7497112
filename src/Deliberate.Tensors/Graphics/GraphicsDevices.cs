using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Deliberate.Tensors;

/// <summary>One device that a driver of graphics cards offers.</summary>
/// <param name="Driver">CUDA or OpenCL. A card that has both is found by both.</param>
/// <param name="Memory">Bytes on the device.</param>
/// <param name="Check">What <see cref="GraphicsCheck"/> found.</param>
internal sealed record GraphicsDevice(string Name, string Driver, long Memory, GraphicsFinding Check);

/// <summary>
/// The devices that ILGPU reaches through CUDA and OpenCL, each tried with a product, and why a driver offers none. ILGPU is loaded only
/// where there is a driver. It is what <c>doctor</c> tells, and where a device is taken from (<see cref="GraphicsChoice"/>).
/// </summary>
/// <param name="Devices">In the order of the drivers.</param>
/// <param name="Missing">One sentence for each driver that offers nothing: why.</param>
internal sealed record GraphicsDevices(IReadOnlyList<GraphicsDevice> Devices, IReadOnlyList<string> Missing)
{
    private static readonly Lock s_lock = new();
    private static bool s_resolves;

    /// <summary>What runs on the processor although there is a card.</summary>
    public string FallsBack => Devices.Any(d => d.Check.Works)
        ? "all but train, resume, sample, generate, chat, perplexity, eval, search, labels generate and serve with --device gpu (or device: gpu in a recipe); of those, drawing tokens (not the likeliest, at temperature 0), grammars, graders, objectives of your own after a step's first update, losses of preferences, heads that read surprise; bf16 and q8_0 weights and caches are refused"
        : "everything: there is no card that can be used";

    /// <summary>Looks at both drivers; nothing that goes wrong with one is thrown.</summary>
    public static GraphicsDevices Find()
    {
        var devices = new List<GraphicsDevice>();
        var missing = new List<string>();
        foreach (var driver in Drivers) Look(driver, (context, device) => devices.Add(new GraphicsDevice(device.Name.Trim(), driver, device.MemorySize, Try(context, device))), missing);
        return new GraphicsDevices(devices, missing);
    }

    /// <summary>Takes the first device of a driver, if it passes the check.</summary>
    /// <param name="driver">One of <see cref="Drivers"/>.</param>
    /// <param name="missing">Gets one sentence where there is none: why.</param>
    public static Device? Open(string driver, List<string> missing)
    {
        Device? opened = null;
        Look(driver, (_, device) => opened ??= Take(driver, device.Name, missing), missing);
        return opened;
    }

    /// <summary>The drivers, the one that is tried first at the front.</summary>
    public static IReadOnlyList<string> Drivers { get; } = ["CUDA", "OpenCL"];

    private static (string[] Libraries, string Install) Needs(string driver) => driver is "CUDA"
        ? (Names("libcuda.so.1", "libcuda.so", "nvcuda.dll"), "NVIDIA's driver is not installed")
        : (Names("libOpenCL.so.1", "libOpenCL.so", "OpenCL.dll"), "no OpenCL loader is installed (Debian: ocl-icd-libopencl1, and the card's own package)");

    private static string[] Names(string versioned, string plain, string windows) => OperatingSystem.IsWindows() ? [windows] : [versioned, plain];

    private static void Look(string driver, Action<Context, ILGPU.Runtime.Device> found, List<string> missing)
    {
        var (libraries, install) = Needs(driver);
        if (!Array.Exists(libraries, Loads))
        {
            missing.Add($"{driver}: {libraries[0]} was not found, so {install}");
            return;
        }

        try
        {
            if (!Ask(driver, found)) missing.Add($"{driver}: the library is there, and no driver behind it offers a device that ILGPU takes (OpenCL: 2.0 or later)");
        }
        catch (Exception e)
        {
            // Old drivers lack functions, broken ones fail in ways of their own: all of them are told, none stops the rest.
            missing.Add($"{driver}: the driver does not work with ILGPU ({e.GetBaseException().Message.TrimEnd('.')}): an old one has to be renewed");
        }
    }

    private static bool Loads(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }

    // A method of its own: whoever has no driver never loads ILGPU.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Ask(string driver, Action<Context, ILGPU.Runtime.Device> found)
    {
        ResolveVersionedNames();
        using var context = ContextOf(driver);
        // Where a driver has nothing, ILGPU puts its own emulation on the processor in the place.
        var any = false;
        foreach (var device in DevicesOf(context, driver))
        {
            found(context, device);
            any = true;
        }

        return any;
    }

    private static Context ContextOf(string driver) => Context.Create(builder =>
    {
        if (driver is "CUDA") builder.Cuda();
        else builder.OpenCL();
    });

    private static IEnumerable<ILGPU.Runtime.Device> DevicesOf(Context context, string driver)
    {
        var type = driver is "CUDA" ? AcceleratorType.Cuda : AcceleratorType.OpenCL;
        foreach (var device in context)
            if (device.AcceleratorType == type) yield return device;
    }

    /// <summary>In a context of its own, which lives as long as the device.</summary>
    private static GpuDevice? Take(string driver, string name, List<string> missing)
    {
        var context = ContextOf(driver);
        Accelerator? accelerator = null;
        try
        {
            accelerator = DevicesOf(context, driver).First(d => d.Name == name).CreateAccelerator(context);
            var check = GraphicsCheck.Run(accelerator);
            if (check.Works) return new GpuDevice(context, accelerator, driver);
            missing.Add($"{driver}: {accelerator.Name.Trim()} {check.Text}");
        }
        catch (Exception e)
        {
            missing.Add($"{driver}: the device does not answer: {e.GetBaseException().Message.TrimEnd('.')}");
        }

        accelerator?.Dispose();
        context.Dispose();
        return null;
    }

    private static GraphicsFinding Try(Context context, ILGPU.Runtime.Device device)
    {
        try
        {
            using var accelerator = device.CreateAccelerator(context);
            return GraphicsCheck.Run(accelerator);
        }
        catch (Exception e)
        {
            return new GraphicsFinding(false, $"does not answer: {e.GetBaseException().Message.TrimEnd('.')}");
        }
    }

    /// <summary>ILGPU asks for the names that only development packages have: those with a version are what a driver brings.</summary>
    private static void ResolveVersionedNames()
    {
        lock (s_lock)
        {
            if (s_resolves || OperatingSystem.IsWindows()) return;
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            s_resolves = true;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        var versioned = name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) ? "libOpenCL.so.1" : name is "cuda" or "libcuda" or "libcuda.so" ? "libcuda.so.1" : null;
        return versioned is not null && NativeLibrary.TryLoad(versioned, out var handle) ? handle : 0;
    }
}
