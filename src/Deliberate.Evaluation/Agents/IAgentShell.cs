using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What a command came to.</summary>
/// <param name="Output">Standard output and error as the agent sees them.</param>
/// <param name="ExitCode">0 for success; null where it was stopped.</param>
internal sealed record ShellResult(string Output, int? ExitCode);

/// <summary>
/// Where an agent's commands run: a shell in memory (<see cref="VirtualShell"/>) or a real one in the sandbox (<see cref="SandboxShell"/>). It keeps its files
/// and its place between commands. One agent, one thread.
/// </summary>
internal interface IAgentShell
{
    /// <summary>As they are now: the end state once the agent is done.</summary>
    VirtualFiles Files { get; }

    /// <summary>Where the next command starts.</summary>
    string Folder { get; }

    /// <summary>Runs a command line, or several lines. What goes wrong in it is its output.</summary>
    Task<ShellResult> RunAsync(string command, CancellationToken cancellation);
}
