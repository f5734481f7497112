using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Deliberate.Evaluation.Tests;

/// <summary>A judging model that answers as a test says, and keeps what it was asked.</summary>
internal sealed class ScriptedJudge(Func<IReadOnlyList<ChatMessage>, int, ChatResponse> answer) : IChatClient
{
    private readonly List<(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)> _calls = [];

    public IReadOnlyList<(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)> Calls => _calls;

    /// <summary>The last text of each call, in order; the last one again behind them. <c>{mark}</c> stands for the verdict's mark.</summary>
    public static ScriptedJudge Saying(params string[] replies) => new((messages, call) =>
        new ChatResponse(new ChatMessage(ChatRole.Assistant, replies[Math.Min(call, replies.Length - 1)].Replace("{mark}", MarkIn(messages), StringComparison.Ordinal))) { FinishReason = ChatFinishReason.Stop });

    public static string MarkIn(IReadOnlyList<ChatMessage> messages)
    {
        var text = messages[0].Text;
        var at = text.IndexOf("VERDICT-", StringComparison.Ordinal);
        return at < 0 ? "" : text[at..(text.IndexOf(':', at) + 1)];
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] asked = [.. messages];
        lock (_calls) _calls.Add((asked, options));
        return Task.FromResult(answer(asked, _calls.Count - 1));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
