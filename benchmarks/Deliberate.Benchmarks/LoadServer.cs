using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Deliberate.Server;

namespace Deliberate.Benchmarks;

/// <summary>A real server of pages in a process of its own, on a port that it comes back to after it was killed.</summary>
internal sealed class LoadServer
{
    private readonly Process _process;
    private readonly TimeSpan _begun;

    private LoadServer(Process process) => (_process, _begun) = (process, process.TotalProcessorTime);

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="program">deliberate's executable or deliberate.dll.</param>
    /// <param name="area">The command whose <c>serve</c> it is: <c>label</c>, <c>redteam</c>.</param>
    /// <param name="place">The database: a folder, or a connection string.</param>
    /// <param name="port">Where it listens.</param>
    public static async Task<LoadServer> StartAsync(string program, string area, string place, int port)
    {
        var isAssembly = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        string[] arguments = [.. isAssembly ? [program] : (string[])[], area, "serve", "--no-browser", "--port", port.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[DatabaseChoice.Variable] = place;
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (line.Contains("http://", StringComparison.Ordinal)) return new LoadServer(process);
        throw new InvalidDataException("the server did not start: " + await errors);
    }

    /// <summary>Ends it with <c>kill -9</c>; the processor time that it took since it listened.</summary>
    public async Task<TimeSpan> KillAsync()
    {
        var busy = _process.TotalProcessorTime - _begun;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        return busy;
    }
}
