namespace Deliberate.Reasoning;

/// <summary>How a command in a sandbox ended and what it left.</summary>
/// <param name="ExitCode">Its own; null where it was killed for what <paramref name="Stopped"/> says.</param>
/// <param name="Stopped">Why it was killed, or cannot be read, in words; null where it ended by itself.</param>
/// <param name="Output">What it wrote to standard output, as much as it may.</param>
/// <param name="Error">The end of what it wrote to standard error.</param>
/// <param name="Files">Files in its folder that are new or changed, by name.</param>
internal sealed record SandboxResult(int? ExitCode, string? Stopped, byte[] Output, string Error, IReadOnlyDictionary<string, byte[]> Files)
{
    /// <summary>Names of files that it was given and deleted.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];

    public bool Succeeded => ExitCode == 0;
}

/// <summary>One command from its files in to its files out: nothing of it is left afterwards, neither a process nor a file.</summary>
internal static class SandboxRun
{
    /// <param name="specification">The command.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="Core.UserError">It cannot be started as the specification asks; untrusted code without a sandbox among them.</exception>
    public static async Task<SandboxResult> RunAsync(SandboxSpecification specification, byte[] input, CancellationToken cancellation)
    {
        using var sandbox = Sandbox.For(specification);
        using var process = await SandboxProcess.Start(sandbox).ConfigureAwait(false);
        var ended = await process.RunToEnd(input, specification.Limits.OutputBytes, specification.Limits.Time, cancellation).ConfigureAwait(false);
        return ended with { Files = sandbox.FilesOut(), Gone = sandbox.FilesGone() };
    }
}
