using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>Texts that may follow a beginning, in tokens.</summary>
/// <param name="Beginning">At least one token.</param>
/// <param name="Continuations">Of at least one token each; with the beginning at most one token more than the context.</param>
internal sealed record ContinuationRequest(int[] Beginning, IReadOnlyList<int[]> Continuations);

/// <summary>How likely a continuation is.</summary>
/// <param name="LogProbability">Sum over its tokens, nats.</param>
/// <param name="Tokens">How many.</param>
/// <param name="IsGreedy">Whether each of its tokens is the likeliest (of equals one) behind those before it: drawn at temperature 0 the model would say it.</param>
internal readonly record struct ContinuationScore(double LogProbability, int Tokens, bool IsGreedy);

/// <summary>
/// Log-probabilities of continuations, many requests in a pass: what a request's continuations begin with is read once for all of them. A score
/// does not depend on what shares its pass, bit for bit. For one thread at a time.
/// </summary>
internal sealed class ContinuationScorer : IDisposable
{
    /// <summary>Tokens of a pass, where requests are shorter.</summary>
    private const int PassTokens = 2048;

    private readonly TrainingGraph _graph;
    private readonly int _context;
    private readonly List<(int Request, int Continuation, int Row)> _asked = [];

    /// <param name="model">Not owned.</param>
    /// <param name="context">Longest text in tokens that is read.</param>
    /// <param name="adapter">What the model is read with; null for none.</param>
    public ContinuationScorer(LanguageModel model, int context, Adapter? adapter)
    {
        _context = context;
        // One token more than the longest text: a beginning and its only continuation of one token are two segments.
        var tokens = Math.Max(context + 1, PassTokens);
        _graph = new TrainingGraph(model, adapter, tokens, (tokens / 2) + 2, context, training: false);
        _graph.Head.OnlyTargets = true;
    }

    /// <summary>Tokens read so far.</summary>
    public long TokensRead { get; private set; }

    /// <returns>[request][continuation].</returns>
    public ContinuationScore[][] Score(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellation)
    {
        var scores = new ContinuationScore[requests.Count][];
        for (var r = 0; r < requests.Count; r++)
        {
            var (beginning, continuations) = (requests[r].Beginning, requests[r].Continuations);
            scores[r] = new ContinuationScore[continuations.Count];
            if (continuations.Any(c => beginning.Length + c.Length > _context + 1)) throw new ArgumentException($"A text of a request exceeds the context of {_context} tokens.", nameof(requests));
            // The last token of the beginning is read with each continuation, which begins with its prediction.
            var shares = continuations.Count > 1 && beginning.Length > 1;
            var prefix = -1;
            for (var c = 0; c < continuations.Count; c++)
            {
                var own = shares ? continuations[c].Length : beginning.Length + continuations[c].Length - 1;
                if (!_graph.Batch.Fits(own + (shares && prefix < 0 ? beginning.Length - 1 : 0), 2))
                {
                    Flush(requests, scores, cancellation);
                    prefix = -1;
                }

                if (shares)
                {
                    if (prefix < 0) prefix = _graph.Batch.AddPrefix(beginning.AsSpan(0, beginning.Length - 1));
                    _asked.Add((r, c, _graph.Batch.AddContinuation(prefix, beginning[^1], continuations[c])));
                }
                else
                {
                    int[] ids = [.. beginning, .. continuations[c].AsSpan(0, continuations[c].Length - 1)];
                    int[] targets = [.. Enumerable.Repeat(-1, beginning.Length - 1), .. continuations[c]];
                    _asked.Add((r, c, _graph.Batch.Add(ids, targets) + beginning.Length - 1));
                }
            }
        }

        Flush(requests, scores, cancellation);
        return scores;
    }

    public void Dispose() => _graph.Dispose();

    private void Flush(IReadOnlyList<ContinuationRequest> requests, ContinuationScore[][] scores, CancellationToken cancellation)
    {
        if (_asked.Count == 0) return;
        cancellation.ThrowIfCancellationRequested();
        _graph.Forward();
        TokensRead += _graph.Batch.Tokens;
        var statistics = new float[4 * _graph.Batch.Tokens];
        _graph.Head.Statistics.Value.Read(0, statistics);
        foreach (var (r, c, row) in _asked)
        {
            var (sum, greedy, length) = (0.0, true, requests[r].Continuations[c].Length);
            for (var t = row; t < row + length; t++)
            {
                sum += statistics[4 * t];
                // The likeliest token's logit is the maximum, of which the same sum makes its log-probability.
                greedy &= statistics[4 * t] >= _graph.Model.Device.Kernels.LogProbabilityOf(statistics[(4 * t) + 2], statistics[(4 * t) + 2], statistics[(4 * t) + 3]);
            }

            scores[r][c] = new ContinuationScore(sum, length, greedy);
        }

        _graph.Batch.Clear();
        _asked.Clear();
    }
}
