using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Deliberate.Server.Tests;

/// <summary>
/// The program as a process of its own, that was built here or that DELIBERATE_PROGRAM names, in a folder: for tests that kill it. Whatever is left
/// of it is gone when this is.
/// </summary>
internal sealed class ServedProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private ServedProgram(Process process) => _process = process;

    /// <summary>Another program than the one built here is to be tried, which may be one that starts another.</summary>
    public static bool IsNamed => Named is { Length: > 0 };

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    private static string? Named => Environment.GetEnvironmentVariable("DELIBERATE_PROGRAM");

    /// <param name="folder">That it runs in, and looks for its configuration in.</param>
    public static ServedProgram Start(string folder, params string[] arguments)
    {
        string[] command = IsNamed ? Named!.Split(' ') : ["dotnet", Path.Combine(AppContext.BaseDirectory, "deliberate.dll")];
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in command.Skip(1).Concat(arguments)) start.ArgumentList.Add(argument);
        // A key of whoever runs the tests is none of theirs.
        start.Environment["XDG_CONFIG_HOME"] = folder;
        return new ServedProgram(Process.Start(start)!);
    }

    /// <summary>What the first line that has it says: its address.</summary>
    /// <param name="pattern">Whose first group it is, or the whole where there is none.</param>
    public async Task<Uri> AddressAsync(Regex pattern)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (pattern.Match(line) is not { Success: true } found) continue;
            // From here on nobody reads what it says, and a full pipe would hold it up.
            _process.ErrorDataReceived += static (_, _) => { };
            _process.BeginErrorReadLine();
            return new Uri(found.Groups[found.Groups.Count - 1].Value);
        }

        throw new InvalidOperationException($"The program ended without an address: {await ErrorAsync()}");
    }

    /// <summary>What it said was wrong, when it has ended.</summary>
    public async Task<string> ErrorAsync()
    {
        var error = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return error;
    }

    /// <summary>Kills it without a word, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public Task EndAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
