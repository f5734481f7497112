using System.CommandLine;

namespace Deliberate.Cli;

/// <summary>A command of <c>deliberate</c>: its name, what it does, examples for its help, and its action, which returns the exit code.</summary>
internal abstract class CliCommand : Command
{
    protected CliCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(parsed => ExitCode.Checked(Run(parsed)));
    }

    /// <summary>Whole command lines, each followed by <c>  # why</c>.</summary>
    public IReadOnlyList<string> Examples { get; }

    protected abstract int Run(ParseResult parsed);
}
