using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>
/// Makes a response of what a model writes, item by item, and tells each step as an event in OpenAI's order. Every event of an item has its id
/// and its place. A hidden thought is an item without content; of it there is told that it began and that it is over.
/// </summary>
internal sealed class ResponseWriter(ResponseRequest request, ApiServer api, ApiCaller caller, Func<JsonObject, Task> send)
{
    private readonly StringBuilder _thought = new(), _text = new();
    private readonly JsonArray _probabilities = [];
    private readonly ChatJson _json = new(request.Entry.Model.Name, request.Entry.Model.Format, "", api.Time.GetUtcNow());
    private JsonObject? _reasoning, _message, _call;
    private int _sequence, _place;

    public JsonObject Response { get; } = request.Response;

    public async Task WriteAsync(IAsyncEnumerable<AnswerEvent> events, Action<AnswerUsage> use, CancellationToken cancellation)
    {
        await BeginAsync();
        await foreach (var happened in events.WithCancellation(cancellation))
        {
            switch (happened)
            {
                case ThoughtPiece piece: await ThinkAsync(piece.Text); break;
                case TextPiece piece:
                    await EndThoughtAsync("completed", cancellation);
                    await SayAsync(piece);
                    break;
                case CallBegun call:
                    await EndThoughtAsync("completed", cancellation);
                    await EndMessageAsync("completed", ResponseItems.Commentary);
                    await CallAsync(call);
                    break;
                case CallArguments call: await SendAsync("response.function_call_arguments.delta", OfItem(_call!, ("delta", call.Delta))); break;
                case CallEnded call: await EndCallAsync(call); break;
                case ServerCalled call:
                    await EndThoughtAsync("completed", cancellation);
                    await EndMessageAsync("completed", ResponseItems.Commentary);
                    await CalledAsync(call);
                    break;
                case AnswerEnd end: await EndAsync(end, use, cancellation); break;
            }
        }
    }

    /// <summary>A response that answers nothing: what it was asked is read for the one that goes on from it.</summary>
    public async Task WarmAsync(Func<Task> read, Action<AnswerUsage> use)
    {
        await BeginAsync();
        await read();
        var usage = new AnswerUsage();
        usage.Read(request.Prepared.Prompt.Tokens.Length);
        use(usage);
        Change(() => (Response["status"], Response["usage"], Response["completed_at"]) = ("completed", usage.Response(), api.Time.GetUtcNow().ToUnixTimeSeconds()));
    }

    /// <summary>Tells that it failed, or was cancelled.</summary>
    public async Task FailAsync(ApiError error)
    {
        lock (Response)
        {
            Response["status"] = "failed";
            Response["error"] = new JsonObject { ["code"] = error.Status == 429 ? "rate_limit_exceeded" : "server_error", ["message"] = error.Message };
        }

        await SendAsync("response.failed", new JsonObject { ["response"] = Snapshot() });
    }

    /// <summary>The response as it is now, as the client sees it. From any thread.</summary>
    public JsonObject Snapshot()
    {
        lock (Response) return Shown(Response, request.ShowsSealed);
    }

    public static JsonObject Shown(JsonObject response, bool showsSealed)
    {
        var copy = response.DeepClone().AsObject();
        copy["output"] = new JsonArray([.. copy["output"]!.AsArray().Select(i => ResponseItems.Shown(i!.AsObject(), showsSealed))]);
        return copy;
    }

    private async Task BeginAsync()
    {
        await SendAsync("response.created", new JsonObject { ["response"] = Snapshot() });
        if (Response["status"]!.GetValue<string>() == "queued") await SendAsync("response.queued", new JsonObject { ["response"] = Snapshot() });
        Set("status", "in_progress");
        await SendAsync("response.in_progress", new JsonObject { ["response"] = Snapshot() });
    }

    private async Task ThinkAsync(string text)
    {
        if (_reasoning is null)
        {
            _reasoning = new JsonObject { ["id"] = ItemId("rs"), ["type"] = "reasoning", ["status"] = "in_progress", ["summary"] = new JsonArray() };
            await AddAsync(_reasoning);
        }

        _thought.Append(text);
        if (api.Options.ShowsReasoning) await SendAsync("response.reasoning_text.delta", OfItem(_reasoning, ("content_index", 0), ("delta", text)));
    }

    private async Task EndThoughtAsync(string status, CancellationToken cancellation)
    {
        if (_reasoning is not { } item || item["status"]!.GetValue<string>() != "in_progress") return;
        var thought = _thought.ToString();
        if (api.Options.ShowsReasoning)
        {
            await SendAsync("response.reasoning_text.done", OfItem(item, ("content_index", 0), ("text", thought)));
            Change(() => item["content"] = new JsonArray(new JsonObject { ["type"] = "reasoning_text", ["text"] = thought }));
        }

        if (request.Summary is { } detail && api.Options.Summarizer is { } summarizer && (await summarizer.SummarizeAsync(new ThoughtToSummarize(thought), detail, cancellation)).Text is { Length: > 0 } summary) await SummariseAsync(item, summary);
        var @sealed = api.Seal.Seal(thought, ThoughtSeal.Thought, item["id"]!.GetValue<string>(), request.Entry.Model.Hash, caller.Id);
        Change(() => (item["status"], item["encrypted_content"]) = (status, @sealed));
        await DoneAsync(item);
    }

    private async Task SummariseAsync(JsonObject item, string summary)
    {
        JsonObject Part(string text) => new() { ["type"] = "summary_text", ["text"] = text };
        await SendAsync("response.reasoning_summary_part.added", OfItem(item, ("summary_index", 0), ("part", Part(""))));
        await SendAsync("response.reasoning_summary_text.delta", OfItem(item, ("summary_index", 0), ("delta", summary)));
        await SendAsync("response.reasoning_summary_text.done", OfItem(item, ("summary_index", 0), ("text", summary)));
        await SendAsync("response.reasoning_summary_part.done", OfItem(item, ("summary_index", 0), ("part", Part(summary))));
        Change(() => item["summary"]!.AsArray().Add(Part(summary)));
    }

    private async Task SayAsync(TextPiece piece)
    {
        if (_message is null)
        {
            _message = ResponseItems.Message(ItemId("msg"), "assistant", [], "in_progress");
            await AddAsync(_message);
            await SendAsync("response.content_part.added", OfItem(_message, ("content_index", 0), ("part", ResponseItems.OutputText(""))));
        }

        var probabilities = new JsonArray([.. piece.Tokens.Select(_json.Token)]);
        foreach (var token in probabilities) _probabilities.Add(token!.DeepClone());
        _text.Append(piece.Text);
        await SendAsync("response.output_text.delta", OfItem(_message, ("content_index", 0), ("delta", piece.Text), ("logprobs", probabilities)));
    }

    /// <param name="phase">Known where the message ends: whether a call follows it.</param>
    private async Task EndMessageAsync(string status, string phase)
    {
        if (_message is not { } item || item["status"]!.GetValue<string>() != "in_progress") return;
        var part = ResponseItems.OutputText(_text.ToString(), _probabilities.DeepClone().AsArray());
        await SendAsync("response.output_text.done", OfItem(item, ("content_index", 0), ("text", _text.ToString()), ("logprobs", _probabilities.DeepClone())));
        await SendAsync("response.content_part.done", OfItem(item, ("content_index", 0), ("part", part.DeepClone())));
        Change(() =>
        {
            item["content"]!.AsArray().Add(part);
            (item["status"], item["phase"]) = (status, phase);
        });
        await DoneAsync(item);
    }

    /// <summary>What stands in the place of an answer that is withheld.</summary>
    private async Task RefuseAsync(string why)
    {
        JsonObject Part(string text) => new() { ["type"] = "refusal", ["refusal"] = text };
        await EndMessageAsync("incomplete", ResponseItems.FinalAnswer);
        var item = ResponseItems.Message(ItemId("msg"), "assistant", [], "in_progress");
        await AddAsync(item);
        await SendAsync("response.content_part.added", OfItem(item, ("content_index", 0), ("part", Part(""))));
        await SendAsync("response.refusal.delta", OfItem(item, ("content_index", 0), ("delta", why)));
        await SendAsync("response.refusal.done", OfItem(item, ("content_index", 0), ("refusal", why)));
        await SendAsync("response.content_part.done", OfItem(item, ("content_index", 0), ("part", Part(why))));
        Change(() =>
        {
            item["content"]!.AsArray().Add(Part(why));
            (item["status"], item["phase"]) = ("incomplete", ResponseItems.FinalAnswer);
        });
        await DoneAsync(item);
    }

    /// <summary>A call that the server has carried out; what is thought and said behind it are items of their own.</summary>
    private async Task CalledAsync(ServerCalled call)
    {
        var item = new JsonObject { ["id"] = ItemId("mcp"), ["type"] = "mcp_call", ["status"] = "in_progress", ["server_label"] = call.Label, ["name"] = call.Name, ["arguments"] = "", ["output"] = null, ["error"] = null };
        await AddAsync(item);
        await SendAsync("response.mcp_call.in_progress", OfItem(item));
        await SendAsync("response.mcp_call_arguments.delta", OfItem(item, ("delta", call.Arguments)));
        await SendAsync("response.mcp_call_arguments.done", OfItem(item, ("arguments", call.Arguments)));
        var failed = call.Result.Error is not null;
        Change(() =>
        {
            (item["arguments"], item["output"], item["status"]) = (call.Arguments, call.Result.Output, failed ? "failed" : "completed");
            if (failed) item["error"] = new JsonObject { ["type"] = "mcp_tool_execution_error", ["content"] = call.Result.Error };
        });
        await SendAsync(failed ? "response.mcp_call.failed" : "response.mcp_call.completed", OfItem(item));
        await DoneAsync(item);
        (_reasoning, _message) = (null, null);
        _thought.Clear();
        _text.Clear();
        _probabilities.Clear();
    }

    private async Task CallAsync(CallBegun call)
    {
        _call = new JsonObject { ["id"] = ItemId("fc"), ["type"] = "function_call", ["status"] = "in_progress", ["call_id"] = call.Id, ["name"] = call.Name, ["arguments"] = "" };
        await AddAsync(_call);
    }

    private async Task EndCallAsync(CallEnded call)
    {
        var item = _call!;
        await SendAsync("response.function_call_arguments.done", OfItem(item, ("name", call.Name), ("arguments", call.Arguments)));
        Change(() => (item["arguments"], item["status"]) = (call.Arguments, "completed"));
        await DoneAsync(item);
    }

    private async Task EndAsync(AnswerEnd end, Action<AnswerUsage> use, CancellationToken cancellation)
    {
        var status = end.IsCut || end.Withheld is not null ? "incomplete" : "completed";
        await EndThoughtAsync(status, cancellation);
        if (end.Withheld is { } withheld) await RefuseAsync(withheld);
        // An answer that says nothing is a message without text.
        else if (!end.IsCut && _message is null && _call is null) await SayAsync(new TextPiece("", []));
        await EndMessageAsync(status, ResponseItems.FinalAnswer);
        var usage = new AnswerUsage();
        usage.Add(end);
        use(usage);
        Change(() =>
        {
            Response["status"] = status;
            Response["usage"] = usage.Response();
            Response["moderation"] = ModerationJson.Response(end.Moderation);
            if (end.Withheld is not null) Response["incomplete_details"] = new JsonObject { ["reason"] = "content_filter" };
            else if (end.IsCut) Response["incomplete_details"] = new JsonObject { ["reason"] = "max_output_tokens" };
            else Response["completed_at"] = api.Time.GetUtcNow().ToUnixTimeSeconds();
        });
    }

    /// <summary>The last event, once everything else of the response is done (it is stored by then).</summary>
    public Task TellEndAsync() => SendAsync($"response.{Response["status"]!.GetValue<string>()}", new JsonObject { ["response"] = Snapshot() });

    private async Task AddAsync(JsonObject item)
    {
        Change(() => Response["output"]!.AsArray().Add(item));
        _place = Response["output"]!.AsArray().Count - 1;
        await SendAsync("response.output_item.added", new JsonObject { ["output_index"] = _place, ["item"] = ResponseItems.Shown(item, request.ShowsSealed) });
    }

    private Task DoneAsync(JsonObject item) => SendAsync("response.output_item.done", new JsonObject { ["output_index"] = _place, ["item"] = ResponseItems.Shown(item, request.ShowsSealed) });

    private JsonObject OfItem(JsonObject item, params ReadOnlySpan<(string Name, JsonNode? Value)> more)
    {
        var fields = new JsonObject { ["item_id"] = item["id"]!.GetValue<string>(), ["output_index"] = _place };
        foreach (var (name, value) in more) fields[name] = value;
        return fields;
    }

    private async Task SendAsync(string type, JsonObject fields)
    {
        var happened = new JsonObject { ["type"] = type, ["sequence_number"] = _sequence++ };
        foreach (var (name, value) in fields.ToArray())
        {
            fields.Remove(name);
            happened[name] = value;
        }

        await send(happened);
    }

    private string ItemId(string prefix) => ResponseItems.IdOf(prefix, request.Id, 'o', Response["output"]!.AsArray().Count);

    private void Set(string name, string value) => Change(() => Response[name] = value);

    private void Change(Action change)
    {
        lock (Response) change();
    }
}
