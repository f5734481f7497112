using System.Runtime.CompilerServices;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatMessage = Deliberate.Models.ChatMessage;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Safety.Tests;

/// <summary>A model or monitor that answers as a test says, and counts how often it was asked.</summary>
internal sealed class Thinker(Func<IReadOnlyList<AIMessage>, int, CancellationToken, Task<ChatResponse>> answer) : IChatClient
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>The texts of each call in their order, the last one again behind them; <c>{mark}</c> stands for the verdict's mark.</summary>
    public static Thinker Saying(params string[] replies) => new((messages, call, _) => Task.FromResult(Said(replies[Math.Min(call, replies.Length - 1)].Replace("{mark}", Mark(messages), StringComparison.Ordinal))));

    public static ChatResponse Said(string text, string? thought = null, string finish = "stop")
    {
        List<AIContent> contents = [];
        if (thought is not null) contents.Add(new TextReasoningContent(thought));
        contents.Add(new TextContent(text));
        return new ChatResponse(new AIMessage(ChatRole.Assistant, contents)) { FinishReason = new ChatFinishReason(finish) };
    }

    public static string Mark(IReadOnlyList<AIMessage> messages)
    {
        var text = messages[0].Text;
        var at = text.IndexOf("VERDICT-", StringComparison.Ordinal);
        return at < 0 ? "" : text[at..(text.IndexOf(':', at) + 1)];
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<AIMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        answer([.. messages], Interlocked.Increment(ref _calls) - 1, cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<AIMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>Samples as tests write them down.</summary>
internal static class Thought
{
    public static Sample Of(string thought, string answer, string prompt = "Which paper?", string? system = null, string facts = "") => new()
    {
        Problem = new Problem("thoughts", 0, Split.Test, 0, prompt, facts, prompt, ""),
        Attempt = 0,
        Messages = system is null ? [new ChatMessage("user", prompt)] : [new ChatMessage("system", system), new ChatMessage("user", prompt)],
        Completion = $"<think>{thought}</think>{answer}",
        Answer = answer,
    };

    public static async Task<Verdict> Judge(IThoughtMonitor monitor, Sample sample) => (await monitor.ScoreAsync([sample], TestContext.Current.CancellationToken))[0];

    public static Task<Verdict> Judge(string monitor, Sample sample) => Judge(MonitorList.Create(monitor, new MonitorRequest()), sample);

    /// <summary>The log of an evaluation whose model says what a test wrote down, by item.</summary>
    public static async Task<string> Log(string path, IReadOnlyList<(string Prompt, string? Thought, string Answer)> said)
    {
        var task = new EvaluationTask
        {
            Name = "written-down",
            Title = "Written down",
            Items = (_, _) => said.Select((s, i) => new EvaluationItem { Id = $"q{i}", Messages = [new ChatMessage("user", s.Prompt)] }).ToAsyncEnumerable(),
            Scorer = _ => new AnswerScorer(new ExactGrader()),
            Metrics = [TaskMetric.Accuracy],
        };
        using var client = new Thinker((messages, _, _) => Task.FromResult(said.First(s => s.Prompt == messages[^1].Text) is var found ? Thinker.Said(found.Answer, found.Thought) : null!));
        await using var model = new EvaluationModel("written", client, concurrency: 2);
        await new EvaluationRunner(task, model, new RunSettings(), new TaskContext(), new EvaluationObserver()).RunAsync(path, TestContext.Current.CancellationToken);
        return path;
    }
}
