using System.Threading.Channels;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Samples of many callers on their way to one scorer: a scorer that takes batches gets what has come together since its last one, one
/// batch at a time; one that takes single samples is called by each caller itself. A scorer that throws, or gives too few verdicts, makes a
/// harness error of the samples of its call.
/// </summary>
internal sealed class ScoringQueue : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private readonly IScorer _scorer;
    private readonly Channel<(Sample Sample, TaskCompletionSource<Verdict> Verdict)>? _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker = Task.CompletedTask;

    public ScoringQueue(IScorer scorer)
    {
        _scorer = scorer;
        if (scorer.BatchSize <= 1) return;
        _waiting = Channel.CreateUnbounded<(Sample, TaskCompletionSource<Verdict>)>(new UnboundedChannelOptions { SingleReader = true });
        _worker = Task.Run(WorkAsync);
    }

    public async Task<Verdict> ScoreAsync(Sample sample, CancellationToken cancellation)
    {
        if (_waiting is null) return (await CallAsync([sample], cancellation).ConfigureAwait(false))[0];
        var verdict = new TaskCompletionSource<Verdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync((sample, verdict), cancellation).ConfigureAwait(false);
        return await verdict.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting?.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        var batch = new List<(Sample Sample, TaskCompletionSource<Verdict> Verdict)>();
        while (await _waiting!.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < Math.Min(MostAtOnce, _scorer.BatchSize) && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                var verdicts = await CallAsync([.. batch.Select(b => b.Sample)], _stop.Token).ConfigureAwait(false);
                for (var i = 0; i < batch.Count; i++) batch[i].Verdict.TrySetResult(verdicts[i]);
            }
            catch (Exception error)
            {
                foreach (var (_, verdict) in batch) verdict.TrySetException(error);
            }
        }
    }

    private async Task<IReadOnlyList<Verdict>> CallAsync(IReadOnlyList<Sample> samples, CancellationToken cancellation)
    {
        var verdicts = await _scorer.ScoreAsync(samples, cancellation).ConfigureAwait(false);
        return verdicts.Count == samples.Count ? verdicts : throw new InvalidOperationException($"the scorer {_scorer.Name} gave {verdicts.Count} verdicts for {samples.Count} samples");
    }
}
