using System.Collections.Concurrent;
using System.Globalization;

namespace Deliberate.Reasoning;

/// <summary>
/// A verifier that is a command. Whatever the command does (hang, crash, end with another code than 0, write garbage or without end,
/// write where it may not) is a harness error of that one sample, in words, and the next sample gets a fresh process.
/// </summary>
internal sealed class CommandVerifier : IScorer, IDisposable
{
    private readonly CommandVerifierOptions _options;
    private readonly ConcurrentBag<SandboxProcess> _idle = [];
    private readonly Sandbox _sandbox;
    private long _asked;

    /// <exception cref="Core.UserError">The command cannot be started as the options ask.</exception>
    public CommandVerifier(CommandVerifierOptions options)
    {
        _options = options;
        _sandbox = Sandbox.For(options.Specification());
    }

    public string Name => _options.Name;

    /// <summary>Whether the command runs in a sandbox.</summary>
    public bool IsSandboxed => _sandbox.IsOn;

    /// <summary>That it runs without one although one was wanted, and why; null otherwise.</summary>
    public string? Notice => _sandbox.Notice;

    /// <summary>One after the other: <see cref="VerifierRunner"/> asks for one at a time, and several of these at once.</summary>
    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            var id = Interlocked.Increment(ref _asked).ToString(CultureInfo.InvariantCulture);
            var request = VerifierProtocol.Request(samples[i], id);
            verdicts[i] = _options.Mode == CommandMode.Worker ? await AskWorker(request, id, cancellationToken).ConfigureAwait(false) : await AskOnce(request, cancellationToken).ConfigureAwait(false);
        }

        return verdicts;
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var worker)) worker.Dispose();
        _sandbox.Dispose();
    }

    private static Verdict Read(byte[]? reply, string? problem, string? id)
    {
        if (problem is not null) return Verdict.HarnessError(problem);
        var (verdict, wrong) = VerifierProtocol.Read(reply, id);
        return verdict ?? Verdict.HarnessError(wrong!);
    }

    private async Task<Verdict> AskOnce(byte[] request, CancellationToken cancellation)
    {
        using var process = await SandboxProcess.Start(_sandbox).ConfigureAwait(false);
        var (reply, problem) = await process.AskOnce(request, _options.OutputBytes, _options.Timeout, cancellation).ConfigureAwait(false);
        return Read(reply, problem, id: null);
    }

    private async Task<Verdict> AskWorker(byte[] request, string id, CancellationToken cancellation)
    {
        if (!_idle.TryTake(out var worker)) worker = await SandboxProcess.Start(_sandbox).ConfigureAwait(false);
        var isKept = false;
        try
        {
            var timeout = worker.Answered == 0 ? _options.Timeout + _options.StartAllowance : _options.Timeout;
            var (reply, problem) = await worker.AskLine(request, _options.OutputBytes, timeout, cancellation).ConfigureAwait(false);
            var verdict = Read(reply, problem, id);
            // One that has said something wrong once may be a reply behind for good.
            isKept = verdict.Outcome != SampleOutcome.HarnessError;
            return verdict;
        }
        finally
        {
            if (isKept) _idle.Add(worker);
            else worker.Dispose();
        }
    }
}
