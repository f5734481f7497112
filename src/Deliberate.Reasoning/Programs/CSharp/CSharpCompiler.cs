using System.Collections.Concurrent;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>What came of a program: an assembly, or why there is none; and of each test why it does not compile, null where it does.</summary>
internal sealed record CompiledProgram(byte[]? Assembly, string? Error, IReadOnlyList<string?> Tests);

/// <summary>
/// Compiles C# programs in processes of the sandbox that stay, since a compiler's start costs many times what a program does. They run
/// nothing of a program. One that takes too long or dies is replaced, and that is the program's fault.
/// </summary>
internal sealed class CSharpCompiler : IDisposable
{
    /// <summary>Compiling is cheap beside running: more of them would hold memory for nothing.</summary>
    private const int MostWorkers = 4;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(20), Start = TimeSpan.FromMinutes(2);

    private static readonly ConcurrentDictionary<CSharpHarness, CSharpCompiler> Running = new();

    private readonly Sandbox _sandbox;
    private readonly ConcurrentBag<SandboxProcess> _idle = [];
    private readonly SemaphoreSlim _turns = new(Math.Clamp(Environment.ProcessorCount, 1, MostWorkers));
    private bool _hasAnswered;

    static CSharpCompiler() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var compiler in Running.Values) compiler.Dispose();
    };

    private CSharpCompiler(CSharpHarness harness)
    {
        var sdk = harness.Sdk;
        _sandbox = Sandbox.For(harness.Specification(["compile", sdk.CompilerFolder, sdk.FrameworkFolder, CSharpHarness.FileName], Limits));
    }

    /// <summary>What a compiling process may use.</summary>
    public static SandboxLimits Limits { get; } = new() { MemoryMegabytes = 1024, FileMegabytes = 64, Processes = 64, OutputBytes = 16 << 20 };

    /// <summary>The compiler of a harness; it lasts as long as the program.</summary>
    public static CSharpCompiler Of(CSharpHarness harness) => Running.GetOrAdd(harness, made => new(made));

    /// <param name="program">As the model wrote it.</param>
    /// <param name="tests">Expressions or statements.</param>
    /// <param name="setup">Before the program.</param>
    /// <param name="name">What the methods of the tests begin with, which the program cannot guess.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>What came of it, or why the compiler itself does not run.</returns>
    public async Task<(CompiledProgram? Compiled, string? Problem)> CompileAsync(string program, IReadOnlyList<string> tests, string setup, string name, CancellationToken cancellation)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["name"] = name, ["setup"] = setup, ["program"] = program, ["tests"] = tests });
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var (reply, problem) = await Ask([.. request, (byte)'\n'], cancellation).ConfigureAwait(false);
            if (reply is null) return _hasAnswered ? (new CompiledProgram(null, $"compiling it: {problem}", new string?[tests.Count]), null) : (null, $"the C# compiler does not run: {problem}");
            _hasAnswered = true;
            using var said = JsonDocument.Parse(reply);
            var root = said.RootElement;
            return (new CompiledProgram(root.GetProperty("assembly") is { ValueKind: JsonValueKind.String } assembly ? assembly.GetBytesFromBase64() : null, root.GetProperty("error").GetString(), [.. root.GetProperty("tests").EnumerateArray().Select(test => test.GetString())]), null);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var worker)) worker.Dispose();
        _sandbox.Dispose();
        _turns.Dispose();
    }

    private async Task<(byte[]? Reply, string? Problem)> Ask(byte[] request, CancellationToken cancellation)
    {
        if (!_idle.TryTake(out var worker)) worker = await SandboxProcess.Start(_sandbox).ConfigureAwait(false);
        var isKept = false;
        try
        {
            var (reply, problem) = await worker.AskLine(request, Limits.OutputBytes, _hasAnswered ? Usual : Start, cancellation).ConfigureAwait(false);
            isKept = reply is not null;
            return (reply, problem);
        }
        finally
        {
            if (isKept) _idle.Add(worker);
            else worker.Dispose();
        }
    }
}
