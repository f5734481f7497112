using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// A folder that commands of a model run in, each in a sandbox of its own, with what the one before left. No network; with a service,
/// a loopback of its own on which that service answers. What a model asks for it writes as a fenced block of <c>sh</c>, so that every
/// model can, whether or not its chat format knows tools. The final files are made anew from a conversation: an old log can be judged again.
/// </summary>
internal sealed partial class Workbench
{
    /// <summary>As the service is told, and models are.</summary>
    public const int Port = 8080;

    private const int MostOutput = 6000, MostFileBytes = 8 << 20;

    /// <summary>The service reads its program from a descriptor that commands do not have, so that no file shows it.</summary>
    private const string WithService = """
        exec 3<&0 </dev/null
        python3 - <&3 >/dev/null 2>&1 &
        exec 3<&-
        i=0; while [ ! -e /tmp/.ready ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done
        exec sh -c "$0"
        """;

    private readonly string _service;
    private readonly Dictionary<string, byte[]> _files;

    public Workbench(string facts)
    {
        _files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        _service = "";
        if (facts.Length == 0) return;
        using var json = JsonDocument.Parse(facts);
        if (json.RootElement.TryGetProperty(ChallengeTasks.ServiceFact, out var service)) _service = service.GetString()!;
        foreach (var (name, content) in FilesOf(json.RootElement, ChallengeTasks.FilesFact)) _files[name] = content;
    }

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>Refuses a task by its name where nothing of a model's can be run.</summary>
    /// <exception cref="UserError">There is no sandbox here.</exception>
    public static void RequireFor(string task)
    {
        if (Sandbox.WhyNotUntrusted() is { } why) throw new UserError($"{task} runs what a model wrote, in the sandbox or not at all, and there is none here: {why}.", field: "TASK", advice: "Install bubblewrap (apt-get install bubblewrap); docs/sandbox.md says what else it takes.");
    }

    public static IEnumerable<(string Name, byte[] Content)> FilesOf(JsonElement facts, string name) =>
        facts.TryGetProperty(name, out var files) ? [.. files.EnumerateObject().Select(f => (f.Name, f.Value.GetBytesFromBase64()))] : [];

    /// <summary>The command that a text asks for: its first fenced block of sh or bash; null where it asks for none.</summary>
    public static string? CommandIn(string text) => Command().Match(text) is { Success: true } match ? match.Groups["command"].Value.Trim('\n') : null;

    /// <summary>Files that a text gives whole: fenced blocks whose first line names them, as <c>```python main.py</c>.</summary>
    public static IEnumerable<(string Name, string Text)> FilesIn(string text) => Given().Matches(text).Select(m => (m.Groups["name"].Value, m.Groups["text"].Value));

    /// <summary>Runs a command, and says what it printed.</summary>
    public async Task<string> RunAsync(string command, CancellationToken cancellation)
    {
        var hasService = _service.Length > 0;
        var specification = new SandboxSpecification
        {
            Command = hasService ? ["/bin/sh", "-c", WithService, command] : ["/bin/sh", "-c", command],
            IsUntrusted = true,
            Files = _files,
            Network = hasService ? SandboxNetwork.Loopback : SandboxNetwork.None,
            Limits = new SandboxLimits { Time = TimeSpan.FromSeconds(20), MemoryMegabytes = 512, OutputBytes = 1 << 16 },
        };
        var result = await SandboxRun.RunAsync(specification, Encoding.UTF8.GetBytes(_service), cancellation).ConfigureAwait(false);
        foreach (var (name, content) in result.Files) Put(name, content);
        var said = new StringBuilder(Encoding.UTF8.GetString(result.Output));
        if (result.Error.Length > 0) said.Append('\n').Append(result.Error);
        if (result.Stopped is { } stopped) said.Append("\n(").Append(stopped).Append(')');
        else if (result.ExitCode != 0) said.Append(CultureInfo.InvariantCulture, $"\n(exit code {result.ExitCode})");
        var text = said.ToString().Trim();
        return text.Length == 0 ? "(it printed nothing)" : text.Length > MostOutput ? string.Create(CultureInfo.InvariantCulture, $"{text[..MostOutput]}\n(… {text.Length - MostOutput} more characters)") : text;
    }

    /// <summary>Where a conversation leaves the files: its commands run again, then those that its last answer gives whole.</summary>
    public async Task ReplayAsync(Sample sample, CancellationToken cancellation)
    {
        foreach (var message in sample.Messages.Where(m => m.Role == "assistant"))
            if (CommandIn(message.Content) is { } command) await RunAsync(command, cancellation).ConfigureAwait(false);
        foreach (var (name, text) in FilesIn(sample.Text)) Put(name, Encoding.UTF8.GetBytes(text));
    }

    private void Put(string name, byte[] content)
    {
        if (_files.Values.Sum(f => (long)f.Length) + content.Length <= MostFileBytes) _files[name] = content;
    }

    [GeneratedRegex(@"^```(sh|bash|shell)[ \t]*\n(?<command>.*?)^```", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"^```[a-z]{0,12}[ \t]+(?<name>[A-Za-z0-9_][A-Za-z0-9_./-]{0,80})[ \t]*\n(?<text>.*?)^```", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();
}

/// <summary>
/// Lets a model work at the item's workbench: while its answer asks for a command, the command is run and its output is told. It ends
/// with an answer that asks for none, after its turns, or where the conversation no longer fits the model's context.
/// </summary>
internal sealed class WorkbenchSolver(int mostTurns) : ISolver
{
    /// <summary>In the form in which a policy looks for scaffold and rounds.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"tools(sh; {mostTurns} turns)");

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        var bench = new Workbench(context.Item.Facts);
        for (var turn = 0; turn <= mostTurns; turn++)
        {
            ModelAnswer answer;
            try
            {
                answer = await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (UserError) when (context.Answer is not null)
            {
                // The conversation outgrew the context: what the model did until then is judged.
                return;
            }

            if (answer.IsBlocked || answer.IsCut || turn == mostTurns || Workbench.CommandIn(answer.Text) is not { } command) return;
            context.Messages.Add(new ChatMessage("user", $"Output:\n{await bench.RunAsync(command, cancellationToken).ConfigureAwait(false)}"));
        }
    }
}
