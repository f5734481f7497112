using System.Collections.Concurrent;
using System.Diagnostics;

namespace Deliberate.Reasoning;

/// <summary>
/// Starts processes from one thread that lives as long as the program. A child that asks to die with its parent (bubblewrap's
/// --die-with-parent, setpriv's --pdeathsig) dies with the thread that started it, and threads of the pool come and go.
/// </summary>
internal static class ProcessLauncher
{
    private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> Waiting = [];

    static ProcessLauncher() => new Thread(Run) { IsBackground = true, Name = "verifier processes" }.Start();

    public static Task<Process> Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Waiting.Add((start, started));
        return started.Task;
    }

    private static void Run()
    {
        foreach (var (start, started) in Waiting.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException("No process was started."));
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        }
    }
}
