using System.Text.Json.Nodes;

namespace Deliberate.Evaluation;

/// <summary>
/// A task folder of Harbor, the container-task format that followed Terminal-Bench: <c>task.toml</c> (schemas 1.0 to 1.4), <c>instruction.md</c>, <c>environment/</c>, <c>tests/</c>,
/// <c>solution/</c>. In memory: names are relative to their folder. What the format has besides and nothing here uses is not kept: <see cref="Ignored"/> names it.
/// </summary>
internal sealed record HarborTask
{
    /// <summary>The schema that is written.</summary>
    public const string Schema = "1.4";

    public const double UsualTimeout = 600;

    /// <summary>The folder's name, or <c>organisation/name</c>.</summary>
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Whatever its authors say of it: strings, numbers, booleans, lists, tables.</summary>
    public JsonObject Metadata { get; init; } = [];

    /// <summary>What the agent is asked.</summary>
    public required string Instruction { get; init; }

    /// <summary>Seconds that the agent has.</summary>
    public double AgentTimeout { get; init; } = UsualTimeout;

    /// <summary>Seconds that the tests have.</summary>
    public double VerifierTimeout { get; init; } = UsualTimeout;

    public HarborEnvironment Environment { get; init; } = new();

    public IReadOnlyDictionary<string, string> VerifierVariables { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> SolutionVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>Of <c>environment/</c>, the Dockerfile among them.</summary>
    public IReadOnlyDictionary<string, byte[]> EnvironmentFiles { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Of <c>tests/</c>; <c>test.sh</c> writes the reward.</summary>
    public IReadOnlyDictionary<string, byte[]> Tests { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Of <c>solution/</c>; <c>solve.sh</c> is the oracle. None where the task has none.</summary>
    public IReadOnlyDictionary<string, byte[]> Solution { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>What a container is needed for, in words, besides what the Dockerfile asks for; null for nothing.</summary>
    public string? Needs { get; init; }

    /// <summary>Keys of task.toml that nothing here uses.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];
}

/// <summary>The place of a task, as <c>[environment]</c> says.</summary>
internal sealed record HarborEnvironment
{
    public double BuildTimeout { get; init; } = HarborTask.UsualTimeout;

    /// <summary>An image that is there already; empty for the one that the Dockerfile makes.</summary>
    public string Image { get; init; } = "";

    public int Cpus { get; init; } = 1;

    public int MemoryMegabytes { get; init; } = 2048;

    public int StorageMegabytes { get; init; } = 10_240;

    /// <summary><c>public</c> or <c>no-network</c>. Here there is none either way.</summary>
    public string Network { get; init; } = "no-network";

    /// <summary>Where the agent starts; empty for what the Dockerfile says, or <c>/app</c>.</summary>
    public string Folder { get; init; } = "";

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
