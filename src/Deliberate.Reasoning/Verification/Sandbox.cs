using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How a verifier's command is started. In bubblewrap it sees the system's programs, its own folder and what the recipe makes
/// visible, all read-only, an empty network, no other process, no home, and one writable folder of its own in memory, /tmp. Without,
/// it is an ordinary process with a temporary folder for HOME and TMPDIR. Either way it gets a clean environment and limits on
/// memory, file size, processes and core dumps, and is a process group of its own, killed as a whole.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly string[] SystemFolders = ["/usr", "/opt", "/nix"];

    private static readonly string[] SystemLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    /// <summary>Of /etc only what programs need to start; it also holds what is nobody's business.</summary>
    private static readonly string[] Settings = ["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/ssl/certs", "/etc/ca-certificates.conf", "/etc/nsswitch.conf", "/etc/mime.types"];

    private static readonly Lazy<string?> Objection = new(Probe);

    /// <summary>The Linux that counts the processes of a user namespace by themselves.</summary>
    private static readonly Version CountsProcessesApart = new(5, 14);

    private readonly CommandVerifierOptions _options;
    private readonly string _program;
    private readonly string? _private;

    private Sandbox(CommandVerifierOptions options)
    {
        _options = options;
        if (!OperatingSystem.IsLinux() && options.Sandbox == SandboxUse.Required) throw Refused("bubblewrap exists for Linux only");
        if (options.Sandbox != SandboxUse.Off)
        {
            Notice = OperatingSystem.IsLinux() ? Objection.Value : "bubblewrap exists for Linux only";
            IsOn = Notice is null;
            if (!IsOn && options.Sandbox == SandboxUse.Required) throw Refused(Notice!);
        }

        if (Notice is not null) Notice = $"{Notice}: the verifier \"{options.Name}\" runs without a sandbox, with all your rights. Install bubblewrap (apt-get install bubblewrap), or say sandbox: required to refuse.";
        Check();
        _program = Find(options.Command[0]);
        if (!IsOn) _private = Directory.CreateTempSubdirectory("deliberate-verifier-").FullName;
    }

    /// <summary>Whether the command runs in bubblewrap.</summary>
    public bool IsOn { get; }

    /// <summary>Why it does not, where it was to run there if possible; null otherwise.</summary>
    public string? Notice { get; }

    /// <exception cref="UserError">The command cannot be started as the options ask.</exception>
    public static Sandbox For(CommandVerifierOptions options) => new(options);

    /// <summary>Why bubblewrap cannot be used here; null where it can. Tried once.</summary>
    public static string? WhyNot() => OperatingSystem.IsLinux() ? Objection.Value : "bubblewrap exists for Linux only";

    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = IsOn ? "/" : _options.Folder };
        var arguments = new List<string>();
        if (OperatingSystem.IsLinux())
        {
            // A session, and so a process group, of its own.
            if (IsInstalled("setsid")) arguments.Add("setsid");
            if (IsOn) Wrap(arguments);
            else if (IsInstalled("setpriv")) arguments.AddRange(["setpriv", "--pdeathsig", "KILL", "--"]);
            Limit(arguments);
        }

        arguments.Add(_program);
        arguments.AddRange(_options.Command.Skip(1));
        start.FileName = arguments[0];
        foreach (var argument in arguments.Skip(1)) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Environment()) start.Environment[name] = value;
        return start;
    }

    public void Dispose()
    {
        if (_private is null) return;
        try
        {
            Directory.Delete(_private, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder of the system's temporary ones too many does no harm.
        }
    }

    private Dictionary<string, string> Environment()
    {
        var home = _private ?? "/tmp";
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = SearchPath(), ["HOME"] = home, ["TMPDIR"] = home, ["LANG"] = "C.UTF-8" };
        foreach (var (name, value) in _options.Environment) environment[name] = value;
        return environment;
    }

    private void Wrap(List<string> arguments)
    {
        arguments.AddRange(["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
        foreach (var folder in SystemFolders) arguments.AddRange(["--ro-bind-try", folder, folder]);
        foreach (var folder in SystemLinks)
        {
            if (new DirectoryInfo(folder).LinkTarget is { } target) arguments.AddRange(["--symlink", target, folder]);
            else arguments.AddRange(["--ro-bind-try", folder, folder]);
        }

        foreach (var file in Settings) arguments.AddRange(["--ro-bind-try", file, file]);
        var size = ((long)_options.FileMegabytes << 20).ToString(CultureInfo.InvariantCulture);
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"]);
        foreach (var path in (IEnumerable<string>)[.. _options.Visible, _options.Folder]) arguments.AddRange(["--ro-bind", path, path]);
        arguments.AddRange(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", _options.Folder, "--"]);
    }

    /// <summary>Limits that the command and all it starts inherit. Data rather than address space: runtimes reserve far more than they use.</summary>
    private void Limit(List<string> arguments)
    {
        var kilobytes = ((long)_options.MemoryMegabytes << 10).ToString(CultureInfo.InvariantCulture);
        var blocks = ((long)_options.FileMegabytes << 11).ToString(CultureInfo.InvariantCulture);
        // Elsewhere the user's other processes would count as well.
        var processes = IsOn && System.Environment.OSVersion.Version >= CountsProcessesApart ? $"ulimit -p {_options.Processes} 2>/dev/null || ulimit -u {_options.Processes}; " : "";
        arguments.AddRange(["/bin/sh", "-c", $"ulimit -c 0; ulimit -d {kilobytes}; ulimit -f {blocks}; {processes}exec \"$0\" \"$@\""]);
    }

    private static bool IsInstalled(string program) => ((string[])["/usr/bin", "/bin"]).Any(folder => File.Exists(Path.Combine(folder, program)));

    private string SearchPath()
    {
        var path = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return IsOn ? string.Join(':', path.Split(':').Where(folder => folder.StartsWith('/') && IsVisible(folder)).Concat(["/usr/local/bin", "/usr/bin", "/bin"]).Distinct()) : path;
    }

    private bool IsVisible(string path) => SystemFolders.Concat(SystemLinks).Concat(_options.Visible).Append(_options.Folder).Any(root => IsWithin(path, root));

    private static bool IsWithin(string path, string root) => path == root || path.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);

    private void Check()
    {
        if (!Directory.Exists(_options.Folder)) throw new UserError("There is no such folder.", _options.Folder, field: "verifier.folder");
        if (!IsOn) return;
        foreach (var path in _options.Visible)
        {
            if (!Directory.Exists(path) && !File.Exists(path)) throw new UserError("There is no such file or folder.", path, field: "verifier.visible");
        }

        foreach (var (path, field) in _options.Visible.Select(p => (p, "verifier.visible")).Append((_options.Folder, "verifier.folder")))
        {
            var home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
            if (path == "/" || (home.Length > 1 && IsWithin(home, Path.TrimEndingDirectorySeparator(path)))) throw new UserError("This would show the verifier your home folder.", path, field: field, advice: "Put the verifier into a folder of its own.");
        }
    }

    /// <summary>The program's path: as written where it has a folder, else the first in PATH that the sandbox shows.</summary>
    private string Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(program, _options.Folder);
            if (!File.Exists(path)) throw new UserError($"There is no program {path}.", field: "verifier.command", advice: "Paths are relative to the folder of the recipe, or to verifier.folder.");
            return IsOn ? Shown(path, path) : path;
        }

        string? hidden = null;
        foreach (var folder in (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(IsOn ? ["/usr/local/bin", "/usr/bin", "/bin"] : []))
        {
            var path = Path.Combine(folder, program);
            if (!folder.StartsWith('/') || !File.Exists(path)) continue;
            if (!IsOn || (IsVisible(folder) && IsVisible(Target(path)))) return path;
            hidden ??= path;
        }

        return hidden is not null ? Shown(hidden, Target(hidden)) : throw new UserError($"There is no program \"{program}\" in PATH.", field: "verifier.command", advice: "Install it, or write its path.");
    }

    private string Shown(string path, string target) => IsVisible(path) && IsVisible(target) ? path
        : throw new UserError($"The program {target} is not visible in the sandbox.", field: "verifier.command", advice: "Add the folder of its installation to verifier.visible, use the system's own, or say sandbox: off.");

    private static string Target(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private UserError Refused(string why) => new($"{why}, and the recipe requires a sandbox for \"{_options.Name}\".", field: "verifier.sandbox", advice: "Install bubblewrap (apt-get install bubblewrap), or say sandbox: auto.");

    /// <summary>Starts nothing in a sandbox, to see whether one can be had.</summary>
    private static string? Probe()
    {
        try
        {
            var start = new ProcessStartInfo("bwrap", ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "1048576", "--tmpfs", "/tmp", "--", "/bin/sh", "-c", "exit 0"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            using var process = ProcessLauncher.Start(start).GetAwaiter().GetResult();
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                process.Kill(entireProcessTree: true);
                return "bubblewrap did not answer within 10 s";
            }

            if (process.ExitCode == 0) return null;
            var said = error.GetAwaiter().GetResult().Trim().Split('\n')[^1];
            return said.Contains("--size", StringComparison.Ordinal) ? "this bubblewrap is too old (0.7 is needed)" : $"bubblewrap cannot be used here ({said})";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "bubblewrap is not installed";
        }
    }
}
