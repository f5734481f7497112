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
/// not there (pictures, tools other than functions) is refused rather than answered without it.
/// </summary>
internal sealed class ModelChatClient(TextModel model, TextFormat format, Func<HostedText> hosted, ModelAdapter? adapter = null) : IChatClient
{
    /// <summary>Further properties of a request's options, by name: a whole number, numbers as in generation_config.json, and texts.</summary>
    private const string ThinkingBudgetName = "thinking_budget", MinPName = "min_p", RepetitionPenaltyName = "repetition_penalty", RegexName = "regex", GrammarName = "grammar";

    /// <summary>One that was made already: making it anew for each request costs what it costs.</summary>
    public const string OutputGrammarName = "output_grammar";

    /// <summary>Of a function's further properties, as OpenAI's client has it: whether its arguments have to fit.</summary>
    private const string StrictName = "strict";

    private readonly ChatClientMetadata _metadata = new("deliberate", providerUri: null, model.Name);
    private readonly TemplateFeatures _features = TemplateFeatures.Of(format);

    private string? ThinkingSwitch => _features.ThinkingSwitch;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<AIMessage> messages, AIOptions? options = null, CancellationToken cancellationToken = default)
    {
        var result = await Ask(messages, options, streams: false, cancellationToken).Result.ConfigureAwait(false);
        List<AIContent> contents = [];
        if (result.Thinking is not null && ShowsThinking(options)) contents.Add(new TextReasoningContent(result.Thinking));
        var calls = 0;
        Read(result.Text, options, contents, ref calls);
        var id = Guid.NewGuid().ToString("N");
        return new ChatResponse(new AIMessage(ChatRole.Assistant, contents) { MessageId = id })
        {
            ResponseId = id,
            ModelId = model.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = calls > 0 ? ChatFinishReason.ToolCalls : Reason(result),
            Usage = Usage(result),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AIMessage> messages, AIOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Ask(messages, options, streams: true, cancellationToken);
        var id = Guid.NewGuid().ToString("N");
        List<AIContent> read = [];
        var calls = 0;
        var reader = Reader(options, read, () => calls++);
        await foreach (var happened in hosted().Events(request, cancellationToken).ConfigureAwait(false))
        {
            foreach (var piece in happened.Pieces)
            {
                if (!piece.IsThinking) reader.Push(piece.Text);
                foreach (var content in read) yield return Update(content);
                read.Clear();
                if (!piece.IsThinking) continue;
                if (ShowsThinking(options)) yield return Update(new TextReasoningContent(piece.Text));
            }
        }

        var result = await request.Result.ConfigureAwait(false);
        reader.Finish();
        foreach (var content in read) yield return Update(content);
        var last = Update(new UsageContent(Usage(result)));
        last.FinishReason = calls > 0 ? ChatFinishReason.ToolCalls : Reason(result);
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
        var budget = options.Reasoning?.Effort == ReasoningEffort.None && ThinkingSwitch is null ? 0 : (int?)Number(options, ThinkingBudgetName);
        return hosted().Answer(
            rendered.Text, tokens, Math.Min(settings.MaxTokens ?? room, room), settings.Sampling, options.Seed is { } seed ? unchecked((ulong)seed) : 1, options.StopSequences is { } stop ? [.. stop] : [], budget, Form(options), adapter, streams, cancellation);
    }

    private RenderedChat Render(IEnumerable<AIMessage> messages, AIOptions options)
    {
        var array = new JsonArray();
        if (!string.IsNullOrEmpty(options.Instructions)) array.Add(new JsonObject { ["role"] = "system", ["content"] = options.Instructions });
        foreach (var message in messages) Add(array, message);
        if (array.Count == 0) throw new UserError("there is no message to answer.", field: "messages");
        var tools = Tools(options);
        if (tools.Length > 0 && !_features.Tools) Tell(array, tools);
        var input = new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(array), AddGenerationPrompt = true };
        if (tools.Length > 0 && _features.Tools) input = input with { Tools = JsonSerializer.SerializeToElement(tools.Select(t => t.ToJson())) };
        if (ThinkingSwitch is not null && options.Reasoning?.Effort is { } effort)
            input = input with { Variables = new Dictionary<string, JsonElement> { [ThinkingSwitch] = JsonSerializer.SerializeToElement(effort != ReasoningEffort.None) } };
        return format.Render(input);
    }

    /// <summary>The tools that are offered.</summary>
    private static ToolDescription[] Tools(AIOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode) return [];
        return [.. tools.Select(t => t is AIFunctionDeclaration function ? new ToolDescription(function.Name, function.Description, function.JsonSchema, function.AdditionalProperties.TryGetValue(StrictName, out var strict) && strict is true) : throw Refused("tools", $"the tool {t.Name} is no function"))];
    }

    /// <summary>What the answer must look like; a call of a tool instead, where there are some, or nothing else, where it must be one.</summary>
    private static OutputGrammar? Form(AIOptions options)
    {
        var (form, tools) = (Grammar(options), Tools(options));
        if (options.ToolMode is not RequiredChatToolMode required) return tools.Length > 0 && form is not null ? ToolCallText.Grammar(tools, form) : IsStrict(options) ? ToolCallText.Among(tools) : form;
        if (required.RequiredFunctionName is { } name) tools = [.. tools.Where(t => t.Name == name)];
        return tools.Length > 0 ? ToolCallText.Grammar(tools, form: null) : throw new UserError("the tool that must be called is not offered.", field: "tool_mode");
    }

    /// <summary>Whether a call that the model may make is held to its schema.</summary>
    private static bool IsStrict(AIOptions options) => options.ToolMode is not RequiredChatToolMode && Tools(options).Any(t => t.Strict);

    /// <summary>What an answer says, calls of tools apart.</summary>
    private static void Read(string text, AIOptions? options, List<AIContent> contents, ref int calls)
    {
        var before = contents.Count;
        var reader = Reader(options, contents, () => { });
        reader.Push(text);
        reader.Finish();
        calls = contents.OfType<FunctionCallContent>().Count();
        if (contents.Count == before) contents.Add(new TextContent(""));
    }

    /// <summary>Reads what a model writes into contents: text, and the calls that were allowed.</summary>
    /// <param name="called">Told of each call.</param>
    public static ToolCallReader Reader(AIOptions? options, List<AIContent> contents, Action called)
    {
        string[] tools = [.. Tools(options).Select(t => t.Name)];
        return new ToolCallReader(tools, parallel: options?.AllowMultipleToolCalls != false, piece =>
        {
            if (piece is ToolCallPiece.Said said) contents.Add(new TextContent(said.Text));
            if (piece is not ToolCallPiece.Ended call) return;
            // Arguments that are no object of JSON are told as such, by the content's exception.
            contents.Add(FunctionCallContent.CreateFromParsedArguments(call.Written, $"call_{Guid.NewGuid():N}", call.Name, static json => JsonSerializer.Deserialize<Dictionary<string, object?>>(json)));
            called();
        })
        { TagsOnly = options is not null && IsStrict(options) };
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

    /// <summary>A message as templates have it; where the template knows no tools, calls and what came of them as text.</summary>
    private void Add(JsonArray array, AIMessage message)
    {
        var (content, thinking, calls) = ("", "", new JsonArray());
        foreach (var part in message.Contents)
        {
            switch (part)
            {
                case TextContent text:
                    content += text.Text;
                    break;
                case TextReasoningContent reasoning:
                    thinking += reasoning.Text;
                    break;
                case FunctionCallContent call when _features.Tools:
                    calls.Add(new JsonObject { ["id"] = call.CallId, ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = JsonSerializer.SerializeToNode(call.Arguments) ?? new JsonObject() } });
                    break;
                case FunctionCallContent call:
                    content += ToolCallText.Write(call.Name, call.Arguments is { Count: > 0 } given ? JsonSerializer.Serialize(given) : "{}");
                    break;
                case FunctionResultContent result:
                    var said = result.Result as string ?? JsonSerializer.Serialize(result.Result);
                    array.Add(_features.Tools ? new JsonObject { ["role"] = "tool", ["tool_call_id"] = result.CallId, ["content"] = said } : new JsonObject { ["role"] = "user", ["content"] = $"<tool_response>\n{said}\n</tool_response>" });
                    break;
                case UsageContent:
                    break;
                default:
                    throw Refused($"messages[{array.Count}]", $"a message holds {part.GetType().Name}");
            }
        }

        if (message.Contents.Count > 0 && message.Contents.All(c => c is FunctionResultContent)) return;
        var node = new JsonObject { ["role"] = message.Role.Value, ["content"] = content };
        if (thinking.Length > 0) node["reasoning_content"] = thinking;
        if (calls.Count > 0) node["tool_calls"] = calls;
        array.Add(node);
    }

    /// <summary>Puts what there is to know of tools into the system message.</summary>
    private void Tell(JsonArray array, ToolDescription[] tools)
    {
        var instructions = ToolCallText.Instructions(tools);
        if (array[0] is JsonObject first && (first["role"]?.GetValue<string>() == "system" || !_features.System)) first["content"] = $"{first["content"]?.GetValue<string>()}\n\n{instructions}".Trim();
        else array.Insert(0, new JsonObject { ["role"] = "system", ["content"] = instructions });
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
