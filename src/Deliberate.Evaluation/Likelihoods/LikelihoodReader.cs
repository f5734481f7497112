using System.Threading.Channels;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Evaluation;

/// <summary>
/// How likely texts are to a checkpoint, in the cuts of lm-evaluation-harness: spaces that end a context belong to what follows; a context too
/// long is cut at its beginning; an empty one is the token that texts begin or else end with; a whole text longer than the context is read in
/// windows, the last of them full. Contexts begin with what the tokenizer begins texts with, and no chat template is written around them.
/// Special tokens that stand in a text are plain text. Those that ask at the same time share passes; no figure depends on it.
/// </summary>
internal sealed class LikelihoodReader : IAsyncDisposable
{
    /// <summary>Asked for in one go; a pass holds what fits.</summary>
    private const int MostAtOnce = 64;

    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Tokenizer _tokenizer;
    private readonly int[] _begin;
    private readonly int _first, _context;
    private readonly ContinuationScorer _scorer;
    private readonly Task _work;

    /// <param name="model">Not owned.</param>
    /// <param name="format">Of its text.</param>
    /// <param name="context">Longest text in tokens.</param>
    /// <param name="adapter">Beside the model; null for none.</param>
    /// <exception cref="UserError">The tokenizer names no token that could stand before a text.</exception>
    public LikelihoodReader(LanguageModel model, TextFormat format, int context, Adapter? adapter)
    {
        (_tokenizer, _context) = (format.Tokenizer, context);
        _begin = [.. _tokenizer.Encode("", addSpecialTokens: true).Where(id => !format.StopIds.Contains(id))];
        var named = new[] { "bos_token", "eos_token" }.SelectMany(name => format.SpecialTokens.Where(t => t.Key == name)).Select(t => _tokenizer.TokenToId(t.Value)).Concat(format.StopIds).Where(id => id >= 0).ToArray();
        _first = _begin.Length > 0 ? _begin[^1] : named.Length > 0 ? named[0] : throw new UserError("The tokenizer has neither a token that begins texts nor one that ends them, and the first word of a text has nothing to be predicted from.", field: "tokenizer");
        _scorer = new ContinuationScorer(model, context, adapter);
        _work = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Of each of the texts that may follow a context.</summary>
    /// <exception cref="UserError">One is empty, or longer than the model's context.</exception>
    public async Task<(ContinuationScore[] Scores, long Tokens)> ContinuationsAsync(string context, IReadOnlyList<string> continuations, CancellationToken cancellation)
    {
        var kept = context.TrimEnd();
        var spaces = context[kept.Length..];
        var beginning = kept.Length == 0 ? _begin : [.. _begin, .. Encode(kept)];
        int[][] following = [.. continuations.Select(c => Following(kept, spaces + c))];
        if (Array.Exists(following, f => f.Length == 0)) throw new UserError("a continuation has no tokens.");
        if (Array.Find(following, f => f.Length > _context) is { } longest) throw new UserError($"a continuation has {longest.Length} tokens, and the model's context holds {_context}.");
        if (beginning.Length == 0) beginning = [_first];
        ContinuationRequest[] requests = following.Max(f => f.Length) + beginning.Length - 1 <= _context
            ? [new ContinuationRequest(beginning, following)]
            : [.. following.Select(f => new ContinuationRequest(beginning[Math.Max(0, beginning.Length + f.Length - 1 - _context)..], [f]))];
        var scores = await AskAsync(requests, cancellation).ConfigureAwait(false);
        return ([.. scores.SelectMany(s => s)], requests.Sum(r => r.Beginning.Length + r.Continuations.Sum(c => (long)c.Length)));
    }

    /// <summary>Of a whole text, each token once.</summary>
    public async Task<(ContinuationScore Score, long Tokens)> TextAsync(string text, CancellationToken cancellation)
    {
        var ids = Encode(text);
        if (ids.Length == 0) return (new ContinuationScore(0, 0, true), 0);
        var requests = new List<ContinuationRequest>();
        var done = Math.Min(_context, ids.Length);
        requests.Add(new ContinuationRequest([_first], [ids[..done]]));
        while (done < ids.Length)
        {
            var end = Math.Min(ids.Length, done + _context);
            requests.Add(new ContinuationRequest(ids[(end - _context - 1)..done], [ids[done..end]]));
            done = end;
        }

        var scores = await AskAsync(requests, cancellation).ConfigureAwait(false);
        return (new ContinuationScore(scores.Sum(s => s[0].LogProbability), ids.Length, Array.TrueForAll(scores, s => s[0].IsGreedy)), requests.Sum(r => r.Beginning.Length + (long)r.Continuations[0].Length));
    }

    public async ValueTask DisposeAsync()
    {
        _wishes.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _scorer.Dispose();
        _stop.Dispose();
    }

    private int[] Encode(string text) => _tokenizer.Encode(text, parseSpecial: false);

    /// <summary>What of the tokens of both comes behind those of the context; where they have grown together, what follows has tokens of its own.</summary>
    private int[] Following(string context, string continuation)
    {
        if (context.Length == 0) return Encode(continuation);
        var (whole, before) = (Encode(context + continuation), Encode(context).Length);
        return whole.Length > before ? whole[before..] : Encode(continuation);
    }

    private async Task<ContinuationScore[][]> AskAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellation)
    {
        var wish = new Wish(requests, new TaskCompletionSource<ContinuationScore[][]>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _wishes.Writer.WriteAsync(wish, cancellation).ConfigureAwait(false);
        return await wish.Scores.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private void Work()
    {
        var batch = new List<Wish>();
        while (_wishes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MostAtOnce && _wishes.Reader.TryRead(out var wish)) batch.Add(wish);
            try
            {
                var scores = _scorer.Score([.. batch.SelectMany(w => w.Requests)], _stop.Token);
                var at = 0;
                foreach (var wish in batch)
                {
                    wish.Scores.TrySetResult(scores[at..(at + wish.Requests.Count)]);
                    at += wish.Requests.Count;
                }
            }
            catch (Exception error)
            {
                foreach (var wish in batch) wish.Scores.TrySetException(error);
            }
        }
    }

    private sealed record Wish(IReadOnlyList<ContinuationRequest> Requests, TaskCompletionSource<ContinuationScore[][]> Scores);
}
