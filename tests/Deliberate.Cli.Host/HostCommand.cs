namespace Deliberate.Cli.Host;

/// <summary>One run of the program: <c>cd Folder; deliberate Arguments &lt; Input</c>.</summary>
public sealed record HostCommand(string Folder, string[] Arguments, string Input);

/// <summary>How it ended, and what it wrote.</summary>
public sealed record HostResult(int ExitCode, string Output, string Error);
