using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Asks a monitor of one sample, whatever it does: one that hangs, throws or breaks its connection has not found anything, nor found it clean.</summary>
internal static class Monitoring
{
    /// <summary>For one judgement.</summary>
    public static TimeSpan UsualTimeout { get; } = TimeSpan.FromMinutes(3);

    public static async Task<Verdict> JudgeAsync(IThoughtMonitor monitor, Sample sample, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            return (await monitor.ScoreAsync([sample], limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Verdict.Of(SampleOutcome.JudgeError, 0, string.Create(CultureInfo.InvariantCulture, $"the monitor {monitor.Name} said nothing in {timeout.TotalSeconds:0.##} s"));
        }
        catch (ProviderFailure failure) when (failure.IsMistake && failure.Kind is not (ProviderFailureKind.Malformed or ProviderFailureKind.Refused))
        {
            // A wrong key concerns all samples alike.
            throw ProviderModel.Refused(failure);
        }
        catch (Exception error) when (error is not (OperationCanceledException or UserError))
        {
            return Verdict.Of(SampleOutcome.JudgeError, 0, Secrets.Redact($"the monitor {monitor.Name} failed: {error.Message}"));
        }
    }
}
