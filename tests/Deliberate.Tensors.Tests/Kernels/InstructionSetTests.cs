using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// The comparisons with the reference once more in processes of their own, with instruction sets switched off by the runtime's
/// environment variables (.NET 10 names AVX-512 as a whole EnableAVX512). Each child writes down which device it ran on.
/// </summary>
public sealed class InstructionSetTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("DOTNET_EnableAVX512", "AVX2")]
    [InlineData("DOTNET_EnableAVX2", "128-bit")]
    [InlineData("DOTNET_EnableHWIntrinsic", "scalar")]
    public async Task Kernels_match_the_reference_without(string switchedOff, string instructionSet)
    {
        Assert.SkipUnless(Avx2.IsSupported && Fma.IsSupported, "Needs an x64 machine with AVX2, whose instruction sets can be switched off one by one.");
        var report = Path.GetTempFileName();
        try
        {
            var (exitCode, output) = await RunChild(switchedOff, report);
            exitCode.ShouldBe(0, output);
            var device = await File.ReadAllTextAsync(report);
            device.ShouldBe($"cpu float32 {instructionSet}");
            TestContext.Current.TestOutputHelper?.WriteLine($"{switchedOff}=0: ran on {device}; {Summary(output)}");
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunChild(string switchedOff, string report)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // The test program is either an executable of its own or an assembly that dotnet runs.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
        foreach (var tests in new[] { typeof(KernelAgainstReferenceTests), typeof(StoredWeightTests) })
        {
            start.ArgumentList.Add("--filter-class");
            start.ArgumentList.Add(tests.FullName!);
        }

        start.ArgumentList.Add("--no-progress");
        start.ArgumentList.Add("--results-directory");
        start.ArgumentList.Add(Path.GetTempPath());
        // The runner that started this process must not take the child for itself.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("TESTINGPLATFORM_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        start.Environment[switchedOff] = "0";
        start.Environment[KernelAgainstReferenceTests.ReportVariable] = report;

        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync();
        var errors = child.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            child.Kill(entireProcessTree: true);
            throw new TimeoutException($"The comparisons with {switchedOff}=0 were not done after {s_limit}.", e);
        }

        return (child.ExitCode, await output + await errors);
    }

    private static string Summary(string output) =>
        string.Join(", ", output.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("total:", StringComparison.Ordinal) || line.StartsWith("succeeded:", StringComparison.Ordinal)));
}
