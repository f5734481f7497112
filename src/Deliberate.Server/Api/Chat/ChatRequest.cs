using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>A request for chat completions, checked.</summary>
internal sealed record ChatRequest(ServedEntry Entry, AnswerTask Task, int Count, bool Streams, bool IncludesUsage)
{
    /// <summary>What the request itself asks of moderation; null for nothing.</summary>
    public ModerationFields? Moderation { get; private init; }

    /// <summary>What OpenAI's description has, and beyond it what generation_config.json names.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "messages", "model", "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier", "seed",
        "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
        "top_k", "min_p", "repetition_penalty",
    };

    public static ChatRequest Read(JsonFields request, ServedModels models, ApiOptions options)
    {
        request.Know(Known);
        var entry = models.Get(request.Needed("model", 1000));
        Refuse(request);
        var tools = OfferedTools.Read(request);
        var (use, forced) = OfferedTools.Choice(request, [.. tools, .. options.Tools?.Descriptions ?? []]);
        var logprobs = request.Flag("logprobs") ?? false;
        var alternatives = request.Whole("top_logprobs", 0, 20);
        if (alternatives > 0 && !logprobs) throw ApiError.Invalid("'top_logprobs' needs 'logprobs' to be true.", "top_logprobs");
        var streams = request.Flag("stream") ?? false;
        var streamOptions = request.Object("stream_options");
        if (streamOptions is not null && !streams) throw ApiError.Invalid("'stream_options' is for requests with 'stream': true.", "stream_options");
        var task = new AnswerTask
        {
            Model = entry.Model,
            Messages = ChatMessages.Read(request, options),
            Tools = OfferedTools.Allowed(request, tools),
            Use = use,
            ForcedTool = forced,
            ParallelCalls = request.Flag("parallel_tool_calls") ?? true,
            Sampling = SamplingFields.Read(request, request.Has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens", 1),
            MaxTokensField = request.Has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens",
            Stop = SamplingFields.Stop(request),
            Seed = SamplingFields.Seed(request),
            Effort = request.Choice("reasoning_effort", ReasoningEfforts.Names) ?? options.DefaultEffort,
            Grammar = ResponseFormats.Read(request.Object("response_format"), nested: true),
            LogProbabilities = logprobs ? (int)(alternatives ?? 0) : null,
        };
        return new ChatRequest(entry, task.With(options.Tools), (int)(request.Whole("n", 1, 128) ?? 1), streams, streamOptions?.Flag("include_usage") ?? false) { Moderation = ModerationFields.Read(request, options) };
    }

    /// <summary>What is asked for and not there is said, rather than left out.</summary>
    private static void Refuse(JsonFields request)
    {
        if (request.Has("functions") || request.Has("function_call")) throw ApiError.Unsupported("'functions' is the old form of 'tools': use that.", "functions");
        if (request.Has("audio") || request.Items("modalities", 10).Any(m => JsonFields.TextOf(m.Value, m.Path) != "text")) throw ApiError.Unsupported("This server gives text only.", "modalities");
        if (request.Has("web_search_options")) throw ApiError.Unsupported("This server has no search of the web.", "web_search_options");
        if (request.Object("logit_bias") is { } bias && bias.Element.EnumerateObject().Any()) throw ApiError.Unsupported("This server has no biases of single tokens.", "logit_bias");
        if (request.Flag("store") == true) throw ApiError.Unsupported("Chat completions are not stored here; responses are (POST /v1/responses).", "store");
        request.Metadata();
        ServiceTier(request);
        request.Text("user");
        request.Text("safety_identifier", 64);
        request.Text("prompt_cache_key", 1024);
        request.Choice("verbosity", ["low", "medium", "high"]);
    }

    public static void ServiceTier(JsonFields request) => request.Choice("service_tier", ["auto", "default", "flex", "scale", "priority", "fast"]);
}
