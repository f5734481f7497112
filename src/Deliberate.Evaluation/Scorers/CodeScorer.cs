using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Runs the program that an answer holds (its last fenced block, else all of it) with the item's tests, in the sandbox or not at all:
/// no network, within time and memory. Right where the command ends with 0. The tests are the item's facts, <c>{"tests": "..."}</c>,
/// as a file beside the program.
/// </summary>
internal sealed partial class CodeScorer : IScorer, IIdentified
{
    private const string TestsField = "tests";

    private readonly CodeOptions _options;

    /// <exception cref="UserError">There is no sandbox here.</exception>
    public CodeScorer(CodeOptions options)
    {
        RequireSandbox();
        _options = options;
    }

    public string Name => "code";

    public string Identity => string.Create(CultureInfo.InvariantCulture, $"code {string.Join(' ', _options.Command)} within {_options.Seconds} s, {_options.Megabytes} MB");

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
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = _options.Command,
                IsUntrusted = true,
                Files = files,
                Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(_options.Seconds), MemoryMegabytes = _options.Megabytes },
                Fields = "scorer.",
            },
            [], cancellation).ConfigureAwait(false);
        if (result.Succeeded) return Verdict.Pass(reason: "the tests pass");
        var last = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return Verdict.Fail(result.Stopped ?? string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}: {Excerpt.Of(last, 200)}"));
    }

    private static string? Tests(Sample sample)
    {
        if (!sample.Problem.State.StartsWith('{')) return null;
        using var state = JsonDocument.Parse(sample.Problem.State);
        return state.RootElement.TryGetProperty(EvaluationItem.FactsField, out var facts) && facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty(TestsField, out var tests) && tests.ValueKind == JsonValueKind.String ? tests.GetString() : null;
    }

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
