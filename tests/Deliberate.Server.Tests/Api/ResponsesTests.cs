using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server.Tests;

/// <summary>Responses: the order of events, every field there, what is kept and given back. Held against OpenAI's own description.</summary>
public sealed class ResponsesTests
{
    private const string Thoughtful = "the secret river stone\n</think>\n\nHello, Paris!";

    /// <summary>Of Open Responses: each is there, null where it is not known.</summary>
    private static readonly string[] Fields =
    [
        "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id", "instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p",
        "presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage", "max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "metadata", "safety_identifier", "prompt_cache_key",
    ];

    private static readonly object[] Tools = [new { type = "function", name = "get_weather", description = "The weather.", parameters = new { type = "object", properties = new { city = new { type = "string" } } }, strict = false }];

    [Fact]
    public async Task A_response_has_every_field_and_no_thought()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var (status, body) = await api.PostAsync("/v1/responses", new { model = "m", input = "Hello", instructions = "Be brief.", metadata = new { a = "b" } });
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("Response");
        foreach (var field in Fields) body.AsObject().ContainsKey(field).ShouldBeTrue(field);
        body["status"]!.GetValue<string>().ShouldBe("completed");
        body["output"]!.AsArray().Select(i => i!["type"]!.GetValue<string>()).ShouldBe(["reasoning", "message"]);
        body["output"]![0]!.AsObject().ContainsKey("encrypted_content").ShouldBeFalse();
        body["output"]![1]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("Hello, Paris!");
        body["usage"]!["output_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBeGreaterThan(4);
        api.Sent.ShouldNotContain("river");
        var id = body["id"]!.GetValue<string>();
        var (_, again) = await api.GetAsync($"/v1/responses/{id}");
        JsonNode.DeepEquals(again, body).ShouldBeTrue(again.ToJsonString());
        var (_, input) = await api.GetAsync($"/v1/responses/{id}/input_items");
        input.ShouldBe("ResponseItemList");
        input["data"]![0]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("Hello");
        (await api.DeleteAsync($"/v1/responses/{id}")).Status.ShouldBe(200);
        (await api.GetAsync($"/v1/responses/{id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Events_come_in_their_order_with_ids_places_and_numbers()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = "Hello", stream = true, reasoning = new { summary = "auto" } });
        Check(events);
        var types = events.Where(e => e.Data is not null).Select(e => e.Name!).ToArray();
        types.Where((t, i) => i == 0 || t != types[i - 1]).ShouldBe(
        [
            "response.created", "response.in_progress", "response.output_item.added", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done", "response.output_item.done", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done",
            "response.output_item.done", "response.completed",
        ]);
        string.Concat(events.Where(e => e.Name == "response.output_text.delta").Select(e => e.Data!["delta"]!.GetValue<string>())).ShouldBe("Hello, Paris!");
        var summary = events.Single(e => e.Name == "response.reasoning_summary_text.done").Data!["text"]!.GetValue<string>();
        summary.ShouldStartWith("The model ");
        api.Sent.ShouldNotContain("river");
        await using var silent = await ServedApi.StartAsync(Thoughtful, o => o with { Summarizer = null });
        (await silent.StreamAsync("/v1/responses", new { model = "m", input = "Hello", stream = true, reasoning = new { summary = "auto" } })).ShouldNotContain(e => e.Name == "response.reasoning_summary_text.done");
    }

    [Fact]
    public async Task Calls_stream_their_arguments_and_go_on_with_their_outputs_and_the_thought_before_them()
    {
        var model = new ScriptedModel("m", p => p.Rendered.Contains("18 degrees", StringComparison.Ordinal) ? "</think>\n\nMild." : "the secret river\n</think>\n\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>");
        await using var api = await ServedApi.StartAsync(model);
        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = "Weather?", stream = true, tools = Tools, store = false, include = new[] { "reasoning.encrypted_content" } });
        Check(events);
        string.Concat(events.Where(e => e.Name == "response.function_call_arguments.delta").Select(e => e.Data!["delta"]!.GetValue<string>())).ShouldBe("{\"city\": \"Paris\"}");
        var response = events.Single(e => e.Name == "response.completed").Data!["response"]!;
        response.ShouldBe("Response");
        var output = response["output"]!.AsArray();
        output.Select(i => i!["type"]!.GetValue<string>()).ShouldBe(["reasoning", "function_call"]);
        var sealedContent = output[0]!["encrypted_content"]!.GetValue<string>();
        var call = output[1]!["call_id"]!.GetValue<string>();
        object[] Next(string content, string? id) => [new { type = "message", role = "user", content = "Weather?" }, id is null ? new { type = "reasoning", summary = Array.Empty<object>(), encrypted_content = content } : (object)new { type = "reasoning", id, summary = Array.Empty<object>(), encrypted_content = content }, new { type = "function_call", call_id = call, name = "get_weather", arguments = "{\"city\": \"Paris\"}" }, new { type = "function_call_output", call_id = call, output = "18 degrees" }];
        foreach (var id in new[] { output[0]!["id"]!.GetValue<string>(), null })
        {
            var (status, body) = await api.PostAsync("/v1/responses", new { model = "m", input = Next(sealedContent, id), tools = Tools, store = false });
            status.ShouldBe(200, body.ToJsonString());
            body["output"]!.AsArray()[^1]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("Mild.");
            model.Asked[^1].Rendered.ShouldContain("<think>\nthe secret river\n</think>");
        }

        // Forged, spliced and foreign ones do not open.
        var other = output[0]!["id"]!.GetValue<string>()[..^1] + "7";
        var dot = sealedContent.IndexOf('.', StringComparison.Ordinal);
        var flipped = sealedContent[..^9] + (sealedContent[^9] == 'A' ? 'B' : 'A') + sealedContent[^8..];
        foreach (var (content, id) in new[] { (flipped, (string?)null), (sealedContent, other), (other + sealedContent[dot..], null), ("nonsense", null), (sealedContent[..(dot + 20)], null), ("", null) })
        {
            var (status, body) = await api.PostAsync("/v1/responses", new { model = "m", input = Next(content, id), tools = Tools });
            status.ShouldBe(400, content);
            body.ShouldBeError();
            body["error"]!["code"]!.GetValue<string>().ShouldBe("invalid_encrypted_content");
        }

        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task A_sealed_thought_belongs_to_one_model_and_one_key()
    {
        using var seal = ThoughtSeal.Open(null);
        using var another = ThoughtSeal.Open(null);
        var @sealed = seal.Seal("the river", ThoughtSeal.Thought, "rs_1", "model", "key");
        seal.Open(@sealed, ThoughtSeal.Thought, "rs_1", "model", "key", "a").ShouldBe("the river");
        Should.Throw<ApiError>(() => seal.Open(@sealed, ThoughtSeal.Thought, "rs_1", "another", "key", "a"));
        Should.Throw<ApiError>(() => seal.Open(@sealed, ThoughtSeal.Thought, "rs_1", "model", "another", "a"));
        Should.Throw<ApiError>(() => seal.Open(@sealed, ThoughtSeal.Summary, "rs_1", "model", "key", "a"));
        Should.Throw<ApiError>(() => another.Open(@sealed, ThoughtSeal.Thought, "rs_1", "model", "key", "a"));
        seal.Seal("the river", ThoughtSeal.Thought, "rs_1", "model", "key").ShouldNotBe(@sealed);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task What_came_before_is_gone_on_from_with_its_thought_in_the_same_turn_only()
    {
        var model = new ScriptedModel("m", _ => Thoughtful);
        await using var api = await ServedApi.StartAsync(model);
        var (_, first) = await api.PostAsync("/v1/responses", new { model = "m", input = "One" });
        var (_, second) = await api.PostAsync("/v1/responses", new { model = "m", input = "Two", previous_response_id = first["id"]!.GetValue<string>() });
        second["previous_response_id"]!.GetValue<string>().ShouldBe(first["id"]!.GetValue<string>());
        model.Asked[^1].Rendered.ShouldBe("<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\nHello, Paris!<|im_end|>\n<|im_start|>user\nTwo<|im_end|>\n<|im_start|>assistant\n<think>\n");
        await api.PostAsync("/v1/responses", new { model = "m", input = "Three", previous_response_id = second["id"]!.GetValue<string>(), reasoning = new { context = "all_turns" } });
        model.Asked[^1].Rendered.ShouldContain("the secret river stone");
        var reference = new { type = "item_reference", id = first["output"]![1]!["id"]!.GetValue<string>() };
        var (status, _) = await api.PostAsync("/v1/responses", new { model = "m", input = new object[] { new { role = "user", content = "One" }, reference, new { role = "user", content = "Four" } } });
        status.ShouldBe(200);
        model.Asked[^1].Rendered.ShouldContain("Hello, Paris!");
        (await api.PostAsync("/v1/responses", new { model = "m", input = "a", previous_response_id = "resp_none" })).Status.ShouldBe(404);
        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task A_budget_that_ends_within_the_thought_leaves_an_incomplete_response_without_text()
    {
        await using var api = await ServedApi.StartAsync(string.Concat(Enumerable.Repeat(" river", 100)) + "</think>\n\nDone.");
        var (_, body) = await api.PostAsync("/v1/responses", new { model = "m", input = "a", max_output_tokens = 16 });
        body.ShouldBe("Response");
        body["status"]!.GetValue<string>().ShouldBe("incomplete");
        body["incomplete_details"]!["reason"]!.GetValue<string>().ShouldBe("max_output_tokens");
        body["output"]!.AsArray().Select(i => i!["type"]!.GetValue<string>()).ShouldBe(["reasoning"]);
        Check(await api.StreamAsync("/v1/responses", new { model = "m", input = "a", max_output_tokens = 16, stream = true }));
        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task A_response_in_the_background_is_polled_streamed_and_cancelled()
    {
        using var gate = new SemaphoreSlim(0);
        var model = new ScriptedModel("m", _ => Thoughtful) { Pace = gate.WaitAsync };
        await using var api = await ServedApi.StartAsync(model);
        var (_, queued) = await api.PostAsync("/v1/responses", new { model = "m", input = "a", background = true });
        queued.ShouldBe("Response");
        queued["status"]!.GetValue<string>().ShouldBeOneOf("queued", "in_progress");
        var id = queued["id"]!.GetValue<string>();
        (await api.PostAsync("/v1/responses", new { model = "m", input = "b", previous_response_id = id })).Status.ShouldBe(400);
        gate.Release(1000);
        var (_, text, _) = await api.SendAsync(HttpMethod.Get, $"/v1/responses/{id}?stream=true&starting_after=1", null, null);
        var events = ServedApi.Events(text);
        events[0].Data!["sequence_number"]!.GetValue<int>().ShouldBe(2);
        events[^2].Name.ShouldBe("response.completed");
        var (_, done) = await api.GetAsync($"/v1/responses/{id}");
        done["status"]!.GetValue<string>().ShouldBe("completed");

        while (gate.Wait(0)) { }
        var (_, second) = await api.PostAsync("/v1/responses", new { model = "m", input = "a", background = true });
        var (_, cancelled) = await api.PostAsync($"/v1/responses/{second["id"]!.GetValue<string>()}/cancel", new { });
        cancelled.ShouldBe("Response");
        cancelled["status"]!.GetValue<string>().ShouldBe("cancelled");
        (await api.GetAsync($"/v1/responses/{second["id"]!.GetValue<string>()}")).Body["status"]!.GetValue<string>().ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_response_that_waits_is_cancelled_at_once_and_one_that_is_deleted_is_gone()
    {
        using var gate = new SemaphoreSlim(0);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => Thoughtful) { Pace = gate.WaitAsync }, o => o with { Slots = 1 });
        async Task<string> BeginAsync() => (await api.PostAsync("/v1/responses", new { model = "m", input = "a", background = true })).Body["id"]!.GetValue<string>();
        var (first, second) = (await BeginAsync(), await BeginAsync());
        (await api.PostAsync($"/v1/responses/{second}/cancel", new { })).Body["status"]!.GetValue<string>().ShouldBe("cancelled", "while the first has the only place");
        gate.Release(1000);
        ServedApi.Events((await api.SendAsync(HttpMethod.Get, $"/v1/responses/{first}?stream=true", null, null)).Text)[^2].Name.ShouldBe("response.completed");
        (await api.DeleteAsync($"/v1/responses/{first}")).Status.ShouldBe(200);
        foreach (var path in new[] { "", "?stream=true", "/input_items" }) (await api.SendAsync(HttpMethod.Get, $"/v1/responses/{first}{path}", null, null)).Status.ShouldBe(404, path);
    }

    [Fact]
    public async Task What_cannot_be_kept_costs_no_place_of_the_model()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful, o => o with { Slots = 2 });
        const string Halved = """{"model":"m","input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"\ud800"}]}]}""";
        for (var i = 0; i < 3; i++)
        {
            var (status, refused) = await api.PostAsync("/v1/responses", Halved);
            status.ShouldBe(400);
            refused["error"]!["param"]!.GetValue<string>().ShouldBe("input[1].summary[0].text");
        }

        var store = Path.Combine(api.Folder, "store");
        Directory.Move(store, store + "-aside");
        await File.WriteAllTextAsync(store, "");
        foreach (var background in new[] { false, false, false, true, true, true }) (await api.PostAsync("/v1/responses", new { model = "m", input = "a", background })).Status.ShouldBe(503);
        File.Delete(store);
        Directory.Move(store + "-aside", store);
        for (var i = 0; i < 3; i++) (await api.PostAsync("/v1/responses", new { model = "m", input = "a" })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_server_that_was_cut_off_says_of_what_was_unfinished_that_it_failed_and_answers_for_the_rest()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-api-").FullName;
        var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => Thoughtful), folder: folder);
        var (_, body) = await api.PostAsync("/v1/responses", new { model = "m", input = "a" });
        var id = body["id"]!.GetValue<string>();
        await api.StopAsync();
        // As a process that was killed leaves it.
        var file = Path.Combine(folder, "store", id + ".json");
        var open = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        open["response"]!["status"] = "in_progress";
        var cut = "resp_" + new string('x', 32);
        open["response"]!["id"] = cut;
        await File.WriteAllTextAsync(Path.Combine(folder, "store", cut + ".open.json"), open.ToJsonString());
        (await File.ReadAllTextAsync(file)).ShouldNotContain("river");

        await using var restarted = await ServedApi.StartAsync(new ScriptedModel("m", _ => Thoughtful), folder: folder);
        var (_, failed) = await restarted.GetAsync($"/v1/responses/{cut}");
        failed.ShouldBe("Response");
        failed["status"]!.GetValue<string>().ShouldBe("failed");
        var (_, kept) = await restarted.GetAsync($"/v1/responses/{id}");
        kept["status"]!.GetValue<string>().ShouldBe("completed");
        // What was sealed before still opens.
        (await restarted.PostAsync("/v1/responses", new { model = "m", input = "b", previous_response_id = id, reasoning = new { context = "all_turns" } })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_conversation_grows_with_its_responses()
    {
        var model = new ScriptedModel("m", _ => Thoughtful);
        await using var api = await ServedApi.StartAsync(model);
        var (_, made) = await api.PostAsync("/v1/conversations", new { metadata = new { a = "b" }, items = new[] { new { type = "message", role = "user", content = "My name is Ada." } } });
        made.ShouldBe("ConversationResource");
        var id = made["id"]!.GetValue<string>();
        var (_, body) = await api.PostAsync("/v1/responses", new { model = "m", input = "Hello", conversation = id });
        body.ShouldBe("Response");
        model.Asked[^1].Rendered.ShouldContain("My name is Ada.");
        var (_, items) = await api.GetAsync($"/v1/conversations/{id}/items?order=asc");
        items.ShouldBe("ConversationItemList");
        items["data"]!.AsArray().Select(i => i!["type"]!.GetValue<string>()).ShouldBe(["message", "message", "reasoning", "message"]);
        var (_, added) = await api.PostAsync($"/v1/conversations/{id}/items", new { items = new[] { new { role = "user", content = "More" } } });
        added.ShouldBe("ConversationItemList");
        var item = added["data"]![0]!["id"]!.GetValue<string>();
        (await api.GetAsync($"/v1/conversations/{id}/items/{item}")).Body.ShouldBe("ConversationItem");
        (await api.DeleteAsync($"/v1/conversations/{id}/items/{item}")).Body.ShouldBe("ConversationResource");
        (await api.GetAsync($"/v1/conversations/{id}/items/{item}")).Status.ShouldBe(404);
        (await api.PostAsync($"/v1/conversations/{id}", new { metadata = new { c = "d" } })).Body["metadata"]!["c"]!.GetValue<string>().ShouldBe("d");
        (await api.DeleteAsync($"/v1/conversations/{id}")).Body.ShouldBe("DeletedConversationResource");
        (await api.GetAsync($"/v1/conversations/{id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_compaction_stands_for_what_it_was_made_of()
    {
        var model = new ScriptedModel("m", p => p.Rendered.Contains("Write down", StringComparison.Ordinal) ? "Ada asked for the weather." : Thoughtful);
        await using var api = await ServedApi.StartAsync(model);
        var (status, body) = await api.PostAsync("/v1/responses/compact", new { model = "m", input = new object[] { new { role = "user", content = "I am Ada. Weather?" }, new { role = "assistant", content = "Mild." } } });
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CompactResource");
        var item = body["output"]![0]!;
        var (_, next) = await api.PostAsync("/v1/responses", new { model = "m", input = new object[] { item.DeepClone(), new { role = "user", content = "And now?" } } });
        next["status"]!.GetValue<string>().ShouldBe("completed");
        model.Asked[^1].Rendered.ShouldContain("Ada asked for the weather.");
        var (_, count) = await api.PostAsync("/v1/responses/input_tokens", new { model = "m", input = "Hello" });
        count.ShouldBe("TokenCountsResource");
        count["input_tokens"]!.GetValue<int>().ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_socket_gives_the_same_events_and_goes_on_from_what_is_not_stored()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(api.Server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/v1/responses"), CancellationToken.None);
        async Task<List<JsonNode>> Ask(object body)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(body)), WebSocketMessageType.Text, true, CancellationToken.None);
            var events = new List<JsonNode>();
            var buffer = new byte[1 << 20];
            while (events.Count == 0 || events[^1]["type"]!.GetValue<string>() is not ("response.completed" or "response.incomplete" or "response.failed" or "error"))
            {
                var length = 0;
                WebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length).ToArray() is var rest ? new ArraySegment<byte>(buffer, length, rest.Length) : default, CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                events.Add(JsonNode.Parse(buffer.AsSpan(0, length))!);
            }

            return events;
        }

        var first = await Ask(new { type = "response.create", model = "m", input = "Hello", store = false });
        foreach (var happened in first) happened.ShouldBe("ResponseStreamEvent");
        var response = first[^1]["response"]!;
        response["status"]!.GetValue<string>().ShouldBe("completed");
        var second = await Ask(new { type = "response.create", model = "m", input = "More", store = false, previous_response_id = response["id"]!.GetValue<string>() });
        second[^1]["response"]!["status"]!.GetValue<string>().ShouldBe("completed");
        var wrong = await Ask(new { type = "response.create", model = "none", input = "More" });
        wrong[^1]["type"]!.GetValue<string>().ShouldBe("error");
        wrong[^1]["error"]!["code"]!.GetValue<string>().ShouldBe("model_not_found");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        string.Concat(first.Concat(second).Select(e => e.ToJsonString())).ShouldNotContain("river");
    }

    [Fact]
    public async Task Raw_thought_is_told_where_the_operator_says_so()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful, o => o with { ShowsReasoning = true });
        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = "Hello", stream = true });
        Check(events);
        string.Concat(events.Where(e => e.Name == "response.reasoning_text.delta").Select(e => e.Data!["delta"]!.GetValue<string>())).ShouldBe("the secret river stone");
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":5}""", "input")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":0}""", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","inputs":"b"}""", "inputs")]
    [InlineData("""{"model":"m","input":[{"type":"computer_call","id":"x"}]}""", "input[0].type")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"x","output":"y"}]}""", "input[0].call_id")]
    [InlineData("""{"model":"m","input":"a","include":["everything"]}""", "include")]
    [InlineData("""{"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"a","schema":{"not":{}}}}}""", "text.format.schema")]
    [InlineData("""{"model":"m","input":"a","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","input":"a","background":true,"store":false}""", "background")]
    [InlineData("""{"model":"m","input":"a","metadata":{"a":5}}""", "metadata.a")]
    [InlineData("""{"model":"m","input":"a","conversation":"conv_x","previous_response_id":"resp_x"}""", "previous_response_id")]
    public async Task A_mistake_is_told_with_its_place(string body, string param)
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var (status, error) = await api.PostAsync("/v1/responses", body);
        status.ShouldBe(400, error.ToJsonString());
        error.ShouldBeError();
        error["error"]!["param"]!.GetValue<string>().ShouldBe(param);
    }

    [Fact]
    public async Task A_conversation_that_is_too_long_is_cut_from_its_beginning_on_request()
    {
        var model = new ScriptedModel("m", _ => "</think>\n\nYes.") { Context = 300 };
        await using var api = await ServedApi.StartAsync(model);
        var turns = Enumerable.Range(0, 30).SelectMany(i => new object[] { new { role = "user", content = $"Question {i} of the many" }, new { role = "assistant", content = "Yes." } }).Append(new { role = "user", content = "Last" }).ToArray();
        (await api.PostAsync("/v1/responses", new { model = "m", input = turns, instructions = "Keep this." })).Status.ShouldBe(400);
        var (status, body) = await api.PostAsync("/v1/responses", new { model = "m", input = turns, instructions = "Keep this.", truncation = "auto" });
        status.ShouldBe(200, body.ToJsonString());
        var prompt = model.Asked[^1].Rendered;
        prompt.ShouldContain("Keep this.");
        prompt.ShouldContain("Last");
        prompt.ShouldNotContain("Question 0 ");
        model.Asked[^1].Tokens.Length.ShouldBeGreaterThan(200);
    }

    private static void Check(IReadOnlyList<(string? Name, JsonNode? Data)> events)
    {
        events[^1].Data.ShouldBeNull();
        var all = events.Take(events.Count - 1).ToArray();
        foreach (var (name, data) in all)
        {
            data!.ShouldBe("ResponseStreamEvent");
            data!["type"]!.GetValue<string>().ShouldBe(name);
        }

        all.Select(e => e.Data!["sequence_number"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, all.Length));
        var items = all.Where(e => e.Name == "response.output_item.added").ToDictionary(e => e.Data!["output_index"]!.GetValue<int>(), e => e.Data!["item"]!["id"]!.GetValue<string>());
        foreach (var (_, data) in all.Where(e => e.Data!["item_id"] is not null)) items[data!["output_index"]!.GetValue<int>()].ShouldBe(data["item_id"]!.GetValue<string>());
        all.Count(e => e.Name is "response.completed" or "response.incomplete" or "response.failed").ShouldBe(1);
    }
}
