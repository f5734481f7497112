using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// A running command: written to and read from within bounds of time and size, and killed as a whole. Standard error is drained,
/// only its end kept. Nothing here throws on what the command does; replies that go wrong are told in words.
/// </summary>
internal sealed partial class SandboxProcess : IDisposable
{
    private const int KeptError = 2048, KillSignal = 9, Shown = 120;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Task _draining;
    private readonly byte[] _error = new byte[KeptError];
    private byte[] _buffer = new byte[4096];
    private int _filled;
    private long _errorBytes;
    private volatile bool _killed;
    private volatile string? _excess;
    private Task _watching = Task.CompletedTask;

    private SandboxProcess(Process process)
    {
        _process = process;
        _draining = Drain();
    }

    /// <summary>How many samples it has answered.</summary>
    public int Answered { get; set; }

    public static async Task<SandboxProcess> Start(Sandbox sandbox)
    {
        var process = new SandboxProcess(await ProcessLauncher.Start(sandbox.StartInfo()).ConfigureAwait(false));
        if (sandbox.Watch(process._process.Id) is { } watch) process._watching = process.Look(watch);
        return process;
    }

    /// <summary>Writes a request and reads up to the end of the output; the process must then end with code 0.</summary>
    public async Task<(byte[]? Reply, string? Problem)> AskOnce(byte[] request, int mostBytes, TimeSpan timeout, CancellationToken cancellation)
    {
        var ended = await RunToEnd(request, mostBytes, timeout, cancellation).ConfigureAwait(false);
        return (ended.Output, ended.Stopped ?? (ended.Succeeded ? null : Died()));
    }

    /// <summary>Writes its input, reads up to the end of its output and waits for its own end.</summary>
    public async Task<SandboxResult> RunToEnd(byte[] input, int mostBytes, TimeSpan timeout, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (read, problem) = await Within(Exchange(input, mostBytes, line: false, cancellation), timeout, cancellation).ConfigureAwait(false);
        if (problem is null && !await Ends(timeout - clock.Elapsed, cancellation).ConfigureAwait(false)) problem = TooLong(timeout);
        await Leave().ConfigureAwait(false);
        problem = _excess ?? problem;
        return new SandboxResult(problem is null ? _process.ExitCode : null, problem, read ?? _buffer[..Math.Min(_filled, mostBytes)], Tail(), new Dictionary<string, byte[]>());
    }

    /// <summary>Writes a request and reads one line; the process stays unless something is wrong.</summary>
    public async Task<(byte[]? Reply, string? Problem)> AskLine(byte[] request, int mostBytes, TimeSpan timeout, CancellationToken cancellation)
    {
        var (read, problem) = await Within(Exchange(request, mostBytes, line: true, cancellation), timeout, cancellation).ConfigureAwait(false);
        if (problem is null && read is not null)
        {
            Answered++;
            return (read, null);
        }

        if (problem is null) problem = await Ends(timeout < Farewell ? timeout : Farewell, cancellation).ConfigureAwait(false) ? Died() : "it closed its output";
        await Leave().ConfigureAwait(false);
        return (null, problem);
    }

    /// <summary>Kills the process and all that it started.</summary>
    public void Kill()
    {
        if (_killed) return;
        _killed = true;
        if (OperatingSystem.IsLinux()) _ = kill(-_process.Id, KillSignal);
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    /// <summary>The beginning of what was written, on one line and without control characters.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Length > 4 * Shown ? bytes[..(4 * Shown)] : bytes);
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= Shown) break;
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return $"\"{clean.ToString().Trim()}{(bytes.Length > clean.Length ? "..." : "")}\"";
    }

    private static string TooLong(TimeSpan timeout) => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {timeout.TotalSeconds:0.###} s and was killed");

    /// <summary>Both ends at once: a command may write before it has read, and neither side may wait for the other.</summary>
    private async Task<(byte[]? Reply, string? Problem)> Exchange(byte[] request, int mostBytes, bool line, CancellationToken cancellation)
    {
        var writing = Send(request, close: !line, cancellation);
        var output = _process.StandardOutput.BaseStream;
        while (true)
        {
            var end = line ? Array.IndexOf(_buffer, (byte)'\n', 0, _filled) : -1;
            if (end >= 0)
            {
                // What else it has written belongs to no request.
                if (end + 1 < _filled) return (null, $"it wrote more than one line: {Quote(_buffer.AsSpan(0, _filled))}");
                var reply = _buffer[..end];
                _filled = 0;
                await writing.ConfigureAwait(false);
                return (reply, null);
            }

            if (_filled > mostBytes) return (null, $"it wrote more than {mostBytes >> 10} KiB and was killed");
            if (_filled == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
            var read = await output.ReadAsync(_buffer.AsMemory(_filled), cancellation).ConfigureAwait(false);
            _filled += read;
            if (read > 0) continue;
            return (line ? null : _buffer[.._filled], null);
        }
    }

    private async Task Send(byte[] request, bool close, CancellationToken cancellation)
    {
        try
        {
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(request, cancellation).ConfigureAwait(false);
            await input.FlushAsync(cancellation).ConfigureAwait(false);
            if (close) input.Close();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It does not read: what it writes, or how it ends, decides.
        }
    }

    /// <summary>The result of the exchange, or that it took too long. A grandchild that keeps the pipe open cannot hold us up.</summary>
    private async Task<(byte[]? Reply, string? Problem)> Within(Task<(byte[]? Reply, string? Problem)> exchange, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            var result = await exchange.WaitAsync(timeout, cancellation).ConfigureAwait(false);
            if (result.Problem is not null) Kill();
            return result;
        }
        catch (TimeoutException)
        {
            Kill();
            return (null, TooLong(timeout));
        }
        catch (IOException error)
        {
            Kill();
            return (null, $"its output cannot be read: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw;
        }
    }

    private async Task<bool> Ends(TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            await _process.WaitForExitAsync(cancellation).WaitAsync(within > TimeSpan.Zero ? within : TimeSpan.FromMilliseconds(50), cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes sure that nothing of it is left.</summary>
    private async Task Leave()
    {
        Kill();
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _draining, _watching).WaitAsync(Farewell).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Stuck in the kernel, or a grandchild that left the group: there is nothing more to do.
        }
    }

    private string Died()
    {
        var error = Error();
        var how = _process.ExitCode switch
        {
            128 + 9 => "it was killed, perhaps for its memory",
            128 + 11 => "it crashed (segmentation fault)",
            128 + 25 => "it wrote a larger file than it may",
            > 128 and var code => $"it was ended by signal {code - 128}",
            var code => $"it ended with exit code {code}",
        };
        return error.Length == 0 ? $"{how} and said nothing" : $"{how}, saying {error}";
    }

    /// <summary>The last line of standard error.</summary>
    private string Error()
    {
        var end = KeptOfError().AsSpan().TrimEnd(" \t\r\n"u8);
        var last = end[(end.LastIndexOf((byte)'\n') + 1)..];
        return last.IsEmpty ? "" : Quote(last);
    }

    private string Tail() => Encoding.UTF8.GetString(KeptOfError());

    private byte[] KeptOfError()
    {
        var kept = (int)Math.Min(_errorBytes, KeptError);
        var text = new byte[kept];
        for (var i = 0; i < kept; i++) text[i] = _error[(int)((_errorBytes - kept + i) % KeptError)];
        return text;
    }

    private async Task Look(SandboxWatch watch)
    {
        using var timer = new PeriodicTimer(SandboxWatch.Interval);
        while (!_killed && await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (_killed || watch.Excess() is not { } excess) continue;
            _excess = excess;
            Kill();
        }
    }

    private async Task Drain()
    {
        var buffer = new byte[8192];
        try
        {
            while (await _process.StandardError.BaseStream.ReadAsync(buffer).ConfigureAwait(false) is var read and > 0)
            {
                for (var i = Math.Max(0, read - KeptError); i < read; i++) _error[(int)((_errorBytes + i) % KeptError)] = buffer[i];
                _errorBytes += read;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int process, int signal);
}
