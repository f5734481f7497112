using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>What a program may use while it is tested.</summary>
internal sealed record ProgramLimits
{
    /// <summary>All tests of a program together, the interpreter's start included.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);

    public int MemoryMegabytes { get; init; } = 256;

    public int FileMegabytes { get; init; } = 8;

    public int Processes { get; init; } = 16;

    /// <summary>The interpreter; the first in PATH that the sandbox shows.</summary>
    public IReadOnlyList<string> Command { get; init; } = ["python3"];
}

/// <summary>
/// Runs a program that a model wrote against tests, in the sandbox or not at all: no network, no file but in a folder of its own that is
/// gone afterwards, bounded in time, memory and processes. Whatever it does (never ends, forks, writes, opens sockets, exits) is a verdict
/// on the program.
/// </summary>
internal static class ProgramTests
{
    /// <summary>Further scores: the share of tests that passed.</summary>
    public const string Share = "tests";

    /// <param name="program">As the model wrote it.</param>
    /// <param name="tests">Statements that raise where the program is wrong: <c>assert f(2) == 5</c>.</param>
    /// <param name="setup">Before the program: imports, given definitions.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="Core.UserError">There is no sandbox, or no interpreter in it.</exception>
    public static async Task<Verdict> RunAsync(string program, IReadOnlyList<string> tests, string setup, ProgramLimits limits, CancellationToken cancellation)
    {
        var word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var input = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["word"] = word, ["setup"] = setup, ["program"] = program, ["tests"] = tests });
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = [.. limits.Command, "-I", "-S", "-B", PythonHarness.FileName],
                IsUntrusted = true,
                Files = new Dictionary<string, byte[]> { [PythonHarness.FileName] = Encoding.UTF8.GetBytes(PythonHarness.Text) },
                Limits = new SandboxLimits { Time = limits.Time, MemoryMegabytes = limits.MemoryMegabytes, FileMegabytes = limits.FileMegabytes, Processes = limits.Processes, OutputBytes = 1 << 18 },
                Fields = "problems.tests.",
            },
            input,
            cancellation).ConfigureAwait(false);
        return Read(result, word, tests.Count);
    }

    private static Verdict Read(SandboxResult result, string word, int tests)
    {
        var (passed, isDone, isBegun) = (new bool[tests], false, false);
        string? first = null;
        foreach (var line in Encoding.UTF8.GetString(result.Output).Split('\n'))
        {
            var parts = line.Split(' ', 4);
            if (parts.Length < 2 || parts[0] != word) continue;
            switch (parts[1])
            {
                case "begun":
                    isBegun = true;
                    break;
                case "done":
                    isDone = true;
                    break;
                case "broken":
                    first ??= string.Join(' ', parts[2..]);
                    break;
                case "passed" when At(parts) is { } at:
                    passed[at] = true;
                    break;
                case "failed" when At(parts) is { } at:
                    first ??= string.Create(CultureInfo.InvariantCulture, $"test {at + 1}: {(parts.Length > 3 ? parts[3] : "failed")}");
                    break;
            }
        }

        var right = passed.Count(p => p);
        Score[] scores = [new(Share, tests == 0 ? 0 : (double)right / tests)];
        if (isDone && right == tests) return Verdict.Pass() with { Scores = scores };
        // The harness is the first thing that runs: where not even it got anywhere, and nothing was stopped, the machine is at fault.
        if (!isBegun && first is null && result.Stopped is null && result.ExitCode != 0) return Verdict.HarnessError($"the interpreter ended with code {result.ExitCode}: {result.Error.Trim().Split('\n')[^1]}");
        var reason = result.Stopped ?? first ?? (isDone ? "a test failed" : "it ended before its tests did");
        return Verdict.Fail(right > 0 ? string.Create(CultureInfo.InvariantCulture, $"{right} of {tests} tests; {reason}") : reason) with { Scores = scores };

        int? At(string[] parts) => parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < tests ? at : null;
    }
}
