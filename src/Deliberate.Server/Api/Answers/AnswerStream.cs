using System.Runtime.CompilerServices;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// Reads what a model writes as an answer: thought, text and calls apart, log-probabilities with the text that they belong to. Tokens
/// of the thought and of calls have none, be they asked for or not.
/// </summary>
internal sealed class AnswerStream
{
    private readonly PreparedAnswer _prepared;
    private readonly ToolCallReader _calls;
    private readonly List<AnswerEvent> _ready = [];
    private readonly List<TokenLogProbability> _pending = [];

    /// <summary>Knows which of the tokens were thought.</summary>
    private readonly AnswerReader? _tracker;
    private int _dropped;
    private bool _anyText;

    private AnswerStream(PreparedAnswer prepared)
    {
        _prepared = prepared;
        var task = prepared.Task;
        _calls = new ToolCallReader(task.Callable.Select(t => t.Name), task.ParallelCalls && prepared.Opening is null, piece => _ready.Add(Told(piece))) { TagsOnly = task.HoldsCalls };
        if (prepared.Opening is not null) _calls.BeginWithCall(PreparedAnswer.ForcedName(task));
        if (task.LogProbabilities is not null) _tracker = new AnswerReader(task.Model.Format.StoppingAt(prepared.Prompt.Stop, "stop"), prepared.Prompt.Rendered);
    }

    /// <param name="place">Given back as soon as the answer is written.</param>
    /// <param name="number">Of the answer, where several are asked for.</param>
    public static IAsyncEnumerable<AnswerEvent> Read(PreparedAnswer prepared, QueuePlace? place, int number = 0, CancellationToken cancellation = default) =>
        prepared.Guard is { } guard ? GuardedAnswer.Read(guard, prepared, place, () => Rounds(prepared, place, number, cancellation), cancellation) : Rounds(prepared, place, number, cancellation);

    private static IAsyncEnumerable<AnswerEvent> Rounds(PreparedAnswer prepared, QueuePlace? place, int number, CancellationToken cancellation) =>
        prepared.Task.OwnTools is { } tools ? ToolLoop.Read(tools, prepared, place, number, cancellation) : Draw(prepared, place, number, cancellation);

    /// <summary>One round of an answer.</summary>
    public static async IAsyncEnumerable<AnswerEvent> Draw(PreparedAnswer prepared, QueuePlace? place, int number, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var answer = prepared.Task.Model.Answer(prepared.Numbered(number), cancellation);
        if (place is not null) _ = answer.Result.ContinueWith(static (_, held) => ((QueuePlace)held!).Release(), place, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var stream = new AnswerStream(prepared);
        await foreach (var happened in answer.Events.WithCancellation(cancellation))
        {
            stream.Take(happened);
            foreach (var ready in stream._ready) yield return ready;
            stream._ready.Clear();
        }

        var result = await answer.Result;
        stream._calls.Finish();
        foreach (var ready in stream.Whole()) yield return ready;
        stream._ready.Clear();
        yield return new AnswerEnd(result.Thinking, result.FinishReason == FinishReason.Length, stream._calls.Calls, result.Usage);
    }

    private void Take(HostEvent happened)
    {
        if (_tracker is not null && happened.Token is { } token)
        {
            _tracker.Push(token.Token);
            _pending.Add(new TokenLogProbability(token.Token, token.LogProbability, happened.Alternatives ?? []));
        }

        foreach (var piece in happened.Pieces)
        {
            if (piece.IsThinking) _ready.Add(new ThoughtPiece(piece.Text));
            else _calls.Push(piece.Text);
        }

        AddProbabilities();
    }

    private static AnswerEvent Told(ToolCallPiece piece) => piece switch
    {
        ToolCallPiece.Begun call => new CallBegun(call.Index, "call_" + Identifiers.Random(24), call.Name),
        ToolCallPiece.Arguments call => new CallArguments(call.Index, call.Delta),
        ToolCallPiece.Ended call => new CallEnded(call.Index, call.Name, call.Written),
        ToolCallPiece.Said said => new TextPiece(said.Text, []),
        _ => throw new InvalidOperationException($"Nobody tells of a {piece.GetType().Name}."),
    };

    private AnswerEvent[] Whole()
    {
        AddProbabilities();
        return [.. _ready];
    }

    /// <summary>Gives the text that is ready the tokens that brought it.</summary>
    private void AddProbabilities()
    {
        if (_tracker is null) return;
        // The thought's tokens are the first ones.
        var thought = Math.Min(Math.Max(0, _tracker.ThinkingTokens - _dropped), _pending.Count);
        var at = _ready.FindLastIndex(e => e is TextPiece);
        if (at < 0)
        {
            if (_calls.Calls > 0 || _ready.Exists(e => e is CallBegun)) Drop(_pending.Count);
            return;
        }

        Drop(thought);
        // Space between thought and answer is not shown.
        while (!_anyText && _tracker.ThinkingTokens > 0 && _pending.Count > 0 && string.IsNullOrWhiteSpace(Spelled(_pending[0].Token))) Drop(1);
        _anyText = true;
        var stops = _prepared.Task.Model.Format.StopIds;
        _ready[at] = (TextPiece)_ready[at] with { Tokens = [.. _pending.Where(t => !stops.Contains(t.Token))] };
        Drop(_pending.Count);
    }

    private void Drop(int count)
    {
        _pending.RemoveRange(0, count);
        _dropped += count;
    }

    private string Spelled(int token) => _prepared.Task.Model.Format.Tokenizer.Decode([token], skipSpecial: false);
}
