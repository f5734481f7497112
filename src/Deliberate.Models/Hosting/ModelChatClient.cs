using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Models;

/// <summary>
/// A hosted model as an <see cref="IChatClient"/>: the one place where that library's types appear. A request that asks for what is
/// not there (tools, pictures) is refused rather than answered without it.
/// </summary>
internal sealed class ModelChatClient(TextModel model, TextFormat format, Func<HostedText> hosted, ModelAdapter? adapter = null) : IChatClient
{
    /// <summary>Further properties of a request's options, by name: a whole number, numbers as in generation_config.json, and texts.</summary>
    private const string ThinkingBudgetName = "thinking_budget", MinPName = "min_p", RepetitionPenaltyName = "repetition_penalty", RegexName = "regex", GrammarName = "grammar";

    /// <summary>One that was made already: making it anew for each request costs what it costs.</summary>
    private const string OutputGrammarName = "output_grammar";

    private readonly ChatClientMetadata _metadata = new("deliberate", providerUri: null, model.Name);
    private readonly string? _thinkingSwitch = TemplateFeatures.Of(format).ThinkingSwitch;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<AIMessage> messages, AIOptions? options = null, CancellationToken cancellationToken = default)
    {
        var result = await Ask(messages, options, streams: false, cancellationToken).Result.ConfigureAwait(false);
        List<AIContent> contents = [];
        if (result.Thinking is not null && ShowsThinking(options)) contents.Add(new TextReasoningContent(result.Thinking));
        contents.Add(new TextContent(result.Text));
        var id = Guid.NewGuid().ToString("N");
        return new ChatResponse(new AIMessage(ChatRole.Assistant, contents) { MessageId = id })
        {
            ResponseId = id,
            ModelId = model.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = Reason(result),
            Usage = Usage(result),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AIMessage> messages, AIOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Ask(messages, options, streams: true, cancellationToken);
        var id = Guid.NewGuid().ToString("N");
        await foreach (var happened in hosted().Events(request, cancellationToken).ConfigureAwait(false))
        {
            foreach (var piece in happened.Pieces)
            {
                if (!piece.IsThinking) yield return Update(new TextContent(piece.Text));
                else if (ShowsThinking(options)) yield return Update(new TextReasoningContent(piece.Text));
            }
        }

        var result = await request.Result.ConfigureAwait(false);
        var last = Update(new UsageContent(Usage(result)));
        last.FinishReason = Reason(result);
        yield return last;

        ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ResponseId = id, MessageId = id, ModelId = model.Name, CreatedAt = DateTimeOffset.UtcNow };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(model) ? model : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>The model is not the client's.</summary>
    public void Dispose()
    {
    }

    private HostRequest Ask(IEnumerable<AIMessage> messages, AIOptions? options, bool streams, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new AIOptions();
        if (options.Tools is { Count: > 0 }) throw Refused("tools");
        var settings = GenerationSettings.Resolve(
            new GenerationOverrides
            {
                Temperature = options.Temperature,
                TopP = options.TopP,
                TopK = options.TopK,
                MinP = Number(options, MinPName),
                RepetitionPenalty = Number(options, RepetitionPenaltyName),
                FrequencyPenalty = options.FrequencyPenalty,
                PresencePenalty = options.PresencePenalty,
                MaxTokens = options.MaxOutputTokens,
            },
            format.Generation);
        var rendered = Render(messages, options);
        var tokens = format.Encode(rendered);
        var room = model.Context - tokens.Length;
        if (room < 1) throw new UserError($"the conversation has {tokens.Length} tokens, and the model's context holds {model.Context}.", field: "messages", advice: "Leave out earlier messages.");
        if (options.MaxOutputTokens < 1) throw new UserError("must be at least 1.", field: "max_output_tokens");
        var budget = options.Reasoning?.Effort == ReasoningEffort.None && _thinkingSwitch is null ? 0 : (int?)Number(options, ThinkingBudgetName);
        return hosted().Answer(
            rendered.Text, tokens, Math.Min(settings.MaxTokens ?? room, room), settings.Sampling, options.Seed is { } seed ? unchecked((ulong)seed) : 1, options.StopSequences is { } stop ? [.. stop] : [], budget, Grammar(options), adapter, streams, cancellation);
    }

    private RenderedChat Render(IEnumerable<AIMessage> messages, AIOptions options)
    {
        var array = new JsonArray();
        if (!string.IsNullOrEmpty(options.Instructions)) array.Add(new JsonObject { ["role"] = "system", ["content"] = options.Instructions });
        foreach (var message in messages)
        {
            var (content, thinking) = ("", "");
            foreach (var part in message.Contents)
            {
                if (part is TextContent text) content += text.Text;
                else if (part is TextReasoningContent reasoning) thinking += reasoning.Text;
                else if (part is not UsageContent) throw Refused($"messages[{array.Count}]", $"a message holds {part.GetType().Name}");
            }

            var said = new JsonObject { ["role"] = message.Role.Value, ["content"] = content };
            if (thinking.Length > 0) said["reasoning_content"] = thinking;
            array.Add(said);
        }

        if (array.Count == 0) throw new UserError("there is no message to answer.", field: "messages");
        var input = new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(array), AddGenerationPrompt = true };
        if (_thinkingSwitch is not null && options.Reasoning?.Effort is { } effort)
            input = input with { Variables = new Dictionary<string, JsonElement> { [_thinkingSwitch] = JsonSerializer.SerializeToElement(effort != ReasoningEffort.None) } };
        return format.Render(input);
    }

    /// <summary>What the answer must look like: as the response format has it, or a further property of the options says it (regex, grammar).</summary>
    private static OutputGrammar? Grammar(AIOptions options)
    {
        List<OutputGrammar> asked = [];
        if (options.ResponseFormat is ChatResponseFormatJson json) asked.Add(json.Schema is { } schema ? OutputGrammar.FromJsonSchema(schema) : OutputGrammar.JsonObject);
        if (Text(options, RegexName) is { } regex) asked.Add(OutputGrammar.FromRegex(regex));
        if (Text(options, GrammarName) is { } grammar) asked.Add(OutputGrammar.FromGrammar(grammar));
        if (options.AdditionalProperties?.TryGetValue(OutputGrammarName, out var made) == true && made is OutputGrammar known) asked.Add(known);
        return asked.Count <= 1 ? asked.FirstOrDefault() : throw new UserError("an answer has one form: a response format, a regular expression or a grammar.", field: "response_format");
    }

    private static string? Text(AIOptions options, string name)
    {
        if (options.AdditionalProperties?.TryGetValue(name, out var value) != true || value is null) return null;
        return value switch
        {
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } element => element.GetString(),
            _ => throw new UserError($"\"{value}\" is no text.", field: name),
        };
    }

    private static bool ShowsThinking(AIOptions? options) => options?.Reasoning?.Output != ReasoningOutput.None;

    private static double? Number(AIOptions options, string name)
    {
        if (options.AdditionalProperties?.TryGetValue(name, out var value) != true || value is null) return null;
        return value switch
        {
            int or long or double or float => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture),
            JsonElement { ValueKind: JsonValueKind.Number } element => element.GetDouble(),
            _ => throw new UserError($"\"{value}\" is no number.", field: name),
        };
    }

    private static UserError Refused(string field, string? what = null) =>
        new($"{what ?? "that is asked for"}, which the model's host does not serve.", field: field, advice: "It takes and gives text.");

    private static ChatFinishReason Reason(HostResult result) => result.FinishReason == FinishReason.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length;

    private static UsageDetails Usage(HostResult result) => new()
    {
        InputTokenCount = result.Usage.Prompt,
        CachedInputTokenCount = result.Usage.Cached,
        OutputTokenCount = result.Usage.Completion,
        ReasoningTokenCount = result.Usage.Thinking,
        TotalTokenCount = result.Usage.Prompt + result.Usage.Completion,
    };
}
