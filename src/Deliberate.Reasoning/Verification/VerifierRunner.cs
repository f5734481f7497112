using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Verifies a batch: several samples at a time, each within its time, the verdicts in the order of the samples. A verifier that
/// throws or takes too long is asked again, once the others have been; if it never answers, the sample is a harness error. Where
/// too many of a batch are, the batch is refused, since training on what is left would be training on another selection of
/// samples. An answer that it finds unreadable is shown to it once more.
/// </summary>
/// <param name="verifier">Disposed at the end, if it can be.</param>
/// <param name="parallel">Samples at a time.</param>
/// <param name="timeout">Of one try.</param>
/// <param name="mostErrors">Share of a batch that may be harness errors.</param>
/// <param name="retries">Further tries of a sample that the verifier failed on.</param>
internal sealed class VerifierRunner(IVerifier verifier, int parallel, TimeSpan timeout, double mostErrors, int retries = 0) : IDisposable
{
    /// <summary>What errors of the verifier name as their place.</summary>
    public const string Field = "problems.verifier";

    /// <summary>Calls given up at their time limit that still run somewhere: more than these, and something is broken for good.</summary>
    private const int MostAbandoned = 32;

    /// <summary>A command ends its own processes at its time limit: this waits a little longer, for the end it makes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(40);

    private int _abandoned;

    public IVerifier Verifier { get; } = verifier;

    /// <summary>Harness errors of the last batch, each naming verifier and sample.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <exception cref="UserError">More than the allowed share of the batch could not be verified.</exception>
    public Verdict[] Run(IReadOnlyList<VerifierSample> samples, CancellationToken cancellation)
    {
        var verdicts = new Verdict[samples.Count];
        if (Verifier is AnswerVerifier own)
        {
            for (var i = 0; i < verdicts.Length; i++) verdicts[i] = Unfinished(samples[i]) ?? own.Verify(samples[i]);
        }
        else
        {
            Judge(samples, verdicts, cancellation);
        }

        var errors = new List<string>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Outcome == SampleOutcome.HarnessError) errors.Add($"the verifier \"{Verifier.Name}\" failed on {samples[i].Name}: {verdicts[i].Reason}.");
        }

        Errors = errors;
        if (errors.Count > mostErrors * verdicts.Length) throw TooMany(errors, verdicts.Length);
        return verdicts;
    }

    public void Dispose() => (Verifier as IDisposable)?.Dispose();

    /// <summary>The verdict on a sample that has no answer yet: whoever verifies might take what was only thought for one.</summary>
    private static Verdict? Unfinished(VerifierSample sample) => sample.IsUnfinished ? Verdict.Unfinished(sample.Truncated) : null;

    private UserError TooMany(List<string> errors, int samples) => new(
        string.Create(CultureInfo.InvariantCulture, $"{errors.Count} of {samples} samples could not be verified, more than the allowed {100 * mostErrors:0.##}%. The first: {errors[0]}"),
        field: Field,
        advice: "Mend the verifier (deliberate verify tries it on completions of yours), then resume; or allow more with max_error_share.");

    /// <summary>All of them, and again those that the verifier failed on or could not read.</summary>
    private void Judge(IReadOnlyList<VerifierSample> samples, Verdict[] verdicts, CancellationToken cancellation)
    {
        var failures = new int[verdicts.Length];
        var open = new List<int>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (Unfinished(samples[i]) is { } unfinished) verdicts[i] = unfinished;
            else open.Add(i);
        }

        while (open.Count > 0)
        {
            var asked = Ask([.. open.Select(i => samples[i])], cancellation);
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
    }

    /// <summary>Once each.</summary>
    private Verdict[] Ask(VerifierSample[] samples, CancellationToken cancellation)
    {
        var verdicts = new Verdict[samples.Length];
        Parallel.ForAsync(0, samples.Length, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (i, token) => verdicts[i] = await One(samples[i], token).ConfigureAwait(false)).GetAwaiter().GetResult();
        return verdicts;
    }

    private async Task<Verdict> One(VerifierSample sample, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var isCommand = Verifier is CommandVerifier;
        var call = isCommand ? Verifier.VerifyAsync(sample, limit.Token).AsTask() : Task.Run(() => Verifier.VerifyAsync(sample, limit.Token).AsTask(), limit.Token);
        try
        {
            return await call.WaitAsync(isCommand ? timeout + Grace : timeout, cancellation).ConfigureAwait(false) ?? Verdict.HarnessError("it returned null");
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            Abandon(call);
            return Verdict.HarnessError(string.Create(CultureInfo.InvariantCulture, $"it did not answer within {timeout.TotalSeconds:0.###} s"));
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
            return Verdict.HarnessError($"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>A thread cannot be killed: a call that ignores its cancellation goes on, and may not be one of too many.</summary>
    private void Abandon(Task call)
    {
        if (Interlocked.Increment(ref _abandoned) > MostAbandoned)
            throw new UserError($"the verifier \"{Verifier.Name}\" has {MostAbandoned} calls that never came back.", field: Field, advice: "Make it heed its cancellation token, or run it as a command, which can be killed.");
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
