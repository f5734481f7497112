using System.Runtime.CompilerServices;
using Deliberate.Evaluation;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Deliberate.Safety.Tests;

/// <summary>A model that answers by a function of the conversation and the number of the call.</summary>
internal sealed class ScriptedTarget(Func<IReadOnlyList<AIMessage>, int, ChatResponse> answer) : IChatClient
{
    private int _calls;

    public int Calls => _calls;

    public static ScriptedTarget Saying(Func<IReadOnlyList<AIMessage>, int, string> say) => new((messages, call) => Said(say(messages, call)));

    public static ChatResponse Said(string text, ChatFinishReason? finish = null, int thought = 0) =>
        new(new AIMessage(ChatRole.Assistant, text)) { FinishReason = finish ?? ChatFinishReason.Stop, Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 7 + thought, ReasoningTokenCount = thought } };

    public EvaluationModel Model(string name = "scripted") => new(name, this, concurrency: 4);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<AIMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(answer([.. messages], Interlocked.Increment(ref _calls) - 1));

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<AIMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
