using System.Runtime.InteropServices;

namespace Deliberate.Cli;

/// <summary>
/// Ctrl-C (SIGINT) and SIGTERM: the first one asks the work to save and stop, the second one ends the process at once.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly string _notice;
    private int _count;

    /// <param name="notice">What to say at the first signal.</param>
    public StopSignal(string notice)
    {
        _notice = notice;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            // A live display hides the cursor.
            if (Terminal.IsLive) Console.Error.Write("\u001b[?25h\n");
            Environment.Exit(ExitCode.Interrupted);
        }

        // Through the console of the live display, which makes room for it.
        Terminal.Progress.Write(new Spectre.Console.Text($"{_notice} Once more to quit at once.\n"));
        _source.Cancel();
    }
}
