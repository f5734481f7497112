using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server.Tests;

/// <summary>
/// What the compliance suite of Open Responses asks, a test of ours for each of its 17 tests of 2026-10 by their ids (and for the two that other
/// revisions of it have, tool-calling-streaming and websocket-generate-false): the same requests, the same conditions, over a model that writes what it is told to, and each answer and event held against OpenAI's description instead of its own schemas.
/// </summary>
public sealed class OpenResponsesTests
{
    private const string Call = "the secret river\n</think>\n\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"location\": \"San Francisco, CA\"}}\n</tool_call>";

    private static readonly object[] Tools = [new { type = "function", name = "get_weather", description = "Get the current weather for a location", parameters = new { type = "object", properties = new { location = new { type = "string", description = "The city and state" } }, required = new[] { "location" } } }];

    [Theory]
    [InlineData("basic-response", """[{"type":"message","role":"user","content":"Say hello in exactly 3 words."}]""", "exactly 3")]
    [InlineData("assistant-phase", """[{"type":"message","role":"assistant","phase":"commentary","content":"I should answer with the saved number."},{"type":"message","role":"assistant","phase":"final_answer","content":"The number is four."},{"type":"message","role":"user","content":"Repeat only the number."}]""", "The number is four.<|im_end|>\n<|im_start|>user\nRepeat only the number.")]
    [InlineData("system-prompt", """[{"type":"message","role":"system","content":"You are a pirate."},{"type":"message","role":"user","content":"Say hello."}]""", "<|im_start|>system\nYou are a pirate.")]
    [InlineData("image-input", """[{"type":"message","role":"user","content":[{"type":"input_text","text":"What do you see? "},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]}]""", "What do you see? [image: this model reads text only]")]
    [InlineData("multi-turn", """[{"type":"message","role":"user","content":"My name is Alice."},{"type":"message","role":"assistant","content":"Hello Alice!"},{"type":"message","role":"user","content":"What is my name?"}]""", "<|im_start|>assistant\nHello Alice!<|im_end|>\n<|im_start|>user\nWhat is my name?")]
    public async Task A_message_is_answered(string id, string input, string seen)
    {
        var model = Model();
        await using var api = await ServedApi.StartAsync(model);
        var (status, body) = await api.PostAsync("/v1/responses", new JsonObject { ["model"] = "m", ["input"] = JsonNode.Parse(input), ["stream"] = false }.ToJsonString());
        status.ShouldBe(200, id);
        Completed(body);
        model.Asked[^1].Rendered.ShouldContain(seen);
    }

    /// <summary>The suite holds a response that it wrote itself against its schema; ours are made by the server, and their phases read back from it.</summary>
    [Fact]
    public async Task Response_output_phase_schema()
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", p => p.Rendered.Contains("4 degrees", StringComparison.Ordinal) ? "hm</think>\n\nIt is four degrees." : "hm</think>\n\nI am looking it up. " + Call[Call.IndexOf("<tool_call>", StringComparison.Ordinal)..]));
        var first = (await api.PostAsync("/v1/responses", new { model = "m", input = "What's the weather like in San Francisco?", tools = Tools })).Body;
        Completed(first);
        Phase(first).ShouldBe("commentary");
        var call = first["output"]!.AsArray().Single(i => i!["type"]!.GetValue<string>() == "function_call")!["call_id"]!.GetValue<string>();
        var second = (await api.PostAsync("/v1/responses", new { model = "m", previous_response_id = first["id"]!.GetValue<string>(), input = new[] { new { type = "function_call_output", call_id = call, output = "4 degrees" } }, tools = Tools })).Body;
        Phase(second).ShouldBe("final_answer");
        // Sent back without being stored, as clients do, the phases stay.
        var input = new JsonArray([JsonNode.Parse("""{"role":"user","content":"a"}"""), .. first["output"]!.AsArray().Where(i => i!["type"]!.GetValue<string>() == "message").Select(i => i!.DeepClone()), JsonNode.Parse("""{"role":"user","content":"b"}""")]);
        var third = (await api.PostAsync("/v1/responses", new JsonObject { ["model"] = "m", ["input"] = input }.ToJsonString())).Body;
        var (_, items) = await api.GetAsync($"/v1/responses/{Completed(third)}/input_items?order=asc");
        items.ShouldBe("ResponseItemList");
        items["data"]![1]!["phase"]!.GetValue<string>().ShouldBe("commentary");
        var (status, error) = await api.PostAsync("/v1/responses", """{"model":"m","input":[{"role":"assistant","phase":"thinking","content":"a"},{"role":"user","content":"b"}]}""");
        status.ShouldBe(400);
        error["error"]!["param"]!.GetValue<string>().ShouldBe("input[0].phase");

        static string Phase(JsonNode response) => response["output"]!.AsArray().Single(i => i!["type"]!.GetValue<string>() == "message")!["phase"]!.GetValue<string>();
    }

    [Fact]
    public async Task Streaming_response()
    {
        await using var api = await ServedApi.StartAsync(Model());
        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = new[] { new { type = "message", role = "user", content = "Count from 1 to 5." } }, stream = true });
        foreach (var (_, data) in events.Where(e => e.Data is not null)) data!.ShouldBe("ResponseStreamEvent");
        Completed(events[^2].Data!["response"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tool_calling_and_tool_calling_streaming(bool stream)
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => Call));
        var request = new { model = "m", input = new[] { new { type = "message", role = "user", content = "What's the weather like in San Francisco?" } }, tools = Tools, stream };
        JsonNode response;
        if (stream)
        {
            var events = await api.StreamAsync("/v1/responses", request);
            foreach (var (_, data) in events.Where(e => e.Data is not null)) data!.ShouldBe("ResponseStreamEvent");
            foreach (var name in new[] { "response.output_item.added", "response.output_item.done" }) events.ShouldContain(e => e.Name == name && e.Data!["item"]!["type"]!.GetValue<string>() == "function_call");
            foreach (var name in new[] { "response.function_call_arguments.delta", "response.function_call_arguments.done" }) events.ShouldContain(e => e.Name == name);
            response = events[^2].Data!["response"]!;
        }
        else
        {
            response = (await api.PostAsync("/v1/responses", request)).Body;
        }

        Completed(response);
        response["output"]!.AsArray().ShouldContain(i => i!["type"]!.GetValue<string>() == "function_call");
    }

    [Fact]
    public async Task Websocket_response_and_websocket_sequential_responses()
    {
        await using var api = await ServedApi.StartAsync(Model());
        await using var socket = await Socket.OpenAsync(api);
        Completed(await socket.AskAsync("""{"input":[{"type":"message","role":"user","content":"Count from 1 to 3."}]}"""));
        foreach (var word in new[] { "first", "second" }) Completed(await socket.AskAsync($$"""{"store":false,"input":"Reply with exactly: {{word}}"}"""));
    }

    [Fact]
    public async Task Websocket_continuation_however_long_the_chain_is()
    {
        var model = Model();
        await using var api = await ServedApi.StartAsync(model);
        await using var socket = await Socket.OpenAsync(api);
        var id = Completed(await socket.AskAsync("""{"store":false,"input":"Remember the code word: cobalt. Reply with OK."}"""));
        for (var i = 0; i < 3; i++)
        {
            id = Completed(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{id}}","input":"What is the code word? Reply with only the code word."}"""));
            model.Asked[^1].Rendered.ShouldContain("cobalt");
        }
    }

    [Fact]
    public async Task Websocket_reconnect_store_false_recovery_and_websocket_previous_response_not_found()
    {
        await using var api = await ServedApi.StartAsync(Model());
        string id;
        await using (var first = await Socket.OpenAsync(api)) id = Completed(await first.AskAsync("""{"store":false,"input":"Remember the code word: copper. Reply with OK."}"""));
        await using var socket = await Socket.OpenAsync(api);
        foreach (var missing in new[] { id, "resp_openresponses_missing_1" })
        {
            ErrorCode(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{missing}}","input":"Try to continue after reconnect."}""")).ShouldBe("previous_response_not_found");
            Completed(await socket.AskAsync("""{"store":false,"input":[{"type":"message","role":"user","content":"Start a new response."}]}"""));
        }
    }

    [Fact]
    public async Task Websocket_generate_false()
    {
        var model = Model();
        await using var api = await ServedApi.StartAsync(model);
        await using var socket = await Socket.OpenAsync(api);
        var warm = await socket.AskAsync("""{"store":false,"generate":false,"input":"Prepare to answer with exactly: warmed"}""");
        var response = warm[^1]["response"]!;
        response.ShouldBe("Response");
        response["status"]!.GetValue<string>().ShouldBe("completed");
        response["output"]!.AsArray().ShouldBeEmpty();
        response["usage"]!["output_tokens"]!.GetValue<int>().ShouldBe(0);
        // It was read, and no more was drawn than has to be.
        model.Asked.ShouldHaveSingleItem().MaxTokens.ShouldBe(1);
        Completed(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{response["id"]}}","input":"Reply with exactly: warmed"}"""));
        model.Asked[^1].Rendered.ShouldContain("Prepare to answer");
        ErrorCode(await socket.AskAsync("""{"generate":"no","input":"a"}""")).ShouldNotBeNull();
        // Over HTTP nothing is read ahead.
        (await api.PostAsync("/v1/responses", new { model = "m", input = "a", generate = false })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Websocket_failed_continuation_evicts_cache_and_another_mistake_does_not()
    {
        await using var api = await ServedApi.StartAsync(Model());
        await using var socket = await Socket.OpenAsync(api);
        var id = Completed(await socket.AskAsync("""{"store":false,"input":"Remember the code word: ember. Reply with OK."}"""));
        ErrorCode(await socket.AskAsync("""{"input":5}""")).ShouldNotBeNull();
        ErrorCode(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{id}}","input":[{"type":"function_call_output","call_id":"call_openresponses_missing","output":"none"}]}""")).ShouldNotBeNull();
        ErrorCode(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{id}}","input":"Try to continue after the failed turn."}""")).ShouldBe("previous_response_not_found");
        id = Completed(await socket.AskAsync("""{"store":false,"input":"Once more."}"""));
        ErrorCode(await socket.AskAsync("""{"input":5}""")).ShouldNotBeNull();
        Completed(await socket.AskAsync($$"""{"store":false,"previous_response_id":"{{id}}","input":"Go on."}"""));
    }

    [Fact]
    public async Task Websocket_compact_new_chain_and_compaction_over_HTTP()
    {
        var model = new ScriptedModel("m", p => p.Rendered.Contains("Write down", StringComparison.Ordinal) ? "The code word is slate." : "hm</think>\n\nOK.");
        await using var api = await ServedApi.StartAsync(model);
        var input = JsonNode.Parse("""[{"type":"message","role":"user","content":[{"type":"input_text","text":"Remember the compaction code word: slate."}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"OK."}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"Compress this conversation."}]}]""");
        var (status, compact) = await api.PostAsync("/v1/responses/compact", new JsonObject { ["model"] = "m", ["input"] = input }.ToJsonString());
        status.ShouldBe(200, compact.ToJsonString());
        compact.ShouldBe("CompactResource");
        var window = new JsonArray([.. compact["output"]!.AsArray().Select(i => i!.DeepClone()), JsonNode.Parse("""{"type":"message","role":"user","content":"Continue from here."}""")]);
        await using var socket = await Socket.OpenAsync(api);
        Completed(await socket.AskAsync(new JsonObject { ["store"] = false, ["input"] = window.DeepClone(), ["tools"] = new JsonArray() }.ToJsonString()));
        model.Asked[^1].Rendered.ShouldContain("The code word is slate.");
        Completed((await api.PostAsync("/v1/responses", new JsonObject { ["model"] = "m", ["input"] = window }.ToJsonString())).Body);
    }

    [Fact]
    public async Task Compact_response_and_compact_missing_model()
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "The launch is on Tuesday; support is told first."));
        const string Conversation = """[{"type":"message","role":"user","content":"We agreed to launch on Tuesday and notify support first."},{"type":"message","role":"assistant","content":"Understood. The launch is Tuesday, with support notified beforehand."}]""";
        var (status, compact) = await api.PostAsync("/v1/responses/compact", $$"""{"model":"m","prompt_cache_key":"openresponses-compact-test","input":{{Conversation}}}""");
        status.ShouldBe(200, compact.ToJsonString());
        compact.ShouldBe("CompactResource");
        compact["object"]!.GetValue<string>().ShouldBe("response.compaction");
        compact["output"]!.AsArray().ShouldContain(i => i!["type"]!.GetValue<string>() == "compaction");
        compact.ToJsonString().ShouldNotContain("Tuesday");
        var (missing, error) = await api.PostAsync("/v1/responses/compact", """{"input":[{"type":"message","role":"user","content":"Compact this conversation."}]}""");
        missing.ShouldBe(400);
        error["error"]!["param"]!.GetValue<string>().ShouldBe("model");
        error["error"]!["code"]!.GetValue<string>().ShouldBe("missing_required_parameter");
    }

    private static ScriptedModel Model() => new("m", _ => "the secret river\n</think>\n\nHello, Paris!");

    /// <returns>The response's id.</returns>
    private static string Completed(IReadOnlyList<JsonNode> events)
    {
        foreach (var happened in events) happened.ShouldBe("ResponseStreamEvent");
        events.Select(e => e["sequence_number"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, events.Count));
        return Completed(events[^1]["response"]!);
    }

    private static string Completed(JsonNode response)
    {
        response.ShouldBe("Response");
        response["status"]!.GetValue<string>().ShouldBe("completed", response.ToJsonString());
        response["output"]!.AsArray().ShouldNotBeEmpty();
        response.ToJsonString().ShouldNotContain("river");
        return response["id"]!.GetValue<string>();
    }

    private static string? ErrorCode(IReadOnlyList<JsonNode> events)
    {
        events[^1]["type"]!.GetValue<string>().ShouldBe("error", events[^1].ToJsonString());
        events[^1].ShouldBe("ResponseErrorEvent");
        return events[^1]["error"]!["code"]!.GetValue<string>();
    }

    /// <summary>A connection on which responses are made one after another.</summary>
    private sealed class Socket(ClientWebSocket socket) : IAsyncDisposable
    {
        public static async Task<Socket> OpenAsync(ServedApi api)
        {
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri(api.Server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/v1/responses"), CancellationToken.None);
            return new Socket(socket);
        }

        /// <param name="fields">Of the request, but for its type and model.</param>
        /// <returns>The events up to the last of the response.</returns>
        public async Task<IReadOnlyList<JsonNode>> AskAsync(string fields)
        {
            var request = JsonNode.Parse(fields)!;
            (request["type"], request["model"]) = ("response.create", "m");
            await socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            var events = new List<JsonNode>();
            while (events.Count == 0 || events[^1]["type"]!.GetValue<string>() is not ("response.completed" or "response.incomplete" or "response.failed" or "error"))
            {
                using var message = new MemoryStream();
                var buffer = new byte[16 * 1024];
                WebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer, CancellationToken.None);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                events.Add(JsonNode.Parse(message.ToArray())!);
            }

            return events;
        }

        public async ValueTask DisposeAsync()
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            socket.Dispose();
        }
    }
}
