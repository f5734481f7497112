using System.Text;
using System.Threading.Channels;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What one token brought: the token itself, and the text that became known with it. The last of a request has no token.</summary>
/// <param name="Token">Null where only what was held back of the text is shown.</param>
/// <param name="Pieces">In order; often one, sometimes none.</param>
/// <param name="Alternatives">The most likely tokens in the token's place, the likeliest first; null where nobody asked for them.</param>
internal readonly record struct HostEvent(GeneratedToken? Token, IReadOnlyList<AnswerPiece> Pieces, IReadOnlyList<GeneratedToken>? Alternatives = null);

/// <summary>What came of a request.</summary>
/// <param name="Tokens">The stop token included.</param>
/// <param name="Thinking">Null where none was shown apart from the text.</param>
internal sealed record HostResult(int[] Tokens, string Text, string? Thinking, FinishReason FinishReason, TokenUsage Usage);

/// <summary>
/// One sample that a caller asked for, on its way through a <see cref="ModelHost"/>. What it brings forth waits here, bounded by its token budget,
/// until the caller takes it: a caller that is slow keeps nobody waiting.
/// </summary>
internal sealed class HostRequest
{
    private static readonly UnboundedChannelOptions Single = new() { SingleReader = true, SingleWriter = true };

    private readonly TaskCompletionSource<HostResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HostEvent>? _events;
    private readonly ITokenReader _reader;
    private readonly StringBuilder _text = new(), _thinking = new();

    /// <summary>Of the token that is read now; for nobody where nobody reads the events.</summary>
    private readonly List<AnswerPiece> _pieces = [];

    /// <summary>Of the tokens that were drawn and are not shown yet, each its own.</summary>
    private readonly Queue<AnswerPiece[]> _ofTokens = new();

    private int _shown;

    private HostRequest(int sample, Func<Action<AnswerPiece>, ITokenReader> reader, bool streams)
    {
        (Sample, _reader) = (sample, reader(Take));
        if (streams) _events = Channel.CreateUnbounded<HostEvent>(Single);
    }

    /// <summary>Requests for samples of one prompt, which is read once: each goes on from the pages of the others.</summary>
    /// <param name="streams">Of random numbers, one for each sample.</param>
    /// <param name="reader">Made for each sample, and given where its text goes.</param>
    /// <param name="isRead">Whether somebody reads the events.</param>
    /// <param name="adapter">What the model is read with; null for the base alone.</param>
    /// <param name="alternatives">Most likely tokens to be told beside each that is drawn.</param>
    public static HostRequest[] Make(int[] prompt, int maxTokens, SamplingOptions options, RandomStream[] streams, int[] stopTokens, Func<Action<AnswerPiece>, ITokenReader> reader, Func<TokenConstraint>? constraint, bool isRead, Tensors.Adapter? adapter, int alternatives = 0)
    {
        HostRequest[] all = [.. streams.Select((_, i) => new HostRequest(i, reader, isRead))];
        // Samples begin in their order.
        var begun = 0;
        var request = new SampleRequest(prompt, maxTokens, streams) { Watch = () => all[begun++].Watch, Constraint = constraint, Alternatives = alternatives };
        var decoding = new DecodingPrompt(request, options, stopTokens) { Tag = all, Adapter = adapter };
        foreach (var one in all) (one.Decoding, one.All) = (decoding, all);
        return all;
    }

    public DecodingPrompt Decoding { get; private set; } = null!;

    /// <summary>The requests for samples of the same prompt, itself among them: they wait, begin and are cancelled together.</summary>
    public IReadOnlyList<HostRequest> All { get; private set; } = [];

    /// <summary>Its place among them.</summary>
    public int Sample { get; }

    /// <summary>Of all of them, those that are over; the first counts.</summary>
    public int Over { get; set; }

    /// <summary>Its place in the host's queue; null once it is in work.</summary>
    public LinkedListNode<HostRequest>? Place { get; set; }

    /// <summary>Ends when the request does; a cancelled one throws, as one that failed.</summary>
    public Task<HostResult> Result => _result.Task;

    /// <summary>What each token brought. Only of a request that streams.</summary>
    public ChannelReader<HostEvent> Events => _events!.Reader;

    /// <summary>The slot's new tokens go to the caller. On the host's thread.</summary>
    public void Show(SampleSlot slot)
    {
        if (_events is null) return;
        for (; _shown < slot.Tokens.Count; _shown++) _events.Writer.TryWrite(new HostEvent(new GeneratedToken(slot.Tokens[_shown], slot.Raw[_shown]), _ofTokens.Dequeue(), _shown < slot.Alternatives.Count ? slot.Alternatives[_shown] : null));
    }

    /// <summary>It is over. On the host's thread.</summary>
    public void End(SampleSlot slot)
    {
        if (slot.Failure is not null)
        {
            Fail(slot.Failure);
            return;
        }

        // One that was cancelled has been told so already.
        if (slot.Finished is not { } reason) return;
        _reader.Finish();
        if (_pieces.Count > 0) _events?.Writer.TryWrite(new HostEvent(null, TakePieces()));
        _result.TrySetResult(new HostResult(
            [.. slot.Tokens], _text.ToString(), _thinking.Length > 0 ? _thinking.ToString() : null, reason, new TokenUsage(Decoding.Request.Prompt.Length, Decoding.Reused, slot.Tokens.Count, _reader.ThinkingTokens)));
        _events?.Writer.TryComplete();
    }

    /// <summary>There will be no more of it. From any thread.</summary>
    public void Fail(Exception error)
    {
        Decoding.Cancel();
        if (error is OperationCanceledException cancelled) _result.TrySetCanceled(cancelled.CancellationToken);
        else _result.TrySetException(error);
        // Whoever does not ask for the result is told by the events.
        _ = _result.Task.Exception;
        _events?.Writer.TryComplete(error);
    }

    private bool Watch(int token)
    {
        _reader.Push(token);
        if (_events is not null) _ofTokens.Enqueue(TakePieces());
        return _reader.IsOver;
    }

    private void Take(AnswerPiece piece)
    {
        (piece.IsThinking ? _thinking : _text).Append(piece.Text);
        if (_events is not null) _pieces.Add(piece);
    }

    private AnswerPiece[] TakePieces()
    {
        if (_pieces.Count == 0) return [];
        AnswerPiece[] pieces = [.. _pieces];
        _pieces.Clear();
        return pieces;
    }
}
