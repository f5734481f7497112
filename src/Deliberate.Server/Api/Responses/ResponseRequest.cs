using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>A request for a response, checked: the task, and what of the request the response repeats.</summary>
/// <param name="Input">The items that it brings, written out.</param>
/// <param name="Response">All fields of the response, null where they are not known yet.</param>
internal sealed record ResponseRequest(string Id, ServedEntry Entry, PreparedAnswer Prepared, JsonArray Input, JsonObject Response)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "background", "context_management", "conversation", "frequency_penalty", "include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "moderation", "parallel_tool_calls", "presence_penalty",
        "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream", "stream_options", "temperature", "text", "tool_choice",
        "tools", "top_logprobs", "top_p", "truncation", "user",
        "seed", "stop", "top_k", "min_p", "repetition_penalty",
    };

    private static readonly string[] Includes =
    [
        "reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url", "file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    public bool Streams { get; private init; }

    public bool IsBackground { get; private init; }

    public bool IsStored { get; private init; }

    /// <summary>Whether its prompt is only read, for a response that goes on from it: it answers nothing.</summary>
    public bool IsWarmup { get; init; }

    /// <summary>Whether reasoning items bring their sealed content.</summary>
    public bool ShowsSealed { get; private init; }

    /// <summary>How the thought is to be summarised; null for not at all.</summary>
    public SummaryDetail? Summary { get; private init; }

    /// <summary>The conversation that the response becomes part of; null for none.</summary>
    public string? Conversation { get; private init; }

    /// <param name="earlier">Responses of this connection that are not stored; null for none.</param>
    public static ResponseRequest Read(JsonFields request, ApiServer api, ApiCaller caller, Func<string, StoredResponse?>? earlier = null)
    {
        request.Know(Known);
        var options = api.Options;
        var entry = api.Models.Get(request.Needed("model", 1000));
        Refuse(request);
        var id = Identifiers.New("resp");
        var isBackground = request.Flag("background") ?? false;
        var isStored = (request.Flag("store") ?? true) && api.Store is not null;
        if (isBackground && !isStored) throw ApiError.Invalid("'background' needs the response to be stored.", "background");
        var include = request.Items("include", 20).Select(i => JsonFields.TextOf(i.Value, i.Path)).ToArray();
        if (Array.Find(include, i => !Includes.Contains(i)) is { } unknown) throw ApiError.Invalid($"'include' has \"{JsonFields.Short(unknown)}\", and knows {string.Join(", ", Includes)}.", "include");
        var input = ResponseItems.Read(request, "input", (prefix, at) => ResponseItems.IdOf(prefix, id, 'i', at), options);
        var instructions = request.Text("instructions");
        if (instructions is { Length: > 0 }) ChatMessages.CheckInstructions("system", "instructions", options);
        var conversation = ConversationOf(request);
        var previous = request.Text("previous_response_id", 100);
        if (conversation is not null && previous is not null) throw ApiError.Invalid("'conversation' and 'previous_response_id' are two ways to say what came before: name one.", "previous_response_id");
        var before = previous is not null ? Earlier(previous, api, caller, earlier) : conversation is not null ? Items(conversation, api, caller) : [];
        if (input.Count == 0 && before.Count == 0) throw request.Has("input") ? ApiError.Invalid("'input' is empty: there is nothing to answer.", "input", "empty_array") : request.Missing("input");
        var reasoning = request.Object("reasoning");
        var effort = reasoning?.Choice("effort", ReasoningEfforts.Names) ?? options.DefaultEffort;
        var summary = reasoning?.Choice("summary", ["auto", "concise", "detailed"]) ?? reasoning?.Choice("generate_summary", ["auto", "concise", "detailed"]);
        var context = reasoning?.Choice("context", ["auto", "current_turn", "all_turns"]);
        reasoning?.Choice("mode", ["standard", "pro"]);
        var items = before.Select(i => (i, ItemConversation.Stored)).Concat(input.Select((i, at) => (i!.AsObject(), string.Create(CultureInfo.InvariantCulture, $"input[{at}]"))));
        var messages = new ItemConversation(api, caller, entry.Model).Read(instructions, items, context == "all_turns");
        var tools = OfferedTools.Read(request);
        var (use, forced) = OfferedTools.Choice(request, [.. tools, .. options.Tools?.Descriptions ?? []]);
        var alternatives = (int?)request.Whole("top_logprobs", 0, 20);
        var task = new AnswerTask
        {
            Model = entry.Model,
            Messages = messages,
            Tools = OfferedTools.Allowed(request, tools),
            Use = use,
            ForcedTool = forced,
            ParallelCalls = request.Flag("parallel_tool_calls") ?? true,
            Sampling = SamplingFields.Read(request, "max_output_tokens", 1),
            MaxTokensField = "max_output_tokens",
            MessagesField = "input",
            Stop = SamplingFields.Stop(request),
            Seed = SamplingFields.Seed(request),
            Effort = effort,
            Grammar = ResponseFormats.Read(request.Object("text")?.Object("format"), nested: false),
            LogProbabilities = alternatives > 0 || include.Contains("message.output_text.logprobs") ? alternatives ?? 0 : null,
        };
        task = task.With(options.Tools);
        var truncation = request.Choice("truncation", ["auto", "disabled"]) ?? "disabled";
        var prepared = truncation == "auto" ? Truncated(task, entry, options) : PreparedAnswer.Of(task, entry.Writer, options);
        prepared = prepared with { Guard = AnswerGuard.For(api, prepared.Task, ModerationFields.Read(request, options)) };
        var response = new JsonObject
        {
            ["id"] = id,
            ["object"] = "response",
            ["created_at"] = api.Time.GetUtcNow().ToUnixTimeSeconds(),
            ["completed_at"] = null,
            ["status"] = isBackground ? "queued" : "in_progress",
            ["background"] = isBackground,
            ["error"] = null,
            ["incomplete_details"] = null,
            ["instructions"] = instructions,
            ["max_output_tokens"] = task.Sampling.MaxTokens,
            ["max_tool_calls"] = request.Whole("max_tool_calls", 1, int.MaxValue),
            ["model"] = entry.Model.Name,
            ["output"] = new JsonArray(),
            ["parallel_tool_calls"] = task.ParallelCalls,
            ["previous_response_id"] = previous,
            ["conversation"] = conversation is null ? null : new JsonObject { ["id"] = conversation },
            ["prompt_cache_key"] = request.Text("prompt_cache_key", 1024),
            ["prompt_cache_retention"] = null,
            ["reasoning"] = new JsonObject { ["effort"] = effort, ["summary"] = summary, ["context"] = context },
            ["safety_identifier"] = request.Text("safety_identifier", 64),
            ["service_tier"] = "default",
            ["store"] = isStored,
            ["temperature"] = prepared.Sampling.Temperature,
            ["text"] = new JsonObject { ["format"] = ResponseFormats.Written(request.Object("text")?.Object("format")), ["verbosity"] = request.Object("text")?.Choice("verbosity", ["low", "medium", "high"]) ?? "medium" },
            ["tool_choice"] = request.Copy("tool_choice") ?? "auto",
            ["tools"] = new JsonArray([.. tools.Select(Written)]),
            ["top_logprobs"] = alternatives ?? 0,
            ["top_p"] = prepared.Sampling.TopP,
            ["presence_penalty"] = prepared.Sampling.PresencePenalty,
            ["frequency_penalty"] = prepared.Sampling.FrequencyPenalty,
            ["truncation"] = truncation,
            ["usage"] = null,
            ["moderation"] = null,
            ["metadata"] = request.Metadata() ?? [],
        };
        if (request.Text("user") is { } user) response["user"] = user;
        return new ResponseRequest(id, entry, prepared, input, response)
        {
            Streams = request.Flag("stream") ?? false,
            IsBackground = isBackground,
            IsStored = isStored,
            ShowsSealed = include.Contains("reasoning.encrypted_content") || (!isStored && request.Has("store")),
            Summary = summary is null ? null : Enum.Parse<SummaryDetail>(summary, ignoreCase: true),
            Conversation = conversation,
        };
    }

    public static string? ConversationOf(JsonFields request) => request.Get("conversation") is { ValueKind: System.Text.Json.JsonValueKind.Object } ? request.Object("conversation")!.Value.Needed("id", 100) : request.Text("conversation", 100);

    /// <summary>Everything up to and with an earlier response, from the beginning.</summary>
    public static IReadOnlyList<JsonObject> Earlier(string id, ApiServer api, ApiCaller caller, Func<string, StoredResponse?>? unstored = null)
    {
        var chain = new Stack<StoredResponse>();
        for (string? next = id; next is not null;)
        {
            var found = unstored?.Invoke(next) ?? api.Store?.Find(next, caller.Id) ?? throw ApiError.NotFound($"There is no response '{JsonFields.Short(next)}' that is stored.", "previous_response_id", "previous_response_not_found");
            if (found.Response["status"]!.GetValue<string>() is "queued" or "in_progress") throw ApiError.Invalid($"The response '{next}' is not done yet.", "previous_response_id", "previous_response_not_done");
            chain.Push(found);
            if (chain.Count > 10_000) throw ApiError.Invalid("The chain of earlier responses is too long.", "previous_response_id");
            next = found.Response["previous_response_id"]?.GetValue<string>();
        }

        return [.. chain.SelectMany(r => r.Input.Concat(r.Response["output"]!.AsArray())).Select(i => i!.AsObject())];
    }

    public static IReadOnlyList<JsonObject> Items(string conversation, ApiServer api, ApiCaller caller) =>
        [.. (api.Store?.FindConversation(conversation, caller.Id) ?? throw ApiError.NotFound($"There is no conversation '{JsonFields.Short(conversation)}'.", "conversation", "conversation_not_found")).Items.Select(i => i!.AsObject())];

    /// <summary>The task without as many of its earliest messages as do not fit; instructions stay.</summary>
    private static PreparedAnswer Truncated(AnswerTask task, ServedEntry entry, ApiOptions options)
    {
        var lead = task.Messages.TakeWhile(m => m.Role is "system" or "developer").Count();
        int least = 0, most = Math.Max(0, task.Messages.Count - lead - 1);
        ApiError? problem = null;
        PreparedAnswer? fitting = null;
        while (least <= most)
        {
            var drop = fitting is null && problem is null ? 0 : (least + most) / 2;
            try
            {
                fitting = PreparedAnswer.Of(task with { Messages = [.. task.Messages.Take(lead), .. task.Messages.Skip(lead + drop).SkipWhile(m => m.Role == "tool")] }, entry.Writer, options);
                most = drop - 1;
            }
            catch (ApiError error) when (error.Code == "context_length_exceeded")
            {
                problem = error;
                least = drop + 1;
            }
        }

        return fitting ?? throw problem!;
    }

    private static void Refuse(JsonFields request)
    {
        if (request.Has("prompt")) throw ApiError.Unsupported("This server keeps no prompt templates.", "prompt");
        if (request.Items("context_management", 10).Count > 0) throw ApiError.Unsupported("Conversations are compacted on request: POST /v1/responses/compact.", "context_management");
        ChatRequest.ServiceTier(request);
        if (request.Object("stream_options") is { } options) options.Flag("include_obfuscation");
    }

    private static JsonObject Written(ToolDescription tool) => new()
    {
        ["type"] = "function",
        ["name"] = tool.Name,
        ["description"] = tool.Description,
        ["parameters"] = tool.Parameters is { } schema ? JsonNode.Parse(schema.GetRawText()) : null,
        ["strict"] = tool.Strict,
    };
}
