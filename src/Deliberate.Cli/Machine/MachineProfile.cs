using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>What this machine has, what Deliberate will use of it and why, and what stands in its way.</summary>
/// <param name="Device">The device's name, as runs record it: results are the same bits only under the same one.</param>
/// <param name="DeviceReason">Why this one.</param>
/// <param name="MemoryTotal">Bytes that this process may use: the machine's, or its container's.</param>
/// <param name="MemoryAvailable">Bytes free for it now.</param>
/// <param name="DiskFree">Bytes free where the current folder is.</param>
/// <param name="HugePages">The system's setting: always, madvise or never; "unknown" elsewhere than Linux.</param>
/// <param name="GigaflopsPerSecond">Of a float32 matrix product on all threads, measured.</param>
/// <param name="Sandbox">Whether code that is not trusted can be run, and why not.</param>
/// <param name="Graphics">Graphics devices that were found and tried, and why others were not.</param>
/// <param name="Warnings">What is wrong, each with what to do.</param>
internal sealed record MachineProfile(
    string Cpu, int Cores, int PhysicalCores, IReadOnlyList<string> InstructionSets, string Device, string DeviceReason, int Threads, long MemoryTotal, long MemoryAvailable, long DiskFree, string HugePages, string System, string DotNet, string Deliberate, double GigaflopsPerSecond, string Sandbox, GraphicsDevices Graphics, IReadOnlyList<string> Warnings)
{
    private const double Gigabyte = 1e9;

    public static string Version { get; } = typeof(MachineProfile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Measures the machine in under a second.</summary>
    /// <param name="threads">Worker threads; 0 for one a core.</param>
    public static MachineProfile Measure(int threads)
    {
        using var device = Tensors.Device.Cpu(threads);
        var profile = new MachineProfile(
            LinuxFiles.CpuModel() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            LinuxFiles.PhysicalCores(),
            Supported(),
            device.Name,
            Reason(),
            device.Workers.Count,
            MachineMemory.Total,
            MachineMemory.Available,
            new DriveInfo(Path.GetFullPath(".")).AvailableFreeSpace,
            LinuxFiles.HugePages() ?? "unknown",
            $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            RuntimeInformation.FrameworkDescription,
            Version,
            Math.Round(SpeedProbe.Measure(device) / 1e9, 1),
            Reasoning.Sandbox.WhyNotUntrusted() is { } why ? $"none: {why}; code that a model wrote does not run here" : "bubblewrap works",
            GraphicsDevices.Find(),
            []);
        return profile with { Warnings = [.. profile.FindWarnings()] };
    }

    private static List<string> Supported()
    {
        var sets = new List<string>();
        void Add(bool supported, string name)
        {
            if (supported) sets.Add(name);
        }

        Add(Sse42.IsSupported, "SSE4.2");
        Add(Avx.IsSupported, "AVX");
        Add(Avx2.IsSupported, "AVX2");
        Add(Fma.IsSupported, "FMA");
        Add(AvxVnni.IsSupported, "AVX-VNNI");
        Add(Avx512F.IsSupported, "AVX-512F");
        Add(Avx512BW.IsSupported, "AVX-512BW");
        Add(Avx512Vbmi.IsSupported, "AVX-512VBMI");
        Add(AdvSimd.IsSupported, "NEON");
        Add(Dp.IsSupported, "DotProd");
        return sets;
    }

    private static string Reason() =>
        Vector512.IsHardwareAccelerated ? "the processor and .NET have 512-bit vectors"
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? Avx512F.IsSupported ? "256-bit vectors with FMA: .NET holds 512-bit ones back on this processor" : "256-bit vectors with FMA are the widest here"
        : Vector128.IsHardwareAccelerated ? "128-bit vectors are the widest here"
        : "no vector instructions are switched on";

    private IEnumerable<string> FindWarnings()
    {
        if (typeof(DeviceBuffer).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
            yield return "This build is not optimised, ten times slower: run it with dotnet run -c Release.";
        foreach (var name in new[] { "DOTNET_EnableHWIntrinsic", "DOTNET_EnableAVX2", "DOTNET_EnableAVX512", "DOTNET_EnableAVX512F", "DOTNET_PreferredVectorBitWidth" })
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) yield return $"{name}={value} limits the vector instructions: unset it for full speed.";
        }

        if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && !Avx2.IsSupported) yield return "Without AVX2 training takes some five times as long: use a machine from after 2014.";
        if (Threads > Cores) yield return $"{Threads} threads on {Cores} cores hinder each other: use --threads {Cores} or less.";
        if (LinuxFiles.Load() is { } load && load > 0.6 * Cores)
            yield return string.Create(CultureInfo.InvariantCulture, $"Other programs keep {load:0.0} of {Cores} cores busy: stop them, or expect to wait longer.");
        if (MemoryAvailable < 2 * Gigabyte) yield return $"Only {Quantity.Bytes(MemoryAvailable)} of memory are free and the quickstart may need 2 GB: close programs, or raise the container's limit.";
        if (DiskFree < 1 * Gigabyte) yield return $"Only {Quantity.Bytes(DiskFree)} are free on this disk and a run writes some 100 MB: free some, or choose --output elsewhere.";
        if (HugePages == "never") yield return "Huge pages are off, which costs some percent: as root, echo madvise > /sys/kernel/mm/transparent_hugepage/enabled.";
    }
}
