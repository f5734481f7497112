using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: the kernels are compiled ahead of their first call, so a second build and process would change nothing.
var toolchain = InProcessEmitToolchain.Instance;
var benchmarks = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly);

// Each once, to see that it runs; the numbers mean nothing.
if (args is ["--smoke"])
{
    var log = new AccumulationLogger();
    var folder = Directory.CreateTempSubdirectory("deliberate-microbenchmarks-");
    var config = ManualConfig.CreateEmpty().AddJob(Job.Dry.WithToolchain(toolchain)).AddLogger(log).AddColumnProvider(DefaultColumnProviders.Instance).WithArtifactsPath(folder.FullName);
    try
    {
        Summary[] summaries = [.. benchmarks.Run(["--filter", "*"], config)];
        var ran = summaries.Sum(s => s.Reports.Count(r => r.Success));
        var expected = summaries.Sum(s => s.BenchmarksCases.Length);
        Console.WriteLine($"{ran} of {expected} kernel benchmarks ran once.");
        if (expected > 0 && ran == expected) return 0;
        Console.Error.WriteLine(log.GetLog());
        return 1;
    }
    finally
    {
        folder.Delete(recursive: true);
    }
}

var measured = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(toolchain)).AddDiagnoser(MemoryDiagnoser.Default).WithOptions(ConfigOptions.JoinSummary);
Summary[] results = [.. benchmarks.Run(args.Length == 0 ? ["--filter", "*"] : args, measured)];
var asked = Array.Exists(args, a => a is "--help" or "--list" or "--info" or "--version");
return asked || (results.Length > 0 && Array.TrueForAll(results, s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success))) ? 0 : 1;
