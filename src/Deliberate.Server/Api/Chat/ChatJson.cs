using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>Chat completions and their chunks as OpenAI writes them.</summary>
internal sealed class ChatJson(string model, TextFormat format, string fingerprint, DateTimeOffset now)
{
    private readonly string _id = "chatcmpl-" + Identifiers.Random(29);

    public JsonObject Completion(JsonArray choices, JsonObject usage) => new()
    {
        ["id"] = _id,
        ["object"] = "chat.completion",
        ["created"] = now.ToUnixTimeSeconds(),
        ["model"] = model,
        ["choices"] = choices,
        ["usage"] = usage,
        ["service_tier"] = "default",
        ["system_fingerprint"] = fingerprint,
    };

    public JsonObject Chunk(JsonArray choices) => new()
    {
        ["id"] = _id,
        ["object"] = "chat.completion.chunk",
        ["created"] = now.ToUnixTimeSeconds(),
        ["model"] = model,
        ["service_tier"] = "default",
        ["system_fingerprint"] = fingerprint,
        ["choices"] = choices,
    };

    /// <summary>A chunk of one choice.</summary>
    public JsonObject Chunk(int index, JsonObject delta, IReadOnlyList<TokenLogProbability>? tokens = null, string? finish = null) => Chunk([new JsonObject
    {
        ["index"] = index,
        ["delta"] = delta,
        ["logprobs"] = LogProbabilities(tokens),
        ["finish_reason"] = finish,
    }]);

    public static JsonObject Usage(int prompt, int cached, int completion, int thinking) => new()
    {
        ["prompt_tokens"] = prompt,
        ["completion_tokens"] = completion,
        ["total_tokens"] = prompt + completion,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = cached, ["audio_tokens"] = 0 },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = thinking, ["audio_tokens"] = 0, ["accepted_prediction_tokens"] = 0, ["rejected_prediction_tokens"] = 0 },
    };

    public static string Finish(AnswerEnd end) => end.Withheld is not null ? "content_filter" : end.IsCut ? "length" : end.Calls > 0 ? "tool_calls" : "stop";

    public JsonObject? LogProbabilities(IReadOnlyList<TokenLogProbability>? tokens) => tokens is null ? null : new JsonObject
    {
        ["content"] = new JsonArray([.. tokens.Select(Token)]),
        ["refusal"] = null,
    };

    /// <summary>A token with its bytes, which are not whole characters in every token, and its alternatives.</summary>
    public JsonObject Token(TokenLogProbability token)
    {
        var json = Token(token.Token, token.Value);
        json["top_logprobs"] = new JsonArray([.. token.Alternatives.Select(a => Token(a.Token, a.LogProbability))]);
        return json;
    }

    private JsonObject Token(int id, double value)
    {
        var text = format.Tokenizer.Decode([id], skipSpecial: false);
        var bytes = format.Tokenizer.DecodesBytes && !format.Tokenizer.IsSpecial(id) && format.Tokenizer.BytesOf(id) is { Length: > 0 } own ? own.ToArray() : Encoding.UTF8.GetBytes(text);
        return new JsonObject { ["token"] = text, ["logprob"] = Finite(value), ["bytes"] = new JsonArray([.. bytes.Select(b => (JsonNode)(int)b)]) };
    }

    /// <summary>JSON has no infinity; OpenAI writes so for what cannot be.</summary>
    private static double Finite(double value) => double.IsFinite(value) ? value : -9999;
}
