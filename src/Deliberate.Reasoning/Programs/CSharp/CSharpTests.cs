using System.Text;

namespace Deliberate.Reasoning;

/// <summary>Tests of a C# program: compiled by a process that stays, run by one of its own (<see cref="ProgramTests"/>).</summary>
internal static class CSharpTests
{
    public static async Task<Verdict> RunAsync(string program, IReadOnlyList<string> tests, string setup, ProgramLimits limits, CancellationToken cancellation)
    {
        var harness = CSharpHarness.For(limits.Command);
        var (word, name) = (ProgramTests.NewWord(), $"Test_{ProgramTests.NewWord()}_");
        var (compiled, problem) = await CSharpCompiler.Of(harness).CompileAsync(program, tests, setup, name, cancellation).ConfigureAwait(false);
        if (compiled is null) return Verdict.HarnessError(problem!);
        if (compiled.Assembly is null) return TestTranscript.Broken(compiled.Error!);
        var specification = harness.Specification(["run"], new SandboxLimits { Time = limits.Time, MemoryMegabytes = limits.MemoryMegabytes, FileMegabytes = limits.FileMegabytes, Processes = limits.Processes, OutputBytes = 1 << 18 });
        var result = await SandboxRun.RunAsync(specification, Input(word, name, compiled), cancellation).ConfigureAwait(false);
        return TestTranscript.Read(result, word, compiled.Tests);
    }

    /// <summary>As <c>Running.cs</c> of the harness reads it.</summary>
    private static byte[] Input(string word, string name, CompiledProgram compiled)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            int[] tests = [.. compiled.Tests.Index().Where(test => test.Item is null).Select(test => test.Index)];
            writer.Write(word);
            writer.Write(name);
            writer.Write(tests.Length);
            foreach (var test in tests) writer.Write(test);
            writer.Write(compiled.Assembly!.Length);
            writer.Write(compiled.Assembly);
        }

        return bytes.ToArray();
    }
}
