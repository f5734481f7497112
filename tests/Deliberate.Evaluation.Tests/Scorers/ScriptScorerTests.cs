using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Code of the user's own as a scorer: what it is given, what it may give back, what it does wrong, and what is not there to run it.</summary>
public sealed class ScriptScorerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-script-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ScriptOptions Options(ScriptLanguage language, string? code, string? file = null, string? function = null, double? threshold = null, bool negate = false, double seconds = 10) =>
        new("script", language, code, file, function, threshold, negate, seconds, 512);

    private static ScriptLanguage Needed(string language)
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        var program = language == "python" ? "python3" : "node";
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"no {program} here");
        return language == "python" ? ScriptLanguage.Python : ScriptLanguage.Javascript;
    }

    private static async Task<Verdict> Judge(ScriptOptions options, string output, object? facts = null) =>
        (await new ScriptScorer(options).ScoreAsync(
            [new Sample { Problem = new Problem("t", 0, Split.Test, 0, "p", JsonSerializer.Serialize(new { id = "1", facts = facts ?? new { } }), "p", "ref"), Attempt = 0, Completion = output }],
            CancellationToken.None))[0];

    [Theory]
    [InlineData("javascript", "output.includes('yes')", "yes", SampleOutcome.Pass, 1)]
    [InlineData("javascript", "output.includes('yes');", "no", SampleOutcome.Fail, 0)]
    [InlineData("javascript", "const n = output.split(';').length; n / 4", "a;b", SampleOutcome.Pass, 0.5)]
    [InlineData("javascript", "const n = 2;\nif (n > 1) return {pass: false, score: 0.25, reason: 'too many'};\nreturn true", "x", SampleOutcome.Fail, 0.25)]
    [InlineData("javascript", "Promise.resolve(output === 'x')", "x", SampleOutcome.Pass, 1)]
    [InlineData("javascript", "JSON.parse(output).a === 1", "{\"a\":1}", SampleOutcome.Pass, 1)]
    [InlineData("javascript", "JSON.parse(output).a === 1", "no json", SampleOutcome.Fail, 0)]
    [InlineData("javascript", "output.match(/x/)", "y", SampleOutcome.HarnessError, 0)]
    [InlineData("javascript", "console.log('true') || output", "true", SampleOutcome.HarnessError, 0)]
    [InlineData("javascript", "output.length / 0", "y", SampleOutcome.HarnessError, 0)]
    [InlineData("python", "'yes' in output", "yes", SampleOutcome.Pass, 1)]
    [InlineData("python", "len(output) / 4", "ab", SampleOutcome.Pass, 0.5)]
    [InlineData("python", "if output == 'x':\n    return 'true'\nreturn '0'", "x", SampleOutcome.Pass, 1)]
    [InlineData("python", "if output == 'x':\n    return 'true'\nreturn '0'", "y", SampleOutcome.Fail, 0)]
    [InlineData("python", "{'pass_': True, 'score': 0.5, 'reason': 'half', 'named_scores': {'tone': 0.25}}", "x", SampleOutcome.Pass, 0.5)]
    [InlineData("python", "json.loads(output)['a'] == 1", "no json", SampleOutcome.Fail, 0)]
    [InlineData("python", "print('True')", "x", SampleOutcome.HarnessError, 0)]
    [InlineData("python", "float('nan')", "x", SampleOutcome.HarnessError, 0)]
    public async Task What_code_gives_back_is_the_verdict(string language, string code, string output, SampleOutcome outcome, double value)
    {
        var verdict = await Judge(Options(Needed(language), code), output);
        (verdict.Outcome, verdict.Value).ShouldBe((outcome, value), verdict.Reason);
        if (code.Contains("named_scores", StringComparison.Ordinal)) verdict.Scores.Select(s => (s.Name, s.Value)).ShouldBe([("tone", 0.25)]);
    }

    [Fact]
    public async Task A_threshold_and_a_negation_are_promptfoos()
    {
        var python = Needed("python");
        (await Judge(Options(python, "0.4", threshold: 0.5), "x")).Outcome.ShouldBe(SampleOutcome.Fail);
        (await Judge(Options(python, "0.4", threshold: 0.4), "x")).Outcome.ShouldBe(SampleOutcome.Pass);
        (await Judge(Options(python, "0.4", threshold: 0.5, negate: true), "x")).Outcome.ShouldBe(SampleOutcome.Pass);
        (await Judge(Options(python, "{'pass': True, 'score': 0.4}", threshold: 0.5), "x")).Outcome.ShouldBe(SampleOutcome.Fail);
    }

    [Theory]
    [InlineData("javascript", "context.vars.n === 3 && context.vars.deep.a[1] === 2 && context.prompt === 'p' && context.reference === 'ref'")]
    [InlineData("javascript", "output.length < {{n}} && '{{word}}' === context.vars.word && context.test.vars.n === {{n}}")]
    [InlineData("python", "context['vars']['n'] == 3 and context['vars']['deep']['a'][1] == 2 and context['vars']['word'] == 'it' and '{{word}}' == 'it'")]
    public async Task Code_knows_the_items_variables(string language, string code) =>
        (await Judge(Options(Needed(language), code), "x", new { vars = new { n = 3, word = "it", deep = new { a = new[] { 1, 2 } } } })).Outcome.ShouldBe(SampleOutcome.Pass);

    [Fact]
    public async Task Without_code_an_item_brings_its_own()
    {
        var javascript = Needed("javascript");
        (await Judge(Options(javascript, null), "x", new { script = "output === 'x' && context.vars.a === 'b'", a = "b" })).Outcome.ShouldBe(SampleOutcome.Pass);
        (await Judge(Options(javascript, null), "x")).Reason.ShouldContain("no fact \"script\"");
        (await Judge(Options(javascript, null), "x", new { script = "((" })).Outcome.ShouldBe(SampleOutcome.HarnessError);
    }

    [Theory]
    [InlineData("python", "a.py", "def get_assert(output, context):\n    print(output)\n    return output == 'x'\n", null)]
    [InlineData("python", "a.py", "async def of(output, context):\n    return len(output)\n", "of")]
    [InlineData("javascript", "a.js", "module.exports = (output, context) => output === 'x';", null)]
    [InlineData("javascript", "a.cjs", "module.exports = { of: output => output === 'x' };", "of")]
    [InlineData("javascript", "a.mjs", "import fs from 'fs';\nexport default async output => output === 'x' && fs.existsSync('result.json') === false;", null)]
    public async Task A_file_has_the_function(string language, string name, string text, string? function)
    {
        var (needed, path) = (Needed(language), Path.Combine(_folder, name));
        File.WriteAllText(path, text);
        var verdict = await Judge(Options(needed, null, path, function), "x");
        verdict.Outcome.ShouldBe(SampleOutcome.Pass, verdict.Reason);
        Should.Throw<UserError>(() => new ScriptScorer(Options(needed, null, path, "absent"))).Message.ShouldContain("function absent");
        File.WriteAllText(path, "def (");
        Should.Throw<UserError>(() => new ScriptScorer(Options(needed, null, path))).Message.ShouldContain("SyntaxError");
    }

    [Theory]
    [InlineData("python", "__import__('socket').socket()", SampleOutcome.Fail)]
    [InlineData("python", "while True:\n    pass", SampleOutcome.HarnessError)]
    [InlineData("python", "__import__('os')._exit(0)", SampleOutcome.HarnessError)]
    [InlineData("javascript", "process.exit(0)", SampleOutcome.HarnessError)]
    [InlineData("javascript", "require('fs').readFileSync('/etc/passwd')", SampleOutcome.Fail)]
    public async Task Code_is_in_the_sandbox(string language, string code, SampleOutcome outcome)
    {
        var verdict = await Judge(Options(Needed(language), code, seconds: 2), "x");
        verdict.Outcome.ShouldBe(outcome, verdict.Reason);
    }

    [Fact]
    public void What_cannot_be_run_is_said_before_anything_is_asked()
    {
        Should.Throw<UserError>(() => ScriptRuntime.Of(ScriptLanguage.Javascript, _ => false)).Message.ShouldContain("written in JavaScript, and node and bun are not installed here");
        Should.Throw<UserError>(() => ScriptRuntime.Of(ScriptLanguage.Python, _ => false)).Message.ShouldContain("python3 is not installed here");
        ScriptRuntime.Of(ScriptLanguage.Javascript, p => p == "bun").Program.ShouldBe("bun");
        Should.Throw<UserError>(() => new ScriptScorer(Options(Needed("javascript"), "output ==="))).Message.ShouldContain("SyntaxError");
        Should.Throw<UserError>(() => new ScriptScorer(Options(Needed("python"), "output ===")));
        Should.Throw<UserError>(() => new ScriptScorer(Options(Needed("python"), null, Path.Combine(_folder, "none.py")))).Message.ShouldContain("no such file");
    }

    [Fact]
    public void Other_code_is_another_scorer()
    {
        var python = Needed("python");
        new ScriptScorer(Options(python, "True")).Identity.ShouldNotBe(new ScriptScorer(Options(python, "False")).Identity);
        new ScriptScorer(Options(python, null, negate: true, threshold: 0.5)).Identity.ShouldBe("script python of the item from 0.5 negated");
    }
}
