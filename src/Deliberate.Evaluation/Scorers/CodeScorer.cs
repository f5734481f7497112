using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Runs the program that an answer holds (its last fenced block, else all of it) with the item's tests, in the sandbox or not at all:
/// no network, within time and memory. Right where the command ends with 0 and, of Python, the tests came to their end: a program that ends the
/// process while it is imported passes none. The tests are the item's facts, <c>{"tests": "..."}</c>, as a file beside the program; a list of them
/// is asked behind an import of all that the program defines.
/// </summary>
internal sealed partial class CodeScorer : IScorer, IIdentified
{
    private const string TestsField = "tests", RunnerFile = "deliberate_run_tests.py";

    /// <summary>
    /// Runs the tests as a script, and tells that they came to their end by a word which it read before the program began, over a descriptor that
    /// the program is not given. The tests may exit (<c>unittest.main()</c> does), the program may not.
    /// </summary>
    private const string Runner = """
        import os, runpy, sys

        def main():
            word, tests, program = sys.stdin.readline().strip(), sys.argv[1], os.path.abspath(sys.argv[2])
            tell, write, run, path, end, base = os.dup(1), os.write, runpy.run_path, os.path.abspath, os._exit, SystemExit
            silent = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1):
                os.dup2(silent, descriptor)
            sys.argv = [tests]
            try:
                run(tests, run_name="__main__")
            except base as stopped:
                at = stopped.__traceback__
                while at is not None:
                    if path(at.tb_frame.f_code.co_filename) == program:
                        print("the program ended its tests", file=sys.stderr, flush=True)
                        end(1)
                    at = at.tb_next
                if stopped.code not in (None, 0):
                    raise
            write(tell, (word + "\n").encode())

        main()
        """;

    /// <summary>Of Python, without a value.</summary>
    private static readonly string[] Flags = ["-B", "-E", "-I", "-O", "-OO", "-S", "-s", "-u"];

    private readonly CodeOptions _options;

    /// <exception cref="UserError">There is no sandbox here.</exception>
    public CodeScorer(CodeOptions options)
    {
        RequireSandbox();
        _options = options;
    }

    public string Name => "code";

    public string Identity => string.Create(CultureInfo.InvariantCulture, $"code {string.Join(' ', _options.Command)}{(RunsPython ? ", to the end," : "")} within {_options.Seconds} s, {_options.Megabytes} MB");

    /// <summary>Whether the tests are a script that Python runs itself, whose end can be seen; one that another program runs (-m pytest) has its exit code.</summary>
    private bool RunsPython => Path.GetFileName(_options.Command[0]).StartsWith("python", StringComparison.Ordinal) && _options.Command[^1] == _options.Tests && _options.Command.Skip(1).SkipLast(1).All(Flags.Contains);

    /// <exception cref="UserError">Code that a model wrote cannot be run here.</exception>
    public static void RequireSandbox()
    {
        if (Sandbox.WhyNotUntrusted() is { } why) throw new UserError($"code that a model wrote runs in the sandbox or not at all, and there is none here: {why}.", advice: "Install bubblewrap (apt-get install bubblewrap); docs/sandbox.md says what else it takes.");
    }

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = await JudgeAsync(samples[i], cancellationToken).ConfigureAwait(false);
        return verdicts;
    }

    internal static string? CodeOf(string text)
    {
        if (Fence().Matches(text).LastOrDefault() is { } block) return block.Groups["code"].Value;
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private async Task<Verdict> JudgeAsync(Sample sample, CancellationToken cancellation)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        if (CodeOf(sample.Text) is not { } code) return Verdict.Unscored("there is no program");
        var files = new Dictionary<string, byte[]> { [_options.Program] = Encoding.UTF8.GetBytes(code) };
        if (Tests(sample) is { } tests) files[_options.Tests] = Encoding.UTF8.GetBytes(tests);
        else if (_options.Command.Contains(_options.Tests)) return Verdict.HarnessError($"the item has no fact \"{TestsField}\"");
        var word = ProgramTests.NewWord();
        if (RunsPython) files[RunnerFile] = Encoding.UTF8.GetBytes(Runner);
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = RunsPython ? [.. _options.Command.SkipLast(1), RunnerFile, _options.Tests, _options.Program] : _options.Command,
                IsUntrusted = true,
                Files = files,
                Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(_options.Seconds), MemoryMegabytes = _options.Megabytes },
                Fields = "scorer.",
            },
            RunsPython ? Encoding.UTF8.GetBytes(word + "\n") : [], cancellation).ConfigureAwait(false);
        if (result.Succeeded && RunsPython && !Encoding.UTF8.GetString(result.Output).Split('\n').Contains(word)) return Verdict.Fail("the program ended before its tests did");
        if (result.Succeeded) return Verdict.Pass(reason: "the tests pass");
        var last = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return Verdict.Fail(result.Stopped ?? string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}: {Excerpt.Of(last, 200)}"));
    }

    private string? Tests(Sample sample)
    {
        if (!sample.Problem.State.StartsWith('{')) return null;
        using var state = JsonDocument.Parse(sample.Problem.State);
        return state.RootElement.TryGetProperty(EvaluationItem.FactsField, out var facts) && facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty(TestsField, out var tests) ? Text(tests) : null;
    }

    /// <summary>Tests as they stand, or the lines of a list of them.</summary>
    private string? Text(JsonElement tests) => tests.ValueKind switch
    {
        JsonValueKind.String => tests.GetString(),
        JsonValueKind.Array when tests.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String) => string.Join('\n', [.. RunsPython ? (string[])[$"from {Path.GetFileNameWithoutExtension(_options.Program)} import *"] : [], .. tests.EnumerateArray().Select(t => t.GetString())]) + "\n",
        _ => null,
    };

    [GeneratedRegex(@"^```[^\n`]{0,40}\n(?<code>.*?)^```\s*$", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence();
}

/// <summary>How a program is run.</summary>
/// <param name="Command">With the files in the folder where it starts.</param>
/// <param name="Program">The file that the program goes to.</param>
/// <param name="Tests">The file that the item's tests go to.</param>
/// <param name="Seconds">Until it is killed.</param>
/// <param name="Megabytes">That all of its processes may hold.</param>
internal sealed record CodeOptions(IReadOnlyList<string> Command, string Program, string Tests, double Seconds, int Megabytes);
