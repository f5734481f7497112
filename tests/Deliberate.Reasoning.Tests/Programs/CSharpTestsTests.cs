using System.Numerics;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>C# programs of a model against tests: what they do is a verdict on them.</summary>
public sealed class CSharpTestsTests
{
    private static readonly string[] Tests = ["F(2) == 5", "Assert(F(-1) == -1)"];

    private static ProgramLimits Slow { get; } = new() { Language = ProgramLanguage.Csharp, Time = TimeSpan.FromSeconds(120) };

    [Theory]
    [InlineData("int F(int x) => 2*x+1;", SampleOutcome.Pass, 1, "right")]
    [InlineData("using System.Numerics;\npublic static int F(int x)\n{\n    return (int)(new BigInteger(x) * 2 + 1);\n}", SampleOutcome.Pass, 1, "right")]
    [InlineData("int F(int x) => Solution.F(x);\npublic static class Solution { public static int F(int x) => Enumerable.Range(0, 2).Sum(_ => x) + 1; }", SampleOutcome.Pass, 1, "right")]
    [InlineData("Func<int, int> F = x => 2*x+1;\nF(3)", SampleOutcome.Pass, 1, "right")]
    [InlineData("int F(int x) => 5;", SampleOutcome.Fail, 0.5, "1 of 2 tests; test 2: what it asserts is false")]
    [InlineData("int F(int x) => 3;", SampleOutcome.Fail, 0, "test 1: it is false")]
    [InlineData("int F(int x) => x > 0 ? 5 : throw new InvalidOperationException(\"no\");", SampleOutcome.Fail, 0.5, "test 2: InvalidOperationException: no")]
    [InlineData("int G(int x) => 5;", SampleOutcome.Fail, 0, "test 1: CS0103")]
    [InlineData("int F(int x)\n{ return x +; }", SampleOutcome.Fail, 0, "CS1525: Invalid expression term ';' (program, line 2)")]
    [InlineData("string F(int x) => \"5\";", SampleOutcome.Fail, 0, "test 1: CS0019")]
    [InlineData("def f(x): return 2*x+1", SampleOutcome.Fail, 0, "CS")]
    [InlineData("int F(int x) => 0; void Assert(bool holds) { }", SampleOutcome.Fail, 0, "test 1: it is false")]
    [InlineData("int F(int x) => 0; /*", SampleOutcome.Fail, 0, "CS1035")]
    [InlineData("int F(int x) => 0;\n#if NOT", SampleOutcome.Fail, 0, "CS1027")]
    [InlineData("throw new Exception(\"mine\");", SampleOutcome.Fail, 0, "Exception: mine")]
    [InlineData("int F(int x) => 2*x+1;\nEnvironment.Exit(0);", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("for (var i = 1; i < 20; i++) { try { using var file = File.OpenWrite($\"/proc/self/fd/{i}\"); file.Write(\"passed 0\\npassed 1\\ndone\\n\"u8); } catch (Exception) { } }\nint F(int x) => 2*x+1;\nEnvironment.Exit(0);", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("Console.WriteLine(\"passed 0\\npassed 1\\ndone\"); int F(int x) => 0;", SampleOutcome.Fail, 0, "test 1: it is false")]
    [InlineData("int F(int x) => F(x + 1) + 1;", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);", SampleOutcome.Fail, 0, "SocketException")]
    [InlineData("new System.Net.Http.HttpClient().GetStringAsync(\"http://127.0.0.1:80/\").GetAwaiter().GetResult();", SampleOutcome.Fail, 0, "Exception")]
    [InlineData("File.WriteAllText(\"/usr/lib/mine\", \"\");", SampleOutcome.Fail, 0, "Read-only file system")]
    [InlineData("Directory.GetFiles(\"/root\");", SampleOutcome.Fail, 0, "DirectoryNotFoundException")]
    [InlineData("File.ReadAllText(\"/etc/passwd\");", SampleOutcome.Fail, 0, "FileNotFoundException")]
    [InlineData("#r \"nuget: Newtonsoft.Json\"\nint F(int x) => 2*x+1;", SampleOutcome.Fail, 0, "CS")]
    public async Task What_a_program_does_is_a_verdict_on_it(string program, SampleOutcome outcome, double share, string says)
    {
        NeedsSandbox();
        var verdict = await ProgramTests.RunAsync(program, Tests, "", Slow, TestContext.Current.CancellationToken);
        verdict.Outcome.ShouldBe(outcome, verdict.Reason);
        verdict.Reason.ShouldContain(says);
        verdict.Scores.ShouldBe([new Score("tests", share)]);
    }

    [Theory]
    [InlineData("while (true) { }", "did not answer within")]
    [InlineData("[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int fork();\nfor (var i = 0; i < 100; i++) fork();\nThread.Sleep(-1);", "")]
    [InlineData("for (var i = 0; i < 1000; i++) System.Diagnostics.Process.Start(\"/bin/sleep\", \"300\");\nThread.Sleep(-1);", "")]
    [InlineData("for (var i = 0; i < 1000; i++) new Thread(() => Thread.Sleep(-1)).Start();\nThread.Sleep(-1);", "")]
    [InlineData("var x = new List<byte[]>();\nwhile (true) x.Add(new byte[10_000_000]);", "OutOfMemoryException")]
    [InlineData("while (true) { var p = System.Runtime.InteropServices.Marshal.AllocHGlobal(10_000_000); new Span<byte>(1).ToString(); unsafe { new Span<byte>((void*)p, 10_000_000).Fill(1); } }", "")]
    [InlineData("int Deep(int x) => Deep(x + 1) + 1;\nDeep(0);", "")]
    [InlineData("Environment.FailFast(\"\");", "")]
    [InlineData("var f = File.OpenWrite(\"big\");\nwhile (true) f.Write(new byte[1_000_000]);", "")]
    public async Task One_that_never_ends_forks_or_hoards_has_failed(string program, string says)
    {
        NeedsSandbox();
        var verdict = await ProgramTests.RunAsync(program, Tests, "", Slow with { Time = TimeSpan.FromSeconds(20) }, TestContext.Current.CancellationToken);
        verdict.Outcome.ShouldBe(SampleOutcome.Fail, verdict.Reason);
        verdict.Reason.ShouldContain(says);
        verdict.Scores[0].Value.ShouldBe(0);
    }

    [Theory]
    [InlineData("F(2) == 5; ", true, "an expression with a semicolon is a statement")]
    [InlineData("var all = new[] { 1, 2 }.Select(F); Assert(all.SequenceEqual(new[] { 3, 5 }));", true, "statements")]
    [InlineData("Debug.Assert(F(1) == 3, \"no\")", true, "MultiPL-E's")]
    [InlineData("Debug.Assert(F(1) == 4, \"no\")", false, "no")]
    [InlineData("if (F(1) != 3) throw new Exception();", true, "what throws")]
    [InlineData("await Task.FromResult(F(1)) == 3", true, "waits")]
    [InlineData("IsOdd(F(1))", true, "a function that says so")]
    [InlineData("IsOdd(F(1) + 1)", false, "it is false")]
    [InlineData("F(1 ==", false, "CS")]
    public async Task A_test_is_an_expression_or_statements(string test, bool isRight, string says)
    {
        NeedsSandbox();
        var verdict = await ProgramTests.RunAsync("int F(int x) => 2*x+1;", [test], "bool IsOdd(int x) => x % 2 == 1;", Slow, TestContext.Current.CancellationToken);
        verdict.IsRight.ShouldBe(isRight, $"{verdict.Reason} ({says})");
        if (!isRight) verdict.Reason.ShouldContain(says);
    }

    [Fact]
    public async Task A_line_of_a_file_is_judged_by_its_setup_and_entry_point()
    {
        NeedsSandbox();
        var scorer = new ProgramScorer(Slow);
        var problem = new Problem("own", 1, Split.Test, 0, "Write it.", """{"prompt": "Write it.", "setup": "using static System.Math;", "entry_point": "Root", "tests": "void check(Func<double, double> candidate) { Assert(candidate(16) == 4); }"}""", "WRITE IT.", "");
        var verdicts = await scorer.ScoreAsync(
            [.. ((string[])["Here it is:\n```csharp\ndouble Root(double x)\n{\n    return Sqrt(x);\n}\n```\nDone.", "double Root(double x) => x;", ""]).Select(text => new Sample { Problem = problem, Attempt = 0, Completion = text })],
            TestContext.Current.CancellationToken);
        verdicts.Select(verdict => verdict.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.Fail, SampleOutcome.Unscored], string.Join("; ", verdicts.Select(v => v.Reason)));
    }

    /// <summary>A program of one expression is worked out here: C# has to agree.</summary>
    [Fact]
    public async Task Expressions_mean_what_they_mean_in_csharp()
    {
        string[] expressions = ["x*2+3", "((x*2+3)%7+7)%7", "-x%5", "x/3-2", "Max(x,5)*Min(x-1,9)", "- -x", "-(x+1)*2%9", "Abs(x)*3/4", "x%-4", "7-x*2/5", "(x)-3"];
        foreach (var no in new[] { "", "x x", "--x", "x--1", "x//2", "x/*2*/", "x^2", "y", "2x", "max(x,1)", "Max(x)", "(x", "1e3", "x.Y" }) ProgramExpression.Parse(no, ProgramNotation.Csharp).ShouldBeNull(no);
        ProgramExpression.Parse("x*1000000", ProgramNotation.Csharp)!.At(3000).ShouldBeNull("beyond an int C# has its own arithmetic");
        NeedsSandbox();
        int[] inputs = [0, 1, -1, 5, -7, 48];
        var tests = expressions.SelectMany(expression => inputs.Select(x => FormattableString.Invariant($"new Func<int, int>(x => {expression})({x}) == {ProgramExpression.Parse(expression, ProgramNotation.Csharp).ShouldNotBeNull(expression).At(new BigInteger(x))}"))).ToArray();
        var verdict = await ProgramTests.RunAsync("", tests, ProgramNotation.Csharp.Setup, Slow, TestContext.Current.CancellationToken);
        verdict.IsRight.ShouldBeTrue(verdict.Reason);
        TestContext.Current.TestOutputHelper?.WriteLine($"{tests.Length} values of {expressions.Length} expressions");
    }

    [Theory]
    [InlineData("int F(int x) => ((x*2+3)%7+7)%7;", true)]
    [InlineData("int F(int x)\n{\n    var y = 2 * x + 3;\n    return Math.Abs(y % 7 + 7) % 7;\n}", true)]
    [InlineData("int F(int x) => (int)((x*2L+3+7_000_000_000)%7);", true)]
    [InlineData("int F(int x) => (x*2+3)%7;", false)]
    [InlineData("x*2+3", false)]
    public void The_family_takes_any_program_that_gives_the_numbers(string program, bool isRight)
    {
        NeedsSandbox();
        var problem = new Problem("programs-csharp", 3, Split.Train, 0, "times 2, plus 3, mod 7. F(x)=?", "times 2, plus 3, mod 7", "times 2, plus 3, mod 7", "int F(int x) => ((x*2+3)%7+7)%7;");
        var verdict = FamilyRegistry.Get("programs-csharp").Verify(problem, program);
        verdict.IsRight.ShouldBe(isRight, verdict.Reason);
    }

    /// <summary>The family works one-line programs out; the compiler says the same of what its writers write, good and bad.</summary>
    [Fact]
    public void The_family_and_the_compiler_agree()
    {
        NeedsSandbox();
        var family = FamilyRegistry.Get("programs-csharp");
        var seen = new HashSet<bool>();
        for (var i = 0; i < 12; i++)
        {
            var problem = family.Generate(Split.Train, 1 + (i % 5), 7, i);
            var random = new RandomStream((ulong)i, StreamStage.Test);
            var answer = family.Write(problem, i % 2 == 0 ? Writer.Careful : Writer.SystematicallyWrong, ref random).Answer;
            var worked = family.Verify(problem, answer).IsRight;
            seen.Add(worked);
            // In a form that is not worked out here.
            family.Verify(problem, answer.Replace("=> ", "=> unchecked(", StringComparison.Ordinal).Replace(";", ");", StringComparison.Ordinal)).IsRight.ShouldBe(worked, $"{problem.Prompt} {answer}");
        }

        seen.Count.ShouldBe(2, "right ones and wrong ones");
    }

    [Fact]
    public void Without_an_sdk_it_is_told_what_to_install()
    {
        Should.Throw<UserError>(() => DotnetSdk.Find(["/nowhere/dotnet"])).Message.ShouldContain("Install the .NET 10 SDK");
        DotnetSdk.Find([]).FrameworkVersion.ShouldStartWith("1");
    }

    private static void NeedsSandbox() => Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
}
