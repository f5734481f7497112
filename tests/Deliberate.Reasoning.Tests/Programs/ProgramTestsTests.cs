using System.Numerics;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Programs of a model against tests: what they do is a verdict on them, and nothing of it is left.</summary>
public sealed class ProgramTestsTests
{
    private static readonly string[] Tests = ["assert f(2) == 5", "assert f(-1) == -1"];

    [Theory]
    [InlineData("def f(x): return 2*x+1", SampleOutcome.Pass, 1, "right")]
    [InlineData("import math\ndef f(x):\n    return int(math.fsum([x, x, 1]))", SampleOutcome.Pass, 1, "right")]
    [InlineData("def f(x): return 5", SampleOutcome.Fail, 0.5, "1 of 2 tests; test 2: AssertionError")]
    [InlineData("def g(x): return 5", SampleOutcome.Fail, 0, "NameError")]
    [InlineData("def f(x) return", SampleOutcome.Fail, 0, "SyntaxError")]
    [InlineData("import sys\nsys.exit(0)", SampleOutcome.Fail, 0, "SystemExit")]
    [InlineData("import os\nos._exit(0)", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("import os\nos._exit(3)", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("import os\nos.abort()", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("import os\nfor i in range(3, 20):\n    try: os.write(i, b'passed 0\\npassed 1\\ndone\\n')\n    except OSError: pass\nos._exit(0)", SampleOutcome.Fail, 0, "ended before its tests")]
    [InlineData("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\ndef f(x): return 2*x+1", SampleOutcome.Fail, 0, "Error")]
    [InlineData("import builtins\nbuiltins.exec = lambda *a: None", SampleOutcome.Fail, 0, "NameError")]
    [InlineData("import builtins\nbuiltins.compile = lambda *a: ''", SampleOutcome.Fail, 0, "NameError")]
    [InlineData("import os\nopen('a', 'w').write('x')\nos.chmod('a', 0)\nopen(b'\\xff', 'w').write('x')\ndef f(x): return 2*x+1", SampleOutcome.Pass, 1, "right")]
    [InlineData("open('/usr/lib/mine', 'w')", SampleOutcome.Fail, 0, "Read-only file system")]
    public async Task What_a_program_does_is_a_verdict_on_it(string program, SampleOutcome outcome, double share, string says)
    {
        NeedsSandbox();
        var verdict = await ProgramTests.RunAsync(program, Tests, "", Slow, TestContext.Current.CancellationToken);
        verdict.Outcome.ShouldBe(outcome, verdict.Reason);
        verdict.Reason.ShouldContain(says);
        verdict.Scores.ShouldBe([new Score("tests", share)]);
    }

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")]
    [InlineData("x = []\nwhile True: x.append(bytes(10_000_000))")]
    [InlineData("f = open('big', 'wb')\nwhile True: f.write(bytes(1_000_000))")]
    public async Task One_that_never_ends_forks_or_hoards_has_failed(string program)
    {
        NeedsSandbox();
        var verdict = await ProgramTests.RunAsync(program, Tests, "", Slow with { Time = TimeSpan.FromSeconds(8) }, TestContext.Current.CancellationToken);
        verdict.Outcome.ShouldBe(SampleOutcome.Fail, verdict.Reason);
        verdict.Scores[0].Value.ShouldBe(0);
    }

    [Fact]
    public async Task Setup_and_a_text_of_tests_are_what_public_sets_have()
    {
        NeedsSandbox();
        var scorer = new ProgramScorer(Slow);
        var problem = new Problem("own", 1, Split.Test, 0, "Write it.", """{"prompt": "Write it.", "setup": "from math import sqrt", "entry_point": "root", "tests": "def check(candidate):\n    assert candidate(16) == 4\n"}""", "WRITE IT.", "");
        var verdicts = await scorer.ScoreAsync(
            [.. ((string[])["Here it is:\n```python\ndef root(x):\n    return sqrt(x)\n```\nDone.", "def root(x): return x", ""]).Select(text => new Sample { Problem = problem, Attempt = 0, Completion = text })],
            TestContext.Current.CancellationToken);
        verdicts.Select(verdict => verdict.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.Fail, SampleOutcome.Unscored]);
    }

    [Theory]
    [InlineData("""{"prompt": "a"}""", "missing")]
    [InlineData("""{"prompt": "a", "tests": []}""", "a list of statements")]
    [InlineData("""{"prompt": "a", "tests": [1]}""", "as text")]
    public void A_line_without_tests_is_refused(string text, string says)
    {
        using var json = System.Text.Json.JsonDocument.Parse(text);
        Should.Throw<UserError>(() => ProgramScorer.TestsOf(new JsonLine("p.jsonl", 3, json.RootElement), ProgramLanguage.Python)).Message.ShouldContain(says);
    }

    /// <summary>A program of one expression is worked out here: Python has to agree.</summary>
    [Fact]
    public async Task Expressions_mean_what_they_mean_in_python()
    {
        string[] expressions = ["x*2+3", "(x*2+3)%7", "-x%5", "x//3-2", "max(x,5)*min(x-1,9)", "--x", "-(x+1)*2%9", "abs(x)*3//4", "x%-4", "7-x*2//5"];
        foreach (var expression in expressions) ProgramExpression.Parse(expression, ProgramNotation.Python).ShouldNotBeNull(expression);
        ProgramExpression.Parse("7%(x-x)", ProgramNotation.Python).ShouldBeNull();
        foreach (var no in new[] { "", "x x", "x**2", "y", "2x", "007", "x/2", "max(x)", "(x", "x+", "__import__('os')", "1e3", "x.real" }) ProgramExpression.Parse(no, ProgramNotation.Python).ShouldBeNull(no);
        NeedsSandbox();
        int[] inputs = [0, 1, -1, 5, -7, 48];
        var tests = expressions.SelectMany(expression => inputs.Select(x => FormattableString.Invariant($"assert eval('{expression}', {{'x': {x}}}) == {ProgramExpression.Parse(expression, ProgramNotation.Python)!.At(new BigInteger(x))}"))).ToArray();
        var verdict = await ProgramTests.RunAsync("", tests, "", Slow, TestContext.Current.CancellationToken);
        verdict.IsRight.ShouldBeTrue(verdict.Reason);
        TestContext.Current.TestOutputHelper?.WriteLine($"{tests.Length} values of {expressions.Length} expressions");
    }

    [Theory]
    [InlineData("def f(x): return (x*2+3)%7", true)]
    [InlineData("def f(x):\n    y = 2*x\n    return (y+3) % 7", true)]
    [InlineData("f = lambda x: (x+x+3) % 7", true)]
    [InlineData("def f(x):\n    return x*2+3%7", false)]
    [InlineData("x*2+3", false)]
    public void The_family_takes_any_program_that_gives_the_numbers(string program, bool isRight)
    {
        NeedsSandbox();
        var problem = new Problem("programs", 3, Split.Train, 0, "times 2, plus 3, mod 7. f(x)=?", "times 2, plus 3, mod 7", "times 2, plus 3, mod 7", "def f(x): return (x*2+3)%7");
        FamilyRegistry.Get("programs").Verify(problem, program).IsRight.ShouldBe(isRight);
    }

    private static ProgramLimits Slow { get; } = new() { Time = TimeSpan.FromSeconds(60) };

    private static void NeedsSandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
        Assert.SkipUnless(File.Exists("/usr/bin/python3") || File.Exists("/usr/local/bin/python3"), "There is no python3 of the system's.");
    }
}
