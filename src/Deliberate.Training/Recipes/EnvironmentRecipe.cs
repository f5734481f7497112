using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What problems are played in, in several turns: limits of an episode, and for problems of the user's the environment itself, a program or a class.</summary>
internal sealed record EnvironmentRecipe : ICheckedRecipe
{
    [Description("Program and arguments that play problems of your own, for example [python3, env.py]: a line of JSON in and out a turn.")]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Description("The class in the assembly, where it holds several.")]
    public string? Name { get; init; }

    [Description("A .dll that holds a public class implementing IEnvironment, for problems of your own; relative to the recipe. A family that is an environment is named in family.assembly.")]
    public string? Assembly { get; init; }

    [Description("Turns of the model; then the episode ends unsolved.")]
    [InRange(1, 10_000)]
    public int MaxTurns { get; init; } = 8;

    [Description("Tokens of one turn; one that is cut off ends the episode. max_tokens of the stage is the budget of the whole episode, replies included.")]
    [InRange(1, 1 << 20)]
    public int TurnTokens { get; init; } = 256;

    [Description("Tokens of one reply; what is longer is cut, and says so.")]
    [InRange(1, 1 << 20)]
    public int ReplyTokens { get; init; } = 512;

    [Description("Seconds for one turn of the environment; then the episode counts as failed by it.")]
    [InRange(0.001, 86_400)]
    public double TimeoutS { get; init; } = 10;

    [Description("Episodes that are stepped at a time; 0 for one a core.")]
    [InRange(0, 1024)]
    public int Parallel { get; init; }

    [Description("Share of a step's episodes, or an evaluation's, that the environment may fail on; more stop the run.")]
    [InRange(0, 1)]
    public double MaxErrorShare { get; init; } = 0.05;

    [Description("Role of replies in a model's chat template: user, or tool where the template knows it.")]
    public string Role { get; init; } = "user";

    [Description("Command: per_sample (a fresh process an episode) or worker (processes that play one episode after the other).")]
    public CommandMode Mode { get; init; }

    [Description("Command: megabytes of data that each process may hold.")]
    [InRange(16, 1 << 20)]
    public int MemoryMb { get; init; } = 1024;

    [Description("Command: processes and threads that each may have in the sandbox.")]
    [InRange(1, 1 << 20)]
    public int Processes { get; init; } = 256;

    [Description("Command: auto (in bubblewrap where it works), required or off.")]
    public SandboxUse Sandbox { get; init; }

    [Description("Command: the folder it starts in and may read; the recipe's if left out.")]
    public string? Folder { get; init; }

    [Description("Command: further files and folders that it may read in the sandbox.")]
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Whether it names what problems of the user's are played in.</summary>
    [JsonIgnore]
    public bool IsOwn => Command.Count > 0 || Assembly is not null;

    [JsonIgnore]
    public EnvironmentLimits Limits => new()
    {
        Turns = MaxTurns,
        TurnTokens = TurnTokens,
        ReplyTokens = ReplyTokens,
        // A program ends at its own time limit, in words; this waits for those.
        Timeout = TimeSpan.FromSeconds(TimeoutS + (Command.Count > 0 ? 40 : 0)),
        Parallel = Parallel > 0 ? Parallel : System.Environment.ProcessorCount,
        MaxErrorShare = MaxErrorShare,
    };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Command.Count > 0 && Assembly is not null) yield return ("command", "A command and a class cannot both be the environment: say one of command, or assembly.");
        if (Command.Count > 0 && string.IsNullOrWhiteSpace(Command[0])) yield return ("command", "The program has no name.");
        if (Name is not null && Assembly is null) yield return ("name", "A name chooses among the classes of an assembly: say assembly, or name a family that is an environment in family.name.");
        if (Role is not ("user" or "tool")) yield return ("role", "Replies are messages of the user or of a tool: say user or tool.");
        if (Command.Count > 0) yield break;
        if (Mode != default) yield return ("mode", "Only a command has a mode.");
        if (Sandbox == SandboxUse.Required) yield return ("sandbox", "A class runs in this process and cannot be sandboxed: only a command can.");
        if (Folder is not null) yield return ("folder", "Only a command has a folder.");
        if (Visible.Count > 0) yield return ("visible", "Only a command in a sandbox has visible files.");
    }

    /// <summary>What problems of the user's are played in.</summary>
    /// <exception cref="UserError">It cannot be had.</exception>
    public EnvironmentSet CreateOwn(Action<string> notice)
    {
        if (Assembly is { } assembly)
        {
            Type[] found = [.. UserAssembly.Types(assembly, "environment.assembly").Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IEnvironment).IsAssignableFrom(t) && (Name is null || t.Name == Name || t.FullName == Name))];
            if (found.Length != 1) throw new UserError($"The assembly holds {found.Length} public classes that implement IEnvironment{(Name is null ? "" : $" and are called {Name}")}.", assembly, field: Name is null ? "environment.assembly" : "environment.name", advice: found.Length == 0 ? "Make the class public." : $"Name one of {string.Join(", ", found.Select(t => t.FullName))} in environment.name.");
            var own = (IEnvironment)UserAssembly.Create(found[0], assembly, "environment.name");
            return new EnvironmentSet(_ => own, own as IDisposable);
        }

        var command = new CommandEnvironment(new CommandVerifierOptions
        {
            Command = Command,
            Folder = Path.GetFullPath(Folder ?? "."),
            Mode = Mode,
            Timeout = TimeSpan.FromSeconds(TimeoutS),
            MemoryMegabytes = MemoryMb,
            Processes = Processes,
            Sandbox = Sandbox,
            Visible = [.. Visible.Select(Path.GetFullPath)],
        });
        if (command.Notice is { } unprotected) notice(unprotected);
        return new EnvironmentSet(_ => command, command);
    }
}
