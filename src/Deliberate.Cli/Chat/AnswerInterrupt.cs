using System.Runtime.InteropServices;

namespace Deliberate.Cli;

/// <summary>
/// Ctrl-C in a conversation: stops the answer being written, not the program. Between answers the first one says how to leave,
/// the second one leaves.
/// </summary>
internal sealed class AnswerInterrupt : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration _registration;
    private CancellationTokenSource? _answer;
    private bool _warned;

    public AnswerInterrupt() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);

    /// <summary>Runs the work of an answer with a token that Ctrl-C cancels.</summary>
    public T Run<T>(Func<CancellationToken, T> work)
    {
        using var source = new CancellationTokenSource();
        lock (_lock) (_answer, _warned) = (source, false);
        try
        {
            return work(source.Token);
        }
        finally
        {
            lock (_lock) _answer = null;
        }
    }

    public void Dispose() => _registration.Dispose();

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_lock)
        {
            if (_answer is not null)
            {
                _answer.Cancel();
                return;
            }

            if (_warned)
            {
                Console.Error.WriteLine();
                Environment.Exit(ExitCode.Success);
            }

            _warned = true;
        }

        Console.Error.Write("\n(/exit or Ctrl-D leaves; so does Ctrl-C once more)\n> ");
    }
}
