using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Log-probabilities of given texts, token by token: what a trainer's head computes, without gradients. A text longer than the
/// context is read in windows, each a stride further on; a window scores the tokens that the one before has not, so all but the
/// first window's have at least context - stride tokens before them. Windows begin with what the tokenizer begins texts with.
/// </summary>
internal sealed class TextScorer : IDisposable
{
    /// <summary>Tokens of a forward pass, where windows are shorter.</summary>
    private const int BatchTokens = 2048;

    private readonly TrainingGraph _graph;
    private readonly int[] _begin;
    private readonly int _context, _stride;
    private readonly List<(Window Window, int Row)> _batch = [];

    /// <param name="begin">Tokens to put before every window; none for models that are not used to any.</param>
    /// <param name="context">Longest window in tokens, what is put before it included.</param>
    /// <param name="stride">Tokens from one window's beginning to the next; at most <see cref="MostStride"/>.</param>
    /// <param name="adapter">What the model is read with; null for the model's own.</param>
    public TextScorer(LanguageModel model, int[] begin, int context, int stride, Tensors.Adapter? adapter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, MostStride(begin, context));
        (_begin, _context, _stride) = (begin, context, stride);
        var tokens = TokenCapacity(context);
        _graph = new TrainingGraph(model, adapter ?? model.Adapter, tokens, tokens / 16, context, training: false);
    }

    /// <summary>Tokens that a pass has room for.</summary>
    public static int TokenCapacity(int context) => Math.Max(context, BatchTokens);

    /// <summary>So that every window's first scored token has something before it; below 1 where the context is too short for any.</summary>
    public static int MostStride(int[] begin, int context) => context - Math.Max(1, begin.Length);

    /// <summary>How likely each token of one text is, in windows that overlap by half, behind what the tokenizer begins texts with.</summary>
    public static IReadOnlyList<TokenScore> ScoresOf(LanguageModel model, TextFormat format, int[] ids, int context, Tensors.Adapter? adapter, CancellationToken cancellation)
    {
        if (ids.Length == 0) return [];
        int[] begin = [.. format.Tokenizer.Encode("", addSpecialTokens: true).Where(id => !format.StopIds.Contains(id))];
        using var scorer = new TextScorer(model, begin, context, Math.Min(context / 2, MostStride(begin, context)), adapter);
        var scores = scorer.Score([ids], cancellation: cancellation)[0];
        return [.. ids.Select((id, i) => new TokenScore(id, format.Tokenizer.Decode([id], skipSpecial: false), float.IsNaN(scores[i]) ? null : scores[i]))];
    }

    /// <param name="texts">Token ids of each.</param>
    /// <param name="progress">Told the number of tokens scored.</param>
    /// <returns>[text][token]: log-probabilities, nats; NaN for a first token without anything before it.</returns>
    public float[][] Score(IReadOnlyList<int[]> texts, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var scores = new float[texts.Count][];
        var done = 0L;
        _graph.Batch.Clear();
        _batch.Clear();
        for (var i = 0; i < texts.Count; i++)
        {
            var text = texts[i];
            scores[i] = new float[text.Length];
            Array.Fill(scores[i], float.NaN);
            foreach (var (begin, first, end) in Cut(text.Length))
            {
                int[] ids = [.. _begin, .. text.AsSpan(begin, end - begin)];
                if (!_graph.Batch.Fits(ids.Length)) Flush();
                var row = _graph.Batch.AddSequence(ids, _begin.Length + first - begin, ids.Length);
                // The row of the token before the window's first.
                _batch.Add((new Window(i, begin, first, end), row + _begin.Length - 1));
            }
        }

        Flush();
        return scores;

        void Flush()
        {
            if (_batch.Count == 0) return;
            cancellation.ThrowIfCancellationRequested();
            _graph.Forward();
            var statistics = new float[4 * _graph.Batch.Tokens];
            _graph.Head.Statistics.Value.Read(0, statistics);
            foreach (var (window, row) in _batch)
            {
                for (var t = window.First; t < window.End; t++) scores[window.Text][t] = statistics[4 * (row + t - window.Begin)];
                done += window.End - window.First;
            }

            progress?.Report(done);
            _graph.Batch.Clear();
            _batch.Clear();
        }
    }

    public void Dispose() => _graph.Dispose();

    /// <summary>Windows [Begin, End) of a text of so many tokens, each scoring [First, End).</summary>
    private IEnumerable<(int Begin, int First, int End)> Cut(int tokens)
    {
        var room = _context - _begin.Length;
        var scored = _begin.Length > 0 ? 0 : 1;
        for (var begin = 0; scored < tokens; begin += _stride)
        {
            var end = Math.Min(tokens, begin + room);
            yield return (begin, scored, end);
            scored = end;
        }
    }

    private readonly record struct Window(int Text, int Begin, int First, int End);
}
