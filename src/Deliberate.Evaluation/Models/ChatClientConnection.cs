using System.Text.Json;
using Deliberate.Core;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;
using ChatMessage = Deliberate.Models.ChatMessage;
using ToolCall = Deliberate.Models.ToolCall;

namespace Deliberate.Evaluation;

/// <summary>Any <see cref="IChatClient"/>: our messages into its own and its answer into ours, the thought apart.</summary>
internal sealed class ChatClientConnection(IChatClient client, bool owns = false, Func<ModelUsage, double>? cost = null) : IModelConnection
{
    public async Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var response = await client.GetResponseAsync(messages.Select(Convert), Convert(options), cancellation).ConfigureAwait(false);
        return Read(response);
    }

    public ValueTask DisposeAsync()
    {
        if (owns) client.Dispose();
        return ValueTask.CompletedTask;
    }

    private ModelAnswer Read(ChatResponse response)
    {
        var (text, reasoning) = ("", (string?)null);
        List<ToolCall> calls = [];
        foreach (var content in response.Messages.SelectMany(m => m.Contents))
        {
            if (content is TextContent said) text += said.Text;
            else if (content is TextReasoningContent thought) reasoning += thought.Text;
            else if (content is FunctionCallContent call) calls.Add(new ToolCall(call.CallId, call.Name, JsonSerializer.Serialize(call.Arguments)));
        }

        var finish = response.FinishReason?.Value ?? (calls.Count > 0 ? "tool_calls" : "stop");
        var usage = new ModelUsage(1, response.Usage?.InputTokenCount ?? 0, response.Usage?.CachedInputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0, response.Usage?.ReasoningTokenCount ?? 0, 0);
        return new ModelAnswer
        {
            Text = text,
            Reasoning = reasoning,
            Completion = CompletionText.Of(reasoning, text, finish == "length", usage.ReasoningTokens),
            FinishReason = finish,
            ToolCalls = calls,
            ReportedModel = response.ModelId ?? "",
            Usage = usage with { Cost = cost?.Invoke(usage) ?? 0 },
        };
    }

    private static AIMessage Convert(ChatMessage message)
    {
        List<AIContent> contents = [];
        if (message.Thinking is { } thought) contents.Add(new TextReasoningContent(thought));
        if (message.ToolCallId is { } answers) contents.Add(new FunctionResultContent(answers, message.Content));
        else contents.Add(new TextContent(message.Content));
        foreach (var call in message.ToolCalls) contents.Add(new FunctionCallContent(call.Id, call.Name, Arguments(call.Arguments)));
        return new AIMessage(new ChatRole(message.Role), contents);
    }

    /// <summary>What is no object goes as the one argument that it is.</summary>
    private static Dictionary<string, object?> Arguments(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, object?>>(json) ?? [];
        }
        catch (JsonException)
        {
            return new Dictionary<string, object?> { ["arguments"] = json };
        }
    }

    private static AIOptions Convert(ModelOptions options)
    {
        var asked = new AIOptions
        {
            Temperature = (float?)options.Temperature,
            TopP = (float?)options.TopP,
            MaxOutputTokens = options.MaxTokens,
            StopSequences = options.Stop.Count > 0 ? [.. options.Stop] : null,
            // Samples of one item are different ones, each the same whenever it is drawn again.
            Seed = unchecked((long)(options.Seed + (ulong)options.Stream.Problem + (0x9E3779B97F4A7C15UL * (ulong)options.Stream.Sample))) & long.MaxValue,
        };
        if (options.JsonSchema is { } schema) asked.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonDocument.Parse(schema).RootElement, "answer");
        if (options.Tools.Count > 0) asked.Tools = [.. options.Tools.Select(t => AIFunctionFactory.CreateDeclaration(t.Name, t.Description, JsonDocument.Parse(t.Parameters).RootElement))];
        if (options.ReasoningEffort is { } effort) asked.Reasoning = new ReasoningOptions { Effort = EffortOf(effort) };
        return asked;
    }

    private static ReasoningEffort EffortOf(string effort) => effort switch
    {
        "none" => ReasoningEffort.None,
        "minimal" or "low" => ReasoningEffort.Low,
        "medium" => ReasoningEffort.Medium,
        "high" => ReasoningEffort.High,
        "xhigh" => ReasoningEffort.ExtraHigh,
        _ => throw new UserError($"there is no reasoning effort \"{effort}\".", field: "reasoning_effort", advice: "It is none, minimal, low, medium, high or xhigh."),
    };
}
