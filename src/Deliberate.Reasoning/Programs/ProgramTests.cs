using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>
/// Runs a program that a model wrote against tests, in the sandbox or not at all: no network, no file but in a folder of its own that is
/// gone afterwards, bounded in time, memory and processes. Whatever it does (never ends, forks, writes, opens sockets, exits) is a verdict
/// on the program.
/// </summary>
internal static class ProgramTests
{
    /// <summary>What stands before the keys of a recipe in messages.</summary>
    public const string Fields = "problems.tests.";

    /// <param name="program">As the model wrote it.</param>
    /// <param name="tests">What is wrong where the program is: <c>assert f(2) == 5</c> in Python, <c>F(2) == 5</c> in C#.</param>
    /// <param name="setup">Before the program: imports, given definitions.</param>
    /// <param name="limits">What it may use, and what it is written in.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="Core.UserError">There is no sandbox, or no interpreter in it.</exception>
    public static Task<Verdict> RunAsync(string program, IReadOnlyList<string> tests, string setup, ProgramLimits limits, CancellationToken cancellation) => limits.Language switch
    {
        ProgramLanguage.Csharp => CSharpTests.RunAsync(program, tests, setup, limits, cancellation),
        _ => RunPythonAsync(program, tests, setup, limits, cancellation),
    };

    /// <summary>A word that a program cannot guess: by it the harness tells what passed.</summary>
    public static string NewWord() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task<Verdict> RunPythonAsync(string program, IReadOnlyList<string> tests, string setup, ProgramLimits limits, CancellationToken cancellation)
    {
        var word = NewWord();
        var input = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["word"] = word, ["setup"] = setup, ["program"] = program, ["tests"] = tests });
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = [.. limits.Command is { Count: > 0 } command ? command : ["python3"], "-I", "-S", "-B", PythonHarness.FileName],
                IsUntrusted = true,
                Files = new Dictionary<string, byte[]> { [PythonHarness.FileName] = Encoding.UTF8.GetBytes(PythonHarness.Text) },
                Limits = new SandboxLimits { Time = limits.Time, MemoryMegabytes = limits.MemoryMegabytes, FileMegabytes = limits.FileMegabytes, Processes = limits.Processes, OutputBytes = 1 << 18 },
                Fields = Fields,
            },
            input,
            cancellation).ConfigureAwait(false);
        return TestTranscript.Read(result, word, new string?[tests.Count]);
    }
}
