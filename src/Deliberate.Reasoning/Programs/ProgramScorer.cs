using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Judges programs by the tests that stand in their problem's line: <c>tests</c> (a list of statements, or a text of them), and optionally
/// <c>setup</c> (what stands before the program) and <c>entry_point</c> (a function that the tests' <c>check</c> is called with). Right is a
/// program that passes all of them.
/// </summary>
internal sealed class ProgramScorer(ProgramLimits limits) : IScorer
{
    private const string Setup = "setup", EntryPoint = "entry_point";

    public string Name => "tests";

    /// <summary>Refuses where programs cannot be run here, before a run begins.</summary>
    /// <exception cref="UserError">There is no sandbox, or no interpreter in it.</exception>
    public static void Check(ProgramLimits limits)
    {
        if (Sandbox.WhyNotUntrusted() is { } why) throw new UserError($"{why}, and programs that a model wrote run in a sandbox or not at all.", field: "problems.tests", advice: OperatingSystem.IsLinux() ? "Install bubblewrap (apt-get install bubblewrap); deliberate doctor says whether it works." : "Run it on Linux, with bubblewrap installed.");
        var isCsharp = limits.Language == ProgramLanguage.Csharp;
        var tried = ProgramTests.RunAsync(isCsharp ? "int F() => 1;" : "def f(): return 1", [isCsharp ? "F() == 1" : "assert f() == 1"], "", limits with { Time = TimeSpan.FromSeconds(Math.Max(30, limits.Time.TotalSeconds)) }, CancellationToken.None).GetAwaiter().GetResult();
        if (!tried.IsRight) throw new UserError($"{(isCsharp ? "C#" : "Python")} does not run in the sandbox: {tried.Reason}.", field: "problems.tests.command", advice: "Name another interpreter, or allow it more memory (problems.tests.memory_mb).");
    }

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            var program = CodeBlock.Of(samples[i].Text ?? "");
            var (tests, setup) = TestsOf(samples[i].Problem, limits.Language);
            verdicts[i] = string.IsNullOrWhiteSpace(program) ? Verdict.Unscored("no program") : await ProgramTests.RunAsync(program, tests, setup, limits, cancellationToken).ConfigureAwait(false);
        }

        return verdicts;
    }

    /// <summary>The tests of a line, and what stands before the program.</summary>
    /// <exception cref="UserError">The line has no tests that could be run.</exception>
    public static (IReadOnlyList<string> Tests, string Setup) TestsOf(JsonLine line, ProgramLanguage language)
    {
        if (!line.TryGet(line.Root, OwnProblem.Tests, out var found)) throw line.Error("The field is missing.", OwnProblem.Tests, "Give a list of statements such as \"assert f(2) == 5\", or name the column that holds it in problems.fields.");
        var setup = line.GetOptionalString(Setup) ?? "";
        if (found.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(found.GetString())) return ([line.GetOptionalString(EntryPoint) is { } entry ? $"{found.GetString()}\ncheck({entry}){(language == ProgramLanguage.Csharp ? ";" : "")}" : found.GetString()!], setup);
        if (found.ValueKind != JsonValueKind.Array || found.GetArrayLength() == 0) throw line.Error("Expected a list of statements, or a text of them.", OwnProblem.Tests);
        foreach (var (at, test) in found.EnumerateArray().Index())
            if (test.ValueKind != JsonValueKind.String) throw line.Error("A test is a statement, as text.", FormattableString.Invariant($"{OwnProblem.Tests}[{at}]"));
        return ([.. found.EnumerateArray().Select(test => test.GetString()!)], setup);
    }

    private static (IReadOnlyList<string> Tests, string Setup) TestsOf(Problem problem, ProgramLanguage language)
    {
        using var line = JsonDocument.Parse(problem.State);
        return TestsOf(new JsonLine(problem.Family, (int)problem.Index, line.RootElement), language);
    }
}
