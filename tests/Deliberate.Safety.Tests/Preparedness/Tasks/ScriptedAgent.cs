using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;

namespace Deliberate.Safety.Tests;

/// <summary>A model that says what a test says, given the whole conversation.</summary>
internal sealed class ScriptedAgent(Func<IReadOnlyList<ChatMessage>, string> say) : IChatClient
{
    public const string Output = "Output:\n";

    /// <summary>Does what the templates' own solutions say, and answers with what a command printed.</summary>
    public static ScriptedAgent Oracle(IReadOnlyDictionary<string, string> solutions) => new(messages =>
    {
        var last = messages[^1].Text;
        return last.StartsWith(Output, StringComparison.Ordinal) ? last[Output.Length..] : solutions[last];
    });

    /// <summary>Prompts of a task's first items with what solves them.</summary>
    public static Dictionary<string, string> Solutions(IReadOnlyList<ChallengeTemplate> templates, Split split, int items, ulong seed)
    {
        var own = templates.Where(t => t.Split == split).ToArray();
        var solutions = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < items; i++)
        {
            var random = new RandomStream(seed, StreamStage.GeneratedItems, step: split == Split.Train ? 0 : 1, problem: i);
            var challenge = own[i % own.Length].Make(ref random);
            solutions[challenge.Prompt] = challenge.Solution;
        }

        return solutions;
    }

    public static async Task<EvaluationResult> Ask(string task, IChatClient client, int limit, Split split = Split.Test, ulong seed = 7, int epochs = 1) =>
        await Evaluations.RunAsync(EvaluationTasks.Get(task), new EvaluationModel("scripted", client, concurrency: 4), new RunSettings { Limit = limit, Epochs = epochs, Seed = seed }, new TaskContext { Seed = seed, Split = split }, cancellationToken: TestContext.Current.CancellationToken);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, say([.. messages]))) { FinishReason = ChatFinishReason.Stop, Usage = new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 } });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
