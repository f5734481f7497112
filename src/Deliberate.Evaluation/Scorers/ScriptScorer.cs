using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Judges by code of the user's own that is given what the model says, as promptfoo's assertions of JavaScript and Python are: an expression,
/// the body of a function of <c>output</c> and <c>context</c>, or a function of a file. It gives back yes or no, a number, or an object of pass,
/// score and reason. It runs in the sandbox or not at all. What it throws is the answer's failure (it does not parse, say), as in promptfoo; code
/// that cannot be begun, is stopped, or gives back something else is a harness error, and says nothing of the model.
/// </summary>
internal sealed partial class ScriptScorer : IScorer, IIdentified
{
    /// <summary>Of an item's facts: what the code knows as <c>context.vars</c>; without it, that is all of them.</summary>
    public const string Variables = "vars";

    private readonly ScriptOptions _options;
    private readonly ScriptRuntime _runtime;
    private readonly string? _file;

    /// <summary>Tries out whether the language runs here, and whether the code can be begun.</summary>
    /// <exception cref="UserError">There is no sandbox, no interpreter, or the code is none of the language.</exception>
    public ScriptScorer(ScriptOptions options)
    {
        CodeScorer.RequireSandbox();
        _options = options;
        _runtime = ScriptRuntime.Of(options.Language);
        _file = options.File is { } file ? Read(file) : null;
        // A template is code only once an item's variables stand in it.
        var common = _file ?? (options.Code is { } code && !Variable().IsMatch(code) ? code : null);
        var tried = RunAsync(common ?? _runtime.Nothing, "", new JsonObject(), isTrial: true, CancellationToken.None).GetAwaiter().GetResult();
        if (tried.Broken is { } why) throw new UserError(common is null ? $"{_runtime.Title} does not run in the sandbox: {why}." : $"the code cannot be run: {why}.", options.File, field: common is null ? $"{options.Title}.language" : options.File is null ? $"{options.Title}.code" : null, advice: common is null ? "deliberate sandbox tries it: docs/sandbox.md." : null);
    }

    public string Name => "script";

    public string Identity
    {
        get
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_file ?? _options.Code ?? "")))[..16];
            return string.Create(CultureInfo.InvariantCulture, $"script {_options.Language.ToString().ToLowerInvariant()} {(_file is null && _options.Code is null ? "of the item" : hash)}{(_options.Function is { } function ? $" {function}" : "")}{(_options.Threshold is { } threshold ? $" from {threshold:R}" : "")}{(_options.Negate ? " negated" : "")}");
        }
    }

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = await JudgeAsync(samples[i], cancellationToken).ConfigureAwait(false);
        return verdicts;
    }

    private async Task<Verdict> JudgeAsync(Sample sample, CancellationToken cancellation)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        var facts = sample.Problem.State.StartsWith('{') ? JsonNode.Parse(sample.Problem.State)![EvaluationItem.FactsField] as JsonObject : null;
        var variables = (facts?[Variables] ?? facts)?.DeepClone() as JsonObject ?? [];
        var own = facts?[_options.Title] is JsonValue written && written.TryGetValue<string>(out var text) ? text : null;
        if ((_file ?? _options.Code ?? own) is not { } code) return Verdict.HarnessError($"the item has no fact \"{_options.Title}\", which would be its code");
        if (_file is null) code = Filled(code, variables);
        var context = new JsonObject { ["prompt"] = sample.Problem.Prompt, ["reference"] = sample.Problem.Answer, ["vars"] = variables, ["test"] = new JsonObject { ["vars"] = variables.DeepClone() } };
        return ScriptVerdict.Of(await RunAsync(code, sample.Text, context, isTrial: false, cancellation).ConfigureAwait(false), _options);
    }

    private async Task<ScriptOutcome> RunAsync(string code, string output, JsonObject context, bool isTrial, CancellationToken cancellation)
    {
        var files = new Dictionary<string, byte[]> { [_runtime.HarnessFile] = Encoding.UTF8.GetBytes(_runtime.Harness) };
        if (_file is not null) files[_runtime.ModuleName(_file)] = Encoding.UTF8.GetBytes(_file);
        var given = new JsonObject { ["code"] = code.TrimEnd(), ["module"] = _file is null ? null : _runtime.ModuleName(_file), ["function"] = _options.Function, ["output"] = output, ["context"] = context, ["trial"] = isTrial };
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = [_runtime.Program, .. _runtime.Arguments, _runtime.HarnessFile],
                IsUntrusted = true,
                Files = files,
                Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(_options.Seconds), MemoryMegabytes = _options.Megabytes },
                Fields = "scorer.",
            },
            Encoding.UTF8.GetBytes(given.ToJsonString()), cancellation).ConfigureAwait(false);
        return ScriptOutcome.Of(result);
    }

    private static string Read(string file)
    {
        if (!File.Exists(file)) throw new UserError("There is no such file.", file, advice: "A script is named relative to the task's file.");
        return Utf8Text.Decode(File.ReadAllBytes(file), file);
    }

    /// <summary>What the variables' names in double braces stand for; what is no variable stays as it is.</summary>
    private static string Filled(string code, JsonObject variables) => Variable().Replace(code, match => variables.TryGetPropertyValue(match.Groups["name"].Value, out var value) ? JsonTexts.Of(value) : match.Value);

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}

/// <summary>A language that scripts are written in.</summary>
internal enum ScriptLanguage
{
    Javascript,

    Python,
}

/// <summary>Which code, and what it may use.</summary>
/// <param name="Title">What the scorer is called: the fact of an item that holds its code where neither code nor file is given.</param>
/// <param name="Language">Of the code.</param>
/// <param name="Code">An expression, or the body of a function; null for the file's or the item's.</param>
/// <param name="File">A module; null for none.</param>
/// <param name="Function">Of the module; null for what it exports, or <c>get_assert</c>.</param>
/// <param name="Threshold">From which a number passes; null for above 0.</param>
/// <param name="Negate">Whether what passes fails.</param>
/// <param name="Seconds">Until it is killed.</param>
/// <param name="Megabytes">That all of its processes may hold.</param>
internal sealed record ScriptOptions(string Title, ScriptLanguage Language, string? Code, string? File, string? Function, double? Threshold, bool Negate, double Seconds, int Megabytes);
