using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How a command is started. In bubblewrap it sees the system's programs, its own folder and what its specification makes visible,
/// all read-only, no network but perhaps a loopback of its own, no other process, no home, one writable folder in memory, /tmp, and
/// its files, if it is given some, in another. Without, it is an ordinary process with a temporary folder for HOME and TMPDIR; code
/// that is not trusted is refused then. Either way it gets a clean environment and limits on memory, file size, processes and core
/// dumps, and is a process group of its own, killed as a whole.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly string[] SystemFolders = ["/usr", "/opt", "/nix"];

    private static readonly string[] SystemLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    /// <summary>Of /etc only what programs need to start; it also holds what is nobody's business.</summary>
    private static readonly string[] Settings = ["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/ssl/certs", "/etc/ca-certificates.conf", "/etc/nsswitch.conf", "/etc/mime.types"];

    private static readonly Lazy<string?> Objection = new(() => Probe([]));

    private static readonly Lazy<string?> ObjectionToUntrusted = new(() => SandboxUser.IsNeeded ? SandboxUser.WhyNot() ?? Probe(SandboxUser.New().Prefix) : Objection.Value);

    /// <summary>The Linux that counts the processes of a user namespace by themselves.</summary>
    private static readonly Version CountsProcessesApart = new(5, 14);

    /// <summary>Where a command finds its files, in the sandbox.</summary>
    private const string Box = "/box", FilterFile = "network.bpf", FilesFolder = "files";

    private readonly SandboxSpecification _specification;
    private readonly string _program;

    /// <summary>Who runs it in our place; null where it runs as ourselves.</summary>
    private readonly SandboxUser? _user;

    /// <summary>A folder of this machine for what the sandbox is made of; where there is none, the command's own.</summary>
    private readonly string? _private;

    /// <param name="specification">The command.</param>
    /// <param name="objection">Why bubblewrap cannot be used; null where it can.</param>
    internal Sandbox(SandboxSpecification specification, string? objection)
    {
        _specification = specification;
        if (specification.IsUntrusted || specification.Use != SandboxUse.Off)
        {
            Notice = objection;
            IsOn = Notice is null;
            if (!IsOn && (specification.IsUntrusted || specification.Use == SandboxUse.Required)) throw Refused(Notice!);
        }

        if (Notice is not null) Notice = $"{Notice}: \"{specification.Name}\" runs without a sandbox, with all your rights. Install bubblewrap (apt-get install bubblewrap), or say sandbox: required to refuse.";
        if (!IsOn && (specification.Folder is null || specification.Files.Count > 0)) throw new ArgumentException("Files of its own are for a command in a sandbox.", nameof(specification));
        Check();
        _program = Find(specification.Command[0]);
        _user = IsOn && specification.IsUntrusted && SandboxUser.IsNeeded ? SandboxUser.New() : null;
        if (IsOn && specification.Folder is not null && specification.Network != SandboxNetwork.None) return;
        _private = Directory.CreateTempSubdirectory("deliberate-sandbox-").FullName;
        if (IsOn && specification.Network == SandboxNetwork.None && NetworkFilter.Program() is { } filter) File.WriteAllBytes(Path.Combine(_private, FilterFile), filter);
        if (!IsOn || specification.Folder is not null) return;
        Directory.CreateDirectory(Path.Combine(_private, FilesFolder));
        SandboxFiles.Write(Path.Combine(_private, FilesFolder), specification);
        _user?.Give(_private, Path.Combine(_private, FilesFolder));
    }

    /// <summary>Whether the command runs in bubblewrap.</summary>
    public bool IsOn { get; }

    /// <summary>Why it does not, where it was to run there if possible; null otherwise.</summary>
    public string? Notice { get; }

    /// <exception cref="UserError">The command cannot be started as the options ask.</exception>
    public static Sandbox For(SandboxSpecification specification) => new(specification, specification.IsUntrusted ? WhyNotUntrusted() : WhyNot());

    /// <summary>Why bubblewrap cannot be used here; null where it can. Tried once.</summary>
    public static string? WhyNot() => OperatingSystem.IsLinux() ? Objection.Value : "bubblewrap exists for Linux only";

    /// <summary>Why it cannot be used for code that is not trusted; null where it can. As root that takes more.</summary>
    public static string? WhyNotUntrusted() => OperatingSystem.IsLinux() ? ObjectionToUntrusted.Value : WhyNot();

    /// <summary>The folder of its files on this machine; null where it has none.</summary>
    private string? Files => IsOn && _specification.Folder is null ? Path.Combine(_private!, FilesFolder) : null;

    /// <summary>What looks after it as a whole; null for a user's own command.</summary>
    public SandboxWatch? Watch(int process) => _specification.IsUntrusted ? new SandboxWatch(process, _specification.Limits, Files) : null;

    /// <summary>Files that are new or changed; to be asked for once nothing of it runs any more.</summary>
    public IReadOnlyDictionary<string, byte[]> FilesOut() => Files is { } folder ? SandboxFiles.Read(folder, _specification) : new Dictionary<string, byte[]>();

    /// <summary>Names of files that it was given and that are there no more.</summary>
    public IReadOnlyList<string> FilesGone() => Files is { } folder ? [.. _specification.Files.Keys.Where(name => !File.Exists(Path.Combine(folder, name)))] : [];

    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = IsOn ? "/" : _specification.Folder };
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
        arguments.AddRange(_specification.Command.Skip(1));
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
        var home = IsOn ? "/tmp" : _private!;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = SearchPath(), ["HOME"] = home, ["TMPDIR"] = home, ["LANG"] = "C.UTF-8" };
        // What starts bubblewrap runs with all our rights, and must hear nothing of a stranger's: a library to load first, or a folder of programs.
        if (IsSetInside) return environment;
        foreach (var (name, value) in _specification.Environment) environment[name] = value;
        return environment;
    }

    /// <summary>Whether the command's variables are bubblewrap's arguments, which everybody on the machine can read: a user's own may be keys, and are handed on in the environment.</summary>
    private bool IsSetInside => IsOn && _specification.IsUntrusted;

    private void Wrap(List<string> arguments)
    {
        var filter = _private is null ? null : Path.Combine(_private, FilterFile);
        var isFiltered = File.Exists(filter);
        // Its descriptor must be open in bubblewrap's process.
        if (isFiltered) arguments.AddRange(["/bin/sh", "-c", "exec 9<\"$0\"; exec \"$@\"", filter!]);
        if (_user is not null) arguments.AddRange(_user.Prefix);
        arguments.AddRange(["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
        if (isFiltered) arguments.AddRange(["--seccomp", "9"]);
        foreach (var folder in SystemFolders) arguments.AddRange(["--ro-bind-try", folder, folder]);
        foreach (var folder in SystemLinks)
        {
            if (new DirectoryInfo(folder).LinkTarget is { } target) arguments.AddRange(["--symlink", target, folder]);
            else arguments.AddRange(["--ro-bind-try", folder, folder]);
        }

        foreach (var file in Settings) arguments.AddRange(["--ro-bind-try", file, file]);
        var size = ((long)_specification.Limits.FileMegabytes << 20).ToString(CultureInfo.InvariantCulture);
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"]);
        foreach (var path in ReadOnly()) arguments.AddRange(["--ro-bind", path, path]);
        if (Files is { } files)
        {
            arguments.AddRange(["--bind", files, Box]);
            foreach (var (path, name) in _specification.Places.OrderBy(p => p.Key, StringComparer.Ordinal)) arguments.AddRange(["--bind", Path.Combine(files, name), path]);
        }

        foreach (var (name, value) in _specification.Environment.Where(_ => IsSetInside).OrderBy(v => v.Key, StringComparer.Ordinal)) arguments.AddRange(["--setenv", name, value]);
        arguments.AddRange(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", _specification.Folder ?? Box, "--"]);
    }

    private IEnumerable<string> ReadOnly() => _specification.Folder is { } folder ? _specification.Visible.Append(folder) : _specification.Visible;

    /// <summary>Limits that the command and all it starts inherit. Data rather than address space: runtimes reserve far more than they use.</summary>
    private void Limit(List<string> arguments)
    {
        var kilobytes = ((long)_specification.Limits.MemoryMegabytes << 10).ToString(CultureInfo.InvariantCulture);
        var blocks = ((long)_specification.Limits.FileMegabytes << 11).ToString(CultureInfo.InvariantCulture);
        // Elsewhere the user's other processes would count as well.
        var processes = IsOn && System.Environment.OSVersion.Version >= CountsProcessesApart ? $"ulimit -p {_specification.Limits.Processes} 2>/dev/null || ulimit -u {_specification.Limits.Processes}; " : "";
        arguments.AddRange(["/bin/sh", "-c", $"ulimit -c 0; ulimit -d {kilobytes}; ulimit -f {blocks}; {processes}exec \"$0\" \"$@\""]);
    }

    private static bool IsInstalled(string program) => ((string[])["/usr/bin", "/bin"]).Any(folder => File.Exists(Path.Combine(folder, program)));

    private string SearchPath()
    {
        var path = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return IsOn ? string.Join(':', path.Split(':').Where(folder => folder.StartsWith('/') && IsVisible(folder)).Concat(["/usr/local/bin", "/usr/bin", "/bin"]).Distinct()) : path;
    }

    private bool IsVisible(string path) => SystemFolders.Concat(SystemLinks).Concat(ReadOnly()).Any(root => IsWithin(path, root));

    private static bool IsWithin(string path, string root) => path == root || path.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);

    private void Check()
    {
        var (folder, visible) = (Field("folder"), Field("visible"));
        if (_specification.Folder is { } own && !Directory.Exists(own)) throw new UserError("There is no such folder.", own, field: folder);
        if (_specification.Environment.Keys.FirstOrDefault(name => name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) is { } unnamed)
            throw new UserError($"\"{Excerpt.Of(unnamed, 60)}\" is no name of a variable.", field: Field("environment"), advice: "Letters, digits and underscores.");
        if (!IsOn) return;
        foreach (var path in _specification.Visible)
        {
            if (!Directory.Exists(path) && !File.Exists(path)) throw new UserError("There is no such file or folder.", path, field: visible);
        }

        foreach (var (path, field) in ReadOnly().Select(p => (p, p == _specification.Folder ? folder : visible)))
        {
            var home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
            if (path == "/" || (home.Length > 1 && IsWithin(home, Path.TrimEndingDirectorySeparator(path)))) throw new UserError("This would show the command your home folder.", path, field: field, advice: "Put what it needs into a folder of its own.");
        }
    }

    /// <summary>The program's path: as written where it has a folder, else the first in PATH that the sandbox shows.</summary>
    private string Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            if (_specification.Folder is null && !Path.IsPathRooted(program)) return program;
            var path = Path.GetFullPath(program, _specification.Folder ?? "/");
            if (!File.Exists(path)) throw new UserError($"There is no program {path}.", field: Field("command"), advice: $"Paths are relative to the folder of the recipe, or to {Field("folder")}.");
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

        return hidden is not null ? Shown(hidden, Target(hidden)) : throw new UserError($"There is no program \"{program}\" in PATH.", field: Field("command"), advice: "Install it, or write its path.");
    }

    private string Shown(string path, string target) => IsVisible(path) && IsVisible(target) ? path
        : throw new UserError($"The program {target} is not visible in the sandbox.", field: Field("command"), advice: $"Add the folder of its installation to {Field("visible")}{(_specification.IsUntrusted ? ", or use the system's own." : ", use the system's own, or say sandbox: off.")}");

    private static string Target(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private string Field(string option) => _specification.Fields + option;

    private UserError Refused(string why) => _specification.IsUntrusted
        ? new($"{why}, and \"{_specification.Name}\" is code that nobody has looked at: it runs in a sandbox or not at all.", advice: OperatingSystem.IsLinux() ? "Install bubblewrap (apt-get install bubblewrap); deliberate doctor says whether it works." : "Run it on Linux, with bubblewrap installed.")
        : new($"{why}, and a sandbox is required for \"{_specification.Name}\".", field: Field("sandbox"), advice: "Install bubblewrap (apt-get install bubblewrap), or say sandbox: auto.");

    /// <summary>Starts nothing in a sandbox, to see whether one can be had.</summary>
    /// <param name="prefix">What starts bubblewrap.</param>
    private static string? Probe(IReadOnlyList<string> prefix)
    {
        try
        {
            string[] command = [.. prefix, "bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "1048576", "--tmpfs", "/tmp", "--", "/bin/sh", "-c", "exit 0"];
            var start = new ProcessStartInfo(command[0], command[1..])
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
