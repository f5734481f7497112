using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Deliberate.Cli.Host;

namespace Deliberate.Cli.Tests;

/// <summary>
/// A process that runs the program's <c>Main</c> again and again, one command at a time: most of a short command's time is .NET's start and the
/// compilation of what it calls, which is paid once here.
/// </summary>
internal sealed class WarmProgram : IDisposable
{
    private static readonly ConcurrentBag<WarmProgram> s_idle = [];
    private readonly Process _process;

    private WarmProgram()
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Deliberate.Cli.Host.dll")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }

    /// <summary>Runs a command in a process that is idle, or in a new one. One that ends, or takes too long, is not used again.</summary>
    public static CliResult Run(HostCommand command, TimeSpan longest)
    {
        if (!s_idle.TryTake(out var program)) program = new WarmProgram();
        var answer = Task.Run(() => program.Ask(command));
        if (!answer.Wait(longest) || answer.Result is not { } result)
        {
            program.Dispose();
            Assert.Fail($"deliberate {string.Join(' ', command.Arguments)} did not end in {longest}, or took its process with it.");
            throw new UnreachableException();
        }

        s_idle.Add(program);
        return new CliResult(result.ExitCode, result.Output, result.Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private HostResult? Ask(HostCommand command)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(command));
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() is { } line ? JsonSerializer.Deserialize<HostResult>(line) : null;
    }
}
