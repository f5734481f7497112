namespace Deliberate.Reasoning;

/// <summary>How a command is asked.</summary>
internal enum CommandMode
{
    /// <summary>A process a sample: one JSON object on standard input, one on standard output, exit code 0.</summary>
    PerSample,

    /// <summary>Processes that stay: a line of JSON in, a line of JSON with the same <c>id</c> out, again and again.</summary>
    Worker,
}

/// <summary>A command that verifies, and what it may use.</summary>
internal sealed record CommandVerifierOptions
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Where it starts and what it may read; absolute.</summary>
    public required string Folder { get; init; }

    public CommandMode Mode { get; init; }

    /// <summary>Of one sample.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Added to the first sample of a worker, which loads its libraries then.</summary>
    public TimeSpan StartAllowance { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of each process: data that it may hold.</summary>
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>Of each file it writes, and of its private folder.</summary>
    public int FileMegabytes { get; init; } = 64;

    /// <summary>Processes and threads that it may have.</summary>
    public int Processes { get; init; } = 256;

    /// <summary>What it may write to standard output for one sample.</summary>
    public int OutputBytes { get; init; } = 1 << 20;

    public SandboxUse Sandbox { get; init; }

    /// <summary>Further files and folders that it may read in the sandbox; absolute.</summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Its environment, besides PATH, HOME, TMPDIR and LANG; nothing of ours is passed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>For messages.</summary>
    public string Name => string.Join(' ', Command);

    /// <summary>The sandbox that it runs in: a verifier is the user's own code, whose own servers may answer on its loopback.</summary>
    public SandboxSpecification Specification() => new()
    {
        Command = Command,
        Use = Sandbox,
        Folder = Folder,
        Visible = Visible,
        Environment = Environment,
        Network = SandboxNetwork.Loopback,
        Limits = new SandboxLimits { Time = Timeout, MemoryMegabytes = MemoryMegabytes, FileMegabytes = FileMegabytes, Processes = Processes, OutputBytes = OutputBytes },
        Fields = "verifier.",
    };
}
