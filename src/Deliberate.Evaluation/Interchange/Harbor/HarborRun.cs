using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What a task's tests said.</summary>
/// <param name="Reward">What they wrote; null where they wrote nothing that is one.</param>
/// <param name="Rewards">All numbers by name, where there are several.</param>
/// <param name="Output">The end of what they printed.</param>
/// <param name="Problem">Why there is no reward; null where there is.</param>
internal sealed record HarborOutcome(double? Reward, IReadOnlyDictionary<string, double> Rewards, string Output, string? Problem)
{
    /// <summary>Whether all that was asked is there: a reward of 1, as an oracle must have.</summary>
    public bool IsSolved => Reward >= 1;

    /// <summary>As verdicts say it: passed at 1; no reward is an answer that nothing could be made of.</summary>
    public Verdict ToVerdict()
    {
        if (Reward is not { } reward) return Verdict.Unscored(Problem!);
        Score[] scores = [new("reward", reward), .. Rewards.Where(r => r.Key != "reward").Select(r => new Score(r.Key, r.Value))];
        return (IsSolved ? Verdict.Pass(reward, "the tests pass") : Verdict.Fail("the tests do not pass", Math.Clamp(reward, 0, 1))) with { Scores = scores };
    }
}

/// <summary>Runs a task's agent shell, its tests and its solution, in the sandbox. Tests see the agent's files as it left them; the agent sees neither tests nor solution.</summary>
internal static class HarborRun
{
    private const string Logs = "/logs/verifier", TestsAt = "/tests", SolutionAt = "/solution";

    /// <summary>What one command of an agent may take at most.</summary>
    public static TimeSpan CommandTime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The shell that the agent works in.</summary>
    public static SandboxShell Open(HarborTask task, SandboxNetwork network = SandboxNetwork.None)
    {
        var image = HarborImage.Of(task);
        return new SandboxShell(image.Files, image.Folder, Limits(task, CommandTime), network, image.Variables);
    }

    /// <summary>Runs the tests over what the agent left.</summary>
    public static async Task<HarborOutcome> VerifyAsync(HarborTask task, VirtualFiles left, CancellationToken cancellation)
    {
        var files = left.Copy();
        foreach (var taken in (string[])[TestsAt, "/logs"]) files.Delete(taken);
        foreach (var (name, content) in task.Tests) files.Write($"{TestsAt}/{name}", content);
        files.MakeFolder(Logs);
        var image = HarborImage.Of(task);
        var variables = image.Variables.Concat(task.VerifierVariables).GroupBy(v => v.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        var shell = new SandboxShell(files, image.Folder, Limits(task, TimeSpan.FromSeconds(task.VerifierTimeout)), variables: variables);
        var result = await shell.RunAsync($"{Interpreter(task.Tests[HarborReader.TestFile])} {TestsAt}/{HarborReader.TestFile}", cancellation).ConfigureAwait(false);
        var output = result.Output.Length > 2000 ? result.Output[^2000..] : result.Output;
        if (result.ExitCode is null) return new HarborOutcome(null, new Dictionary<string, double>(), output, string.Create(CultureInfo.InvariantCulture, $"the tests did not end within {task.VerifierTimeout:0.##} s, and were stopped"));
        return Read(shell.Files, output);
    }

    /// <summary>Runs the solution and then the tests: what a sound task gives 1.</summary>
    public static async Task<HarborOutcome> OracleAsync(HarborTask task, CancellationToken cancellation)
    {
        if (!task.Solution.TryGetValue(HarborReader.SolveFile, out var solve)) return new HarborOutcome(null, new Dictionary<string, double>(), "", $"there is no {HarborReader.SolutionFolder}/{HarborReader.SolveFile}");
        var image = HarborImage.Of(task);
        foreach (var (name, content) in task.Solution) image.Files.Write($"{SolutionAt}/{name}", content);
        var variables = image.Variables.Concat(task.SolutionVariables).GroupBy(v => v.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        var shell = new SandboxShell(image.Files, image.Folder, Limits(task, TimeSpan.FromSeconds(task.AgentTimeout)), variables: variables);
        var result = await shell.RunAsync($"{Interpreter(solve)} {SolutionAt}/{HarborReader.SolveFile}", cancellation).ConfigureAwait(false);
        if (result.ExitCode is null) return new HarborOutcome(null, new Dictionary<string, double>(), result.Output, string.Create(CultureInfo.InvariantCulture, $"the solution did not end within {task.AgentTimeout:0.##} s"));
        shell.Files.Delete(SolutionAt);
        var outcome = await VerifyAsync(task, shell.Files, cancellation).ConfigureAwait(false);
        return outcome with { Output = $"{result.Output}{outcome.Output}" };
    }

    private static HarborOutcome Read(VirtualFiles files, string output)
    {
        var none = new Dictionary<string, double>();
        if (files.Text(Logs + "/reward.json") is { } json)
        {
            try
            {
                using var read = JsonDocument.Parse(json);
                if (read.RootElement.ValueKind == JsonValueKind.Number && read.RootElement.TryGetDouble(out var alone) && double.IsFinite(alone)) return new HarborOutcome(alone, none, output, null);
                if (read.RootElement.ValueKind == JsonValueKind.Object && read.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetDouble(), StringComparer.Ordinal) is { Count: > 0 } all)
                    return new HarborOutcome(all.TryGetValue("reward", out var main) ? main : all.Values.Average(), all, output, null);
            }
            catch (JsonException)
            {
                // Told below.
            }

            return new HarborOutcome(null, none, output, "what the tests wrote to reward.json is no reward");
        }

        if (files.Text(Logs + "/reward.txt") is not { } text) return new HarborOutcome(null, none, output, "the tests wrote no reward to /logs/verifier");
        return double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var reward) && double.IsFinite(reward) ? new HarborOutcome(reward, none, output, null) : new HarborOutcome(null, none, output, "what the tests wrote to reward.txt is no number");
    }

    private static string Interpreter(byte[] script) => Encoding.UTF8.GetString(script.AsSpan(0, Math.Min(40, script.Length))).Contains("bash", StringComparison.Ordinal) ? "bash" : "sh";

    private static SandboxLimits Limits(HarborTask task, TimeSpan time) => new() { Time = time, MemoryMegabytes = Math.Clamp(task.Environment.MemoryMegabytes, 64, 8192), FileMegabytes = Math.Clamp(task.Environment.StorageMegabytes, 16, 64) };
}
