using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary><c>POST /v1/chat/completions</c>, whole or streamed.</summary>
internal static class ChatEndpoint
{
    public static async Task HandleAsync(ApiExchange exchange)
    {
        var api = exchange.Api;
        var request = ChatRequest.Read(await ApiJson.ReadAsync(exchange.Context), api.Models, api.Options);
        exchange.Model = request.Entry.Model.Name;
        var prepared = PreparedAnswer.Of(request.Task, request.Entry.Writer, api.Options) with { Guard = AnswerGuard.For(api, request.Task, request.Moderation) };
        using var limit = exchange.Limit();
        using var place = await request.Entry.Queue.EnterAsync(exchange.Caller.Id, request.Count, limit.Token);
        var json = new ChatJson(request.Entry.Model.Name, request.Entry.Model.Format, exchange.Fingerprint(request.Entry.Model), api.Time.GetUtcNow());
        var events = AnswerMerge.Read(prepared, request.Count, place, limit.Token);
        if (request.Streams) await exchange.StreamAsync(stream => StreamAsync(stream, events, request, json, exchange));
        else await ApiJson.WriteAsync(exchange.Context, await WholeAsync(events, request, json, exchange));
    }

    private static async Task<JsonObject> WholeAsync(IAsyncEnumerable<(int Choice, AnswerEvent Event)> events, ChatRequest request, ChatJson json, ApiExchange exchange)
    {
        var choices = Enumerable.Range(0, request.Count).Select(_ => new Choice()).ToArray();
        var usage = new AnswerUsage();
        await foreach (var (number, happened) in events)
        {
            var choice = choices[number];
            switch (happened)
            {
                case TextPiece piece:
                    choice.Text.Append(piece.Text);
                    choice.Tokens.AddRange(piece.Tokens);
                    break;
                case CallBegun call: choice.Calls.Add(new JsonObject { ["id"] = call.Id, ["type"] = "function" }); break;
                case CallEnded call: choice.Calls[call.Index]!["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments }; break;
                case AnswerEnd end:
                    choice.End = end;
                    usage.Add(end);
                    break;
            }
        }

        exchange.Use(usage);
        var completion = json.Completion(new JsonArray([.. choices.Select((c, at) => Written(c, at, request, json, exchange))]), usage.Chat());
        if (ModerationJson.Chat([.. choices.Select(c => c.End!.Moderation)]) is { } moderation) completion["moderation"] = moderation;
        return completion;
    }

    private static JsonObject Written(Choice choice, int index, ChatRequest request, ChatJson json, ApiExchange exchange)
    {
        var text = choice.Text.ToString();
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = text.Length == 0 && (choice.Calls.Count > 0 || choice.End!.Withheld is not null) ? null : text,
            ["refusal"] = choice.End!.Withheld,
            ["annotations"] = new JsonArray(),
        };
        if (choice.Calls.Count > 0) message["tool_calls"] = choice.Calls;
        if (exchange.Api.Options.ShowsReasoning && choice.End!.Thinking is { } thinking) AddThought(message, thinking);
        return new JsonObject
        {
            ["index"] = index,
            ["message"] = message,
            ["logprobs"] = json.LogProbabilities(request.Task.LogProbabilities is null ? null : choice.Tokens),
            ["finish_reason"] = ChatJson.Finish(choice.End!),
        };
    }

    private static async Task StreamAsync(EventStream stream, IAsyncEnumerable<(int Choice, AnswerEvent Event)> events, ChatRequest request, ChatJson json, ApiExchange exchange)
    {
        for (var i = 0; i < request.Count; i++) await Send(json.Chunk(i, new JsonObject { ["role"] = "assistant", ["content"] = "", ["refusal"] = null }, request.Task.LogProbabilities is null ? null : []));
        var usage = new AnswerUsage();
        var outcomes = new List<ModerationOutcome?>();
        await foreach (var (number, happened) in stream.Alive(events))
        {
            switch (happened)
            {
                case TextPiece piece: await Send(json.Chunk(number, new JsonObject { ["content"] = piece.Text }, request.Task.LogProbabilities is null ? null : piece.Tokens)); break;
                case ThoughtPiece piece when exchange.Api.Options.ShowsReasoning:
                    var thought = new JsonObject();
                    AddThought(thought, piece.Text);
                    await Send(json.Chunk(number, thought));
                    break;
                case CallBegun call: await Send(json.Chunk(number, Call(call.Index, new JsonObject { ["name"] = call.Name, ["arguments"] = "" }, call.Id))); break;
                case CallArguments call: await Send(json.Chunk(number, Call(call.Index, new JsonObject { ["arguments"] = call.Delta }))); break;
                case AnswerEnd end:
                    usage.Add(end);
                    outcomes.Add(end.Moderation);
                    if (end.Withheld is { } withheld) await Send(json.Chunk(number, new JsonObject { ["refusal"] = withheld }));
                    var finish = json.Chunk(number, [], finish: ChatJson.Finish(end));
                    // With the last of several, since it is one field for all of them.
                    if (outcomes.Count == request.Count && ModerationJson.Chat(outcomes) is { } moderation) finish["moderation"] = moderation;
                    await Send(finish);
                    break;
            }
        }

        exchange.Use(usage);
        if (request.IncludesUsage)
        {
            var last = json.Chunk([]);
            last["usage"] = usage.Chat();
            await stream.SendAsync(last);
        }

        await stream.DoneAsync();

        Task Send(JsonObject chunk)
        {
            if (request.IncludesUsage) chunk["usage"] = null;
            return stream.SendAsync(chunk);
        }
    }

    private static JsonObject Call(int index, JsonObject function, string? id = null)
    {
        var call = new JsonObject { ["index"] = index };
        if (id is not null) (call["id"], call["type"]) = (id, "function");
        call["function"] = function;
        return new JsonObject { ["tool_calls"] = new JsonArray(call) };
    }

    /// <summary>Both names that clients look for.</summary>
    private static void AddThought(JsonObject message, string text) => (message["reasoning_content"], message["reasoning"]) = (text, text);

    private sealed class Choice
    {
        public StringBuilder Text { get; } = new();

        public List<TokenLogProbability> Tokens { get; } = [];

        public JsonArray Calls { get; } = [];

        public AnswerEnd? End { get; set; }
    }
}
