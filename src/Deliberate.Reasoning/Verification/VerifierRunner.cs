using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A user's scorer, guarded: several calls at a time, each within its time, the verdicts in the order of the samples. A call that
/// throws or takes too long is made again, once the others have been; if it never answers, its samples are harness errors. Where too
/// many of a batch are, the batch is refused, since training on what is left would be training on another selection of samples. An
/// answer that is found unreadable is shown once more, and a thought without an end to nobody.
/// </summary>
/// <param name="verifier">Disposed at the end, if it can be.</param>
/// <param name="parallel">Calls at a time.</param>
/// <param name="timeout">Of one call.</param>
/// <param name="mostErrors">Share of a batch that may be harness errors.</param>
/// <param name="retries">Further tries of a call that failed.</param>
/// <param name="notice">Told of the first failures.</param>
internal sealed class VerifierRunner(IScorer verifier, int parallel, TimeSpan timeout, double mostErrors, int retries = 0, Action<string>? notice = null) : IScorer, IDisposable
{
    /// <summary>What errors of the verifier name as their place.</summary>
    public const string Field = "problems.verifier";

    /// <summary>Calls given up at their time limit that still run somewhere: more than these, and something is broken for good.</summary>
    private const int MostAbandoned = 32;

    private const int MostNotices = 3;

    /// <summary>A command ends its own processes at its time limit: this waits a little longer, for the end it makes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(40);

    private int _abandoned, _told;

    public IScorer Verifier { get; } = verifier;

    public string Name => Verifier.Name;

    public int BatchSize => int.MaxValue;

    /// <summary>Harness errors of the last batch, each naming verifier and sample.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <exception cref="UserError">More than the allowed share of the batch could not be verified.</exception>
    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = await Judge(samples, cancellationToken).ConfigureAwait(false);
        var errors = ErrorsOf(Name, samples, verdicts);
        Errors = errors;
        foreach (var error in errors)
        {
            if (_told++ < MostNotices) notice?.Invoke(char.ToUpperInvariant(error[0]) + error[1..] + (_told == MostNotices ? " Further failures are only counted (harness_error_share)." : ""));
        }

        return errors.Count <= mostErrors * verdicts.Length ? verdicts : throw TooMany(errors, verdicts.Length);
    }

    /// <summary>The verdicts, however many of them are harness errors: for whoever counts those and draws no conclusion from the rest.</summary>
    public async ValueTask<IReadOnlyList<Verdict>> ScoreEachAsync(IReadOnlyList<Sample> samples, CancellationToken cancellation) => await Judge(samples, cancellation).ConfigureAwait(false);

    /// <summary>The failures of a scorer, each naming it and the sample.</summary>
    public static List<string> ErrorsOf(string scorer, IReadOnlyList<Sample> samples, IReadOnlyList<Verdict> verdicts)
    {
        var errors = new List<string>();
        for (var i = 0; i < verdicts.Count; i++)
        {
            if (verdicts[i].Outcome == SampleOutcome.HarnessError) errors.Add($"the verifier \"{scorer}\" failed on {samples[i].Name}: {verdicts[i].Reason}.");
        }

        return errors;
    }

    public void Dispose() => (Verifier as IDisposable)?.Dispose();

    private UserError TooMany(List<string> errors, int samples) => new(
        string.Create(CultureInfo.InvariantCulture, $"{errors.Count} of {samples} samples could not be verified, more than the allowed {100 * mostErrors:0.##}%. The first: {errors[0]}"),
        field: Field,
        advice: "Mend the verifier (deliberate verify tries it on completions of yours), then resume; or allow more with max_error_share.");

    /// <summary>All of them, and again those that the verifier failed on or could not read.</summary>
    private async Task<Verdict[]> Judge(IReadOnlyList<Sample> samples, CancellationToken cancellation)
    {
        var verdicts = new Verdict[samples.Count];
        var failures = new int[verdicts.Length];
        var open = new List<int>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            // Whoever verifies might take what was only thought for an answer.
            if (samples[i].IsUnfinished) verdicts[i] = Verdict.Unfinished(samples[i].Truncated);
            else open.Add(i);
        }

        for (var isFirst = true; open.Count > 0; isFirst = false)
        {
            // Again one by one: a sample that breaks a call must not take the others of its batch with it.
            var asked = await Ask([.. open.Select(i => samples[i])], isFirst ? Verifier.BatchSize : 1, cancellation).ConfigureAwait(false);
            var again = new List<int>();
            for (var k = 0; k < open.Count; k++)
            {
                var (i, verdict) = (open[k], asked[k]);
                var isSecondLook = verdicts[i]?.Outcome == SampleOutcome.Unscored;
                if (verdict.Outcome == SampleOutcome.HarnessError ? failures[i]++ < retries : verdict.Outcome == SampleOutcome.Unscored && !isSecondLook) again.Add(i);
                // A second look that fails does not take back what the first one saw.
                if (!isSecondLook || verdict.Outcome != SampleOutcome.HarnessError) verdicts[i] = verdict;
            }

            open = again;
        }

        return verdicts;
    }

    /// <summary>Each sample once, in calls of so many.</summary>
    private async Task<Verdict[]> Ask(Sample[] samples, int batch, CancellationToken cancellation)
    {
        var calls = samples.Chunk(Math.Max(1, batch)).ToArray();
        var verdicts = new IReadOnlyList<Verdict>[calls.Length];
        await Parallel.ForAsync(0, calls.Length, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (i, token) => verdicts[i] = await Call(calls[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. verdicts.SelectMany(v => v)];
    }

    private async Task<IReadOnlyList<Verdict>> Call(Sample[] samples, CancellationToken cancellation)
    {
        Verdict[] Failed(string why) => [.. samples.Select(_ => Verdict.HarnessError(why))];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var isCommand = Verifier is CommandVerifier;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = isCommand ? Verifier.ScoreAsync(samples, limit.Token).AsTask() : OnItsOwnThread(samples, begun, limit.Token);
        try
        {
            // Its time is that of its own work, not of a busy machine that has not come to it yet.
            if (!isCommand) await begun.Task.WaitAsync(cancellation).ConfigureAwait(false);
            var verdicts = await call.WaitAsync(isCommand ? timeout + Grace : timeout, cancellation).ConfigureAwait(false);
            if (verdicts is null || verdicts.Any(v => v is null)) return Failed("it returned null");
            return verdicts.Count == samples.Length ? verdicts : Failed(string.Create(CultureInfo.InvariantCulture, $"it returned {verdicts.Count} verdicts for {samples.Length} samples"));
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            Abandon(call);
            return Failed(string.Create(CultureInfo.InvariantCulture, $"it did not answer within {timeout.TotalSeconds:0.###} s"));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (UserError)
        {
            throw;
        }
        catch (Exception error)
        {
            return Failed($"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Not on a thread of the pool: calls that block would take the threads away from those that do not.</summary>
    private Task<IReadOnlyList<Verdict>> OnItsOwnThread(Sample[] samples, TaskCompletionSource begun, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            begun.SetResult();
            return Verifier.ScoreAsync(samples, cancellation).AsTask();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default).Unwrap();

    /// <summary>A thread cannot be killed: a call that ignores its cancellation goes on, and may not be one of too many.</summary>
    private void Abandon(Task call)
    {
        if (Interlocked.Increment(ref _abandoned) > MostAbandoned)
            throw new UserError($"the verifier \"{Name}\" has {MostAbandoned} calls that never came back.", field: Field, advice: "Make it heed its cancellation token, or run it as a command, which can be killed.");
        _ = call.ContinueWith(
            static (task, runner) =>
            {
                _ = task.Exception;
                Interlocked.Decrement(ref ((VerifierRunner)runner!)._abandoned);
            },
            this,
            TaskScheduler.Default);
    }
}
