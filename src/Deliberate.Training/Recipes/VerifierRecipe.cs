using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A verifier of the user's: a class registered by name or found in an assembly, or a command.</summary>
internal sealed record VerifierRecipe : ICheckedRecipe
{
    [Description("Name under which a program registered it (VerifierRegistry.Register), or its class in the assembly.")]
    public string? Name { get; init; }

    [Description("A .dll that holds a public class implementing IScorer; relative to the recipe.")]
    public string? Assembly { get; init; }

    [Description("Program and arguments, for example [python3, check.py].")]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Description("per_sample (a process a sample) or worker (processes that stay, a line of JSON in and out).")]
    public CommandMode Mode { get; init; }

    [Description("Seconds for one sample; then it is killed, and the sample counts as failed by the verifier.")]
    [InRange(0.001, 86_400)]
    public double TimeoutS { get; init; } = 5;

    [Description("Verifications at a time; 0 for one a core.")]
    [InRange(0, 1024)]
    public int Parallel { get; init; }

    [Description("Further tries of a sample that the verifier failed on, once the others have been judged.")]
    [InRange(0, 100)]
    public int Retries { get; init; } = 2;

    [Description("The lowest score that it gives: what an answer that cannot be read gets, or the lowest of its group's readable ones, if that is lower.")]
    public double LowestScore { get; init; }

    [Description("Share of a step's samples, or an evaluation's, that the verifier may fail on; more stop the run.")]
    [InRange(0, 1)]
    public double MaxErrorShare { get; init; } = 0.05;

    [Description("Command: megabytes of data that each process may hold.")]
    [InRange(16, 1 << 20)]
    public int MemoryMb { get; init; } = 1024;

    [Description("Command: megabytes of a file, and of its private folder.")]
    [InRange(1, 1 << 20)]
    public int FileMb { get; init; } = 64;

    [Description("Command: processes and threads that it may have in the sandbox.")]
    [InRange(1, 1 << 20)]
    public int Processes { get; init; } = 256;

    [Description("Command: auto (in bubblewrap where it works), required or off.")]
    public SandboxUse Sandbox { get; init; }

    [Description("Command: the folder it starts in and may read; the recipe's if left out.")]
    public string? Folder { get; init; }

    [Description("Command: further files and folders that it may read in the sandbox.")]
    public IReadOnlyList<string> Visible { get; init; } = [];

    [Description("Command: its environment, besides PATH, HOME, TMPDIR and LANG.")]
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var isCommand = Command.Count > 0;
        if (!isCommand && Name is null && Assembly is null) yield return ("command", "Nothing verifies: say command, name or assembly.");
        if (isCommand && (Name ?? Assembly) is not null) yield return ("command", "A command and a class cannot both verify: say one of command, or name and assembly.");
        if (isCommand && string.IsNullOrWhiteSpace(Command[0])) yield return ("command", "The program has no name.");
        if (!double.IsFinite(LowestScore)) yield return ("lowest_score", "A score is a finite number.");
        if (Name is not null && Assembly is null && AnswerGraders.All.Any(g => g.Name == Name)) yield return ("name", $"\"{Name}\" is a grader: say problems.grader.");
        if (isCommand) yield break;
        if (Mode != default) yield return ("mode", "Only a command has a mode.");
        if (Sandbox == SandboxUse.Required) yield return ("sandbox", "A class runs in this process and cannot be sandboxed: only a command can.");
        if (Folder is not null) yield return ("folder", "Only a command has a folder.");
        if (Visible.Count > 0) yield return ("visible", "Only a command in a sandbox has visible files.");
        if (Environment.Count > 0) yield return ("environment", "Only a command has an environment.");
    }

    /// <summary>Verifications at a time.</summary>
    public int Degree => Parallel > 0 ? Parallel : System.Environment.ProcessorCount;

    /// <summary>The verifier, ready to be asked.</summary>
    /// <param name="notice">Told of its first failures.</param>
    /// <exception cref="UserError">It cannot be had as the recipe asks.</exception>
    public VerifierRunner Create(Action<string>? notice = null)
    {
        var verifier = Command.Count > 0 ? new CommandVerifier(Options()) : Assembly is not null ? VerifierAssembly.Load(Assembly, Name) : VerifierRegistry.Create(Name!);
        return new VerifierRunner(verifier, Degree, TimeSpan.FromSeconds(TimeoutS), MaxErrorShare, Retries, notice);
    }

    /// <summary>Refuses what cannot be had, without making it.</summary>
    /// <exception cref="UserError">As of <see cref="Create"/>.</exception>
    public void Check()
    {
        if (Command.Count > 0) new CommandVerifier(Options()).Dispose();
        else if (Assembly is not null && !File.Exists(Assembly)) throw new UserError("There is no such assembly.", Assembly, field: "verifier.assembly", advice: "Build it (dotnet build), and name the .dll in its bin folder.");
        else if (Assembly is null && !VerifierRegistry.Has(Name!)) throw VerifierRegistry.Unknown(Name!);
    }

    private CommandVerifierOptions Options() => new()
    {
        Command = Command,
        Folder = Path.GetFullPath(Folder ?? "."),
        Mode = Mode,
        Timeout = TimeSpan.FromSeconds(TimeoutS),
        MemoryMegabytes = MemoryMb,
        FileMegabytes = FileMb,
        Processes = Processes,
        Sandbox = Sandbox,
        Visible = [.. Visible.Select(Path.GetFullPath)],
        Environment = Environment,
    };
}
