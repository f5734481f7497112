using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A real shell for an agent: each call is <c>sh</c> in the sandbox (untrusted: bubblewrap or nothing), over the agent's files, which stand where their absolute paths say
/// (<c>/app</c>, <c>/tests</c>). Files, the folder that it is in and nothing else are kept between calls: no process outlives its own. Paths of the system's own folders cannot
/// be the agent's.
/// </summary>
internal sealed class SandboxShell : IAgentShell
{
    private const string Script = ".deliberate/run.sh", State = ".deliberate/state", Places = "places";

    /// <summary>Folders that are the machine's in the sandbox: a file below one needs an image of its own.</summary>
    private static readonly string[] Taken = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "proc", "dev", "sys", "nix", "run", "box", "tmp"];

    private readonly SandboxLimits _limits;
    private readonly SandboxNetwork _network;
    private readonly IReadOnlyDictionary<string, string> _variables;

    /// <param name="files">Owned by the shell from now on.</param>
    /// <param name="folder">Where it starts.</param>
    /// <param name="limits">Of each call.</param>
    /// <param name="network">None, or a loopback of its own.</param>
    /// <param name="variables">Of the environment.</param>
    /// <exception cref="UserError">A file lies where the machine's own do.</exception>
    public SandboxShell(VirtualFiles files, string folder, SandboxLimits? limits = null, SandboxNetwork network = SandboxNetwork.None, IReadOnlyDictionary<string, string>? variables = null)
    {
        (Files, Folder, _limits, _network, _variables) = (files, folder, limits ?? new SandboxLimits { Time = TimeSpan.FromSeconds(30) }, network, variables ?? new Dictionary<string, string>());
        files.MakeFolder(folder);
        if (WhyNot(files.Files.Keys.Append(folder)) is { } why) throw new UserError(why);
    }

    public VirtualFiles Files { get; private set; }

    public string Folder { get; private set; }

    /// <summary>Which path cannot be the agent's own; null where all can.</summary>
    public static string? WhyNot(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var first = path.Split('/', 3)[1];
            if (path == "/" || VirtualFiles.FolderOf(path) == "/" && first.Length == 0) return "a file in the root folder itself needs a container image";
            if (Taken.Contains(first)) return $"{path} lies in a folder of the system: it needs a container image";
        }

        return null;
    }

    public async Task<ShellResult> RunAsync(string command, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Length > VirtualShell.LongestCall) return new ShellResult("sh: the command is too long\n", 2);
        string[] roots = [.. Files.Folders.Where(f => f != "/").Select(f => f.Split('/', 3)[1]).Distinct(StringComparer.Ordinal)];
        var result = await SandboxRun.RunAsync(
            new SandboxSpecification
            {
                Command = ["/bin/sh", Script],
                IsUntrusted = true,
                Files = Files.Files.ToDictionary(f => Places + f.Key, f => f.Value, StringComparer.Ordinal).Concat([KeyValuePair.Create(Script, Encoding.UTF8.GetBytes(Wrapped(command, roots)))]).ToDictionary(StringComparer.Ordinal),
                Folders = [.. Files.Folders.Where(f => f != "/").Select(f => Places + f), ".deliberate"],
                Places = roots.ToDictionary(r => "/" + r, r => $"{Places}/{r}", StringComparer.Ordinal),
                Environment = _variables,
                Network = _network,
                Limits = _limits,
            },
            [], cancellation).ConfigureAwait(false);
        Take(result);
        var said = new StringBuilder(Encoding.UTF8.GetString(result.Output)).Append(result.Error);
        if (result.Stopped is { } why) said.Append(CultureInfo.InvariantCulture, $"\nstopped: {why}\n");
        return new ShellResult(said.ToString(), result.ExitCode);
    }

    /// <summary>The command with what is to be known after it: its folder, and the folders that there are.</summary>
    private string Wrapped(string command, string[] roots) => $$"""
        trap 'code=$?; { pwd; find {{string.Join(' ', roots.Select(r => Quote("/" + r)))}} -type d 2>/dev/null; } > /box/{{State}} 2>/dev/null; exit $code' EXIT
        {{Executables()}}cd {{Quote(Folder)}}
        exec 2>&1
        {{command}}

        """;

    /// <summary>Modes are not kept: what begins as a program does may be run.</summary>
    private string Executables()
    {
        string[] programs = [.. Files.Files.Where(f => f.Value.AsSpan().StartsWith("#!"u8) || f.Value.AsSpan().StartsWith("\u007fELF"u8)).Select(f => Quote(f.Key))];
        return programs.Length > 0 ? $"chmod +x {string.Join(' ', programs)}\n" : "";
    }

    private void Take(SandboxResult result)
    {
        var files = Files.Copy();
        var state = result.Files.TryGetValue(State, out var text) ? Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        try
        {
            foreach (var gone in result.Gone.Where(g => g.StartsWith(Places + "/", StringComparison.Ordinal))) files.Delete(gone[Places.Length..]);
            if (state.Length > 1)
                foreach (var folder in files.Folders.Where(f => f != "/" && !state.Contains(f)).ToArray()) files.Delete(folder);
            foreach (var (name, content) in result.Files.Where(f => f.Key.StartsWith(Places + "/", StringComparison.Ordinal))) files.Write(name[Places.Length..], content);
            foreach (var folder in state.Skip(1)) files.MakeFolder(folder);
            if (state.Length > 0 && files.IsFolder(state[0])) Folder = state[0];
            Files = files;
        }
        catch (VirtualFilesException)
        {
            // More than may be kept: the call's files are dropped as a whole, as on a full disk.
        }
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
