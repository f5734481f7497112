using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Tools by name for tasks: <c>python</c> runs what the model writes in the sandbox, without a network.</summary>
internal static class SandboxTools
{
    private const int LongestOutput = 16_384;

    public static IReadOnlyList<string> Names { get; } = ["python"];

    /// <exception cref="UserError">There is none of that name, or no sandbox here.</exception>
    public static EvaluationTool Named(string name)
    {
        if (!Names.Contains(name)) throw new UserError($"There is no tool \"{name}\".", field: "tools", advice: NearestName.Suggest(name, [.. Names]));
        CodeScorer.RequireSandbox();
        return new EvaluationTool(name, "Runs a Python program and gives what it prints. It has no network and no files.", """{"type":"object","properties":{"code":{"type":"string"}},"required":["code"],"additionalProperties":false}""", RunAsync);
    }

    private static async Task<string> RunAsync(string arguments, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(arguments);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("code"u8, out var code) || code.ValueKind != JsonValueKind.String) throw new ArgumentException("the arguments have no \"code\"");
        var specification = new SandboxSpecification
        {
            Command = ["python3", "program.py"],
            IsUntrusted = true,
            Files = new Dictionary<string, byte[]> { ["program.py"] = Encoding.UTF8.GetBytes(code.GetString()!) },
            Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(10), MemoryMegabytes = 512, OutputBytes = LongestOutput },
        };
        var result = await SandboxRun.RunAsync(specification, [], cancellation).ConfigureAwait(false);
        var output = Encoding.UTF8.GetString(result.Output);
        if (result.Succeeded) return output.Length > 0 ? output : "(it printed nothing)";
        return string.Create(CultureInfo.InvariantCulture, $"{output}\nerror: {result.Stopped ?? $"exit code {result.ExitCode}"}\n{result.Error}").Trim();
    }
}
