namespace Deliberate.Reasoning;

/// <summary>Whether a command may run outside a sandbox.</summary>
internal enum SandboxUse
{
    /// <summary>In bubblewrap where it works, else without, with a notice.</summary>
    Auto,

    /// <summary>Refused where bubblewrap is missing or does not work.</summary>
    Required,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>What of a network a command in a sandbox has; of the machine's it has nothing.</summary>
internal enum SandboxNetwork
{
    /// <summary>None: a socket of a network cannot be made.</summary>
    None,

    /// <summary>A loopback of its own, on which only what runs in the same sandbox answers.</summary>
    Loopback,
}

/// <summary>What a command in a sandbox may use.</summary>
internal sealed record SandboxLimits
{
    /// <summary>From its start to its end.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Data that each of its processes may hold; of code that is not trusted, what all of them hold in memory together.</summary>
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>Of each file it writes, of its folder in memory, and of its files out together.</summary>
    public int FileMegabytes { get; init; } = 64;

    /// <summary>Processes and threads.</summary>
    public int Processes { get; init; } = 256;

    /// <summary>What it may write to standard output.</summary>
    public int OutputBytes { get; init; } = 1 << 20;
}

/// <summary>A command, what it is given, what it may use and what is wanted of it: all that a sandbox is made from.</summary>
internal sealed record SandboxSpecification
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>For messages.</summary>
    public string Name => string.Join(' ', Command);

    /// <summary>
    /// A model wrote the code, or it comes from elsewhere: it runs in a sandbox or not at all, whatever <see cref="Use"/> says, and
    /// its processes and their memory are watched in all, not only one by one.
    /// </summary>
    public bool IsUntrusted { get; init; }

    /// <summary>Of a command of the user's own.</summary>
    public SandboxUse Use { get; init; }

    /// <summary>Where it starts and what it may read; absolute. Null for the folder of its files.</summary>
    public string? Folder { get; init; }

    /// <summary>Further files and folders that it may read in the sandbox; absolute.</summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Files that it finds in its own folder and may change, by name; a name may have folders.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Folders that it finds there besides, empty where no file lies in them.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Where folders of its files stand besides: an absolute path of the sandbox, to the folder's name. Not for a command that starts in a folder of this machine.</summary>
    public IReadOnlyDictionary<string, string> Places { get; init; } = new Dictionary<string, string>();

    /// <summary>Its environment, besides PATH, HOME, TMPDIR and LANG; nothing of ours is passed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public SandboxNetwork Network { get; init; }

    public SandboxLimits Limits { get; init; } = new();

    /// <summary>What stands before the name of an option in messages, as <c>verifier.</c></summary>
    public string Fields { get; init; } = "";
}
