using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using ChatMessage = Deliberate.Models.ChatMessage;

namespace Deliberate.Evaluation.Tests;

/// <summary>A model that answers each question as a test says; it keeps what it was asked.</summary>
internal sealed class ScriptedClient(Func<string, CancellationToken, Task<ChatResponse>> answer) : IChatClient
{
    public ScriptedClient(Func<string, ChatResponse> answer)
        : this((question, _) => Task.FromResult(answer(question)))
    {
    }

    public ConcurrentQueue<(string Question, ChatOptions Options)> Asked { get; } = new();

    public static ChatResponse Said(string text, string? reasoning = null, string finish = "stop")
    {
        List<AIContent> contents = [];
        if (reasoning is not null) contents.Add(new TextReasoningContent(reasoning));
        if (text.Length > 0) contents.Add(new TextContent(text));
        return new ChatResponse(new Microsoft.Extensions.AI.ChatMessage(ChatRole.Assistant, contents)) { FinishReason = new ChatFinishReason(finish), Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 } };
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var question = messages.Last().Text;
        Asked.Enqueue((question, options ?? new ChatOptions()));
        return answer(question, cancellationToken);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>Small tasks for tests.</summary>
internal static class SmallTask
{
    /// <summary>Items <c>q0</c>, <c>q1</c>, ... whose reference is what they ask; the scorer compares word for word.</summary>
    public static EvaluationTask Echo(int items, IScorer? scorer = null) => new()
    {
        Name = "echo",
        Title = "Echo",
        Items = (_, _) => Enumerable.Range(0, items).Select(i => new EvaluationItem { Id = $"q{i}", Messages = [new ChatMessage("user", $"say {i}")], Reference = $"{i}", Tags = new Dictionary<string, string> { ["parity"] = i % 2 == 0 ? "even" : "odd" } }).ToAsyncEnumerable(),
        Scorer = _ => scorer ?? new AnswerScorer(new ExactGrader()),
        Metrics = [TaskMetric.Accuracy, TaskMetric.AccuracyFinished],
    };

    /// <summary>Right answers for everything.</summary>
    public static ScriptedClient RightClient() => new(question => ScriptedClient.Said(question["say ".Length..]));

    public static Task<EvaluationResult> Run(EvaluationTask task, IChatClient client, RunSettings? settings = null, string? log = null, EvaluationObserver? observer = null, CancellationToken cancellation = default) =>
        new EvaluationRunner(task, new EvaluationModel("scripted", client, concurrency: 4), settings ?? new RunSettings(), new TaskContext(), observer ?? new EvaluationObserver()).RunAsync(log, cancellation);
}

/// <summary>Keeps what it is told.</summary>
internal sealed class Recorder : EvaluationObserver
{
    public List<EvaluatedSample> Samples { get; } = [];

    public int Finished { get; private set; }

    public override void Begin(int samples, int finished) => Finished = finished;

    public override void Done(EvaluatedSample sample) => Samples.Add(sample);
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("deliberate-evaluation-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
