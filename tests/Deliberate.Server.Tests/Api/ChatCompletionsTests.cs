using System.Text.Json.Nodes;

namespace Deliberate.Server.Tests;

/// <summary>Chat completions as clients know them: every answer and every chunk is held against OpenAI's own description.</summary>
public sealed class ChatCompletionsTests
{
    private const string Thoughtful = "the secret river stone\n</think>\n\nHello, Paris!";

    private static readonly object[] Hello = [new { role = "user", content = "Hello" }];

    private static readonly object[] Tools =
    [
        new { type = "function", function = new { name = "get_weather", description = "The weather.", parameters = new { type = "object", properties = new { city = new { type = "string" } }, required = new[] { "city" } } } },
        new { type = "function", function = new { name = "get_time", parameters = new { type = "object", properties = new { } } } },
    ];

    [Fact]
    public async Task An_answer_has_the_shape_that_openai_describes_and_no_thought()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var (status, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello });
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CreateChatCompletionResponse");
        var choice = body["choices"]![0]!;
        choice["message"]!["content"]!.GetValue<string>().ShouldBe("Hello, Paris!");
        choice["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        var usage = body["usage"]!;
        usage["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBeGreaterThan(4);
        (usage["prompt_tokens"]!.GetValue<int>() + usage["completion_tokens"]!.GetValue<int>()).ShouldBe(usage["total_tokens"]!.GetValue<int>());
        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task Chunks_add_up_to_the_answer_and_end_with_usage_and_done()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var events = await api.StreamAsync("/v1/chat/completions", new { model = "m", messages = Hello, stream = true, stream_options = new { include_usage = true } });
        events[^1].Data.ShouldBeNull();
        var chunks = events.Take(events.Count - 1).Select(e => e.Data!).ToArray();
        foreach (var chunk in chunks) chunk.ShouldBe("CreateChatCompletionStreamResponse");
        chunks.Select(c => c["id"]!.GetValue<string>()).Distinct().Count().ShouldBe(1);
        chunks[0]["choices"]![0]!["delta"]!["role"]!.GetValue<string>().ShouldBe("assistant");
        string.Concat(chunks.Where(c => c["choices"]!.AsArray().Count > 0).Select(c => c["choices"]![0]!["delta"]!["content"]?.GetValue<string>())).ShouldBe("Hello, Paris!");
        chunks[^2]["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        chunks[^1]["choices"]!.AsArray().ShouldBeEmpty();
        chunks[^1]["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBeGreaterThan(4);
        chunks[..^1].ShouldAllBe(c => c.AsObject().ContainsKey("usage") && c["usage"] == null);
        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task The_thought_is_shown_under_both_names_where_the_operator_says_so()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful, o => o with { ShowsReasoning = true });
        var (_, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello });
        var message = body["choices"]![0]!["message"]!;
        message["reasoning_content"]!.GetValue<string>().ShouldBe("the secret river stone");
        message["reasoning"]!.GetValue<string>().ShouldBe("the secret river stone");
        var events = await api.StreamAsync("/v1/chat/completions", new { model = "m", messages = Hello, stream = true });
        string.Concat(events.Select(e => e.Data?["choices"]?[0]?["delta"]?["reasoning_content"]?.GetValue<string>())).ShouldBe("the secret river stone");
    }

    [Fact]
    public async Task A_call_streams_its_arguments_by_index()
    {
        await using var api = await ServedApi.StartAsync("plum\n</think>\n\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris }\", \"n\": [1, {\"a\": 2}]}}\n</tool_call>\n<tool_call>\n{\"arguments\": {}, \"name\": \"get_time\"}\n</tool_call>");
        var request = new { model = "m", messages = Hello, tools = Tools, stream = true };
        var events = await api.StreamAsync("/v1/chat/completions", request);
        var chunks = events.Where(e => e.Data is not null).Select(e => e.Data!).ToArray();
        foreach (var chunk in chunks) chunk.ShouldBe("CreateChatCompletionStreamResponse");
        var deltas = chunks.SelectMany(c => c["choices"]![0]!["delta"]!["tool_calls"]?.AsArray().Select(t => t!) ?? []).ToArray();
        string Arguments(int index) => string.Concat(deltas.Where(d => d["index"]!.GetValue<int>() == index).Select(d => d["function"]!["arguments"]?.GetValue<string>()));
        JsonNode.Parse(Arguments(0))!.ToJsonString().ShouldBe("""{"city":"Paris }","n":[1,{"a":2}]}""");
        Arguments(1).ShouldBe("{}");
        deltas.Count(d => d["index"]!.GetValue<int>() == 0).ShouldBeGreaterThan(3);
        deltas.Where(d => d["id"] is not null).Select(d => d["function"]!["name"]!.GetValue<string>()).ShouldBe(["get_weather", "get_time"]);
        chunks.Select(c => c["choices"]![0]!["delta"]!["content"]?.GetValue<string>() ?? "").ShouldAllBe(t => t.Length == 0);
        chunks[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("tool_calls");

        var (_, whole) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, tools = Tools });
        whole.ShouldBe("CreateChatCompletionResponse");
        var message = whole["choices"]![0]!["message"]!;
        message["content"].ShouldBeNull();
        message["tool_calls"]!.AsArray().Count.ShouldBe(2);

        var (_, single) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, tools = Tools, parallel_tool_calls = false });
        single["choices"]![0]!["message"]!["tool_calls"]!.AsArray().Count.ShouldBe(1);
        single["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("tool_calls");
    }

    [Fact]
    public async Task A_result_goes_back_to_the_model_as_its_template_writes_it()
    {
        var model = new ScriptedModel("m", _ => "</think>\n\nIt is 18 degrees.");
        await using var api = await ServedApi.StartAsync(model);
        var (status, body) = await api.PostAsync("/v1/chat/completions", new
        {
            model = "m",
            tools = Tools,
            messages = new object[]
            {
                new { role = "developer", content = "Be brief." },
                new { role = "user", content = "Weather?" },
                new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "call_1", type = "function", function = new { name = "get_weather", arguments = "{\"city\": \"Paris\"}" } } } },
                new { role = "tool", tool_call_id = "call_1", content = "18" },
            },
        });
        status.ShouldBe(200, body.ToJsonString());
        var prompt = model.Asked[^1].Rendered;
        prompt.ShouldContain("Be brief.");
        prompt.ShouldContain("\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}");
        prompt.ShouldContain("<|im_start|>tool\n18<|im_end|>");
        prompt.ShouldNotContain("developer");
    }

    [Fact]
    public async Task A_call_that_must_be_is_begun_for_the_model()
    {
        var model = new ScriptedModel("m", p => p.Rendered.EndsWith("\"arguments\": ", StringComparison.Ordinal) ? "{\"city\": \"Paris\"}}\n</tool_call> and more" : "no");
        await using var api = await ServedApi.StartAsync(model);
        var (_, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, tools = Tools, tool_choice = new { type = "function", function = new { name = "get_weather" } } });
        body.ShouldBe("CreateChatCompletionResponse");
        var call = body["choices"]![0]!["message"]!["tool_calls"]![0]!;
        call["function"]!["name"]!.GetValue<string>().ShouldBe("get_weather");
        call["function"]!["arguments"]!.GetValue<string>().ShouldBe("{\"city\": \"Paris\"}");
        body["choices"]![0]!["message"]!["content"].ShouldBeNull();

        var (_, none) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, tools = Tools, tool_choice = "none" });
        none["choices"]![0]!["message"]!.AsObject().ContainsKey("tool_calls").ShouldBeFalse();
        model.Asked[^1].Rendered.ShouldNotContain("get_weather");
    }

    [Fact]
    public async Task Log_probabilities_are_those_of_the_answer_alone()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var (_, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, logprobs = true, top_logprobs = 3 });
        body.ShouldBe("CreateChatCompletionResponse");
        var tokens = body["choices"]![0]!["logprobs"]!["content"]!.AsArray();
        string.Concat(tokens.Select(t => t!["token"]!.GetValue<string>())).ShouldBe("Hello, Paris!");
        tokens.ShouldAllBe(t => t!["top_logprobs"]!.AsArray().Count == 3);
        var events = await api.StreamAsync("/v1/chat/completions", new { model = "m", messages = Hello, logprobs = true, stream = true });
        string.Concat(events.Where(e => e.Data is not null).SelectMany(e => e.Data!["choices"]![0]!["logprobs"]?["content"]?.AsArray().Select(t => t!["token"]!.GetValue<string>()) ?? [])).ShouldBe("Hello, Paris!");
    }

    [Fact]
    public async Task Effort_is_a_budget_of_thought_and_the_tokens_of_both_are_one_budget()
    {
        var model = new ScriptedModel("m", p => p.Rendered.EndsWith("<think>\n", StringComparison.Ordinal) ? string.Concat(Enumerable.Repeat(" the river", 200)) + "\n</think>\n\nDone." : "Done.");
        await using var api = await ServedApi.StartAsync(model, o => o with { Efforts = new Dictionary<string, int?> { ["low"] = 10 } });
        async Task<JsonNode> Ask(object effort) => (await api.PostAsync("/v1/chat/completions", effort)).Body;
        var low = await Ask(new { model = "m", messages = Hello, reasoning_effort = "low" });
        low["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("Done.");
        low["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBeInRange(10, 15);
        var none = await Ask(new { model = "m", messages = Hello, reasoning_effort = "none" });
        none["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBe(0);
        none["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("Done.");
        var cut = await Ask(new { model = "m", messages = Hello, max_completion_tokens = 20 });
        cut.ShouldBe("CreateChatCompletionResponse");
        cut["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("length");
        cut["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("");
        cut["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(20);
        (await Ask(new { model = "m", messages = Hello, reasoning_effort = "enormous" })).ShouldBeError();
    }

    [Fact]
    public async Task Several_choices_and_stops_are_given()
    {
        await using var api = await ServedApi.StartAsync("</think>\n\none two three");
        var (_, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, n = 3, stop = " three" });
        body["choices"]!.AsArray().Select(c => c!["index"]!.GetValue<int>()).ShouldBe([0, 1, 2]);
        body["choices"]!.AsArray().ShouldAllBe(c => c!["message"]!["content"]!.GetValue<string>() == "one two");
        var events = await api.StreamAsync("/v1/chat/completions", new { model = "m", messages = Hello, n = 2, stream = true });
        foreach (var choice in new[] { 0, 1 })
            string.Concat(events.Where(e => e.Data is not null && e.Data["choices"]![0]!["index"]!.GetValue<int>() == choice).Select(e => e.Data!["choices"]![0]!["delta"]!["content"]?.GetValue<string>())).ShouldBe("one two three");
    }

    [Theory]
    [InlineData("""{"model":"nope","messages":[{"role":"user","content":"a"}]}""", 404, "model")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}]}""", 400, "model")]
    [InlineData("""{"model":"m"}""", 400, "messages")]
    [InlineData("""{"model":"m","messages":[]}""", 400, "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", 400, "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"sage","content":"a"}]}""", 400, "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":5}]}""", 400, "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"a","tool_call_id":"x"}]}""", 400, "messages[0].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":3}""", 400, "temperature")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperatur":1}""", 400, "temperatur")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":0}""", 400, "max_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"max_completion_tokens":9999}""", 400, "max_completion_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"stop":["a","b","c","d","e"]}""", 400, "stop")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"n":0}""", 400, "n")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"top_logprobs":3}""", 400, "top_logprobs")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tool_choice":"required"}""", 400, "tool_choice")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""", 400, "messages[0].content[0].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""", 400, "messages[0].content")]
    [InlineData("[]", 400, null)]
    [InlineData("{", 400, null)]
    [InlineData("", 400, null)]
    public async Task A_mistake_is_told_with_its_place(string body, int status, string? param)
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        var (answered, text, _) = await api.SendAsync(HttpMethod.Post, "/v1/chat/completions", body, null);
        answered.ShouldBe(status, text);
        var error = JsonNode.Parse(text)!;
        error.ShouldBeError();
        error["error"]!["param"]?.GetValue<string>().ShouldBe(param);
        error["error"]!["type"]!.GetValue<string>().ShouldBe("invalid_request_error");
    }

    [Fact]
    public async Task A_conversation_that_is_too_long_is_refused_with_both_numbers()
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => Thoughtful) { Context = 100 });
        var (status, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = new string('x', 5000) } } });
        status.ShouldBe(400);
        body.ShouldBeError();
        body["error"]!["code"]!.GetValue<string>().ShouldBe("context_length_exceeded");
        body["error"]!["message"]!.GetValue<string>().ShouldContain("100 tokens");
        body["error"]!["message"]!.GetValue<string>().ShouldContain("has 50");
    }

    [Fact]
    public async Task Completions_continue_a_text_and_hide_a_thought_too()
    {
        await using var api = await ServedApi.StartAsync("<think>the secret river</think>and so on");
        var (status, body) = await api.PostAsync("/v1/completions", new { model = "m", prompt = "Once", max_tokens = 50, echo = true });
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CreateCompletionResponse");
        body["choices"]![0]!["text"]!.GetValue<string>().ShouldBe("Onceand so on");
        var events = await api.StreamAsync("/v1/completions", new { model = "m", prompt = new[] { "Once", "Twice" }, max_tokens = 50, stream = true, logprobs = 2 });
        string.Concat(events.Where(e => e.Data is not null && e.Data["choices"]![0]!["index"]!.GetValue<int>() == 1).Select(e => e.Data!["choices"]![0]!["text"]!.GetValue<string>())).ShouldBe("and so on");
        api.Sent.ShouldNotContain("river");
    }

    [Fact]
    public async Task Models_health_metrics_and_unknown_addresses_answer()
    {
        await using var api = await ServedApi.StartAsync(Thoughtful);
        (await api.GetAsync("/v1/models")).Body.ShouldBe("ListModelsResponse");
        (await api.GetAsync("/v1/models/m")).Body.ShouldBe("Model");
        (await api.GetAsync("/v1/models/none")).Status.ShouldBe(404);
        (await api.GetAsync("/health")).Status.ShouldBe(200);
        (await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello })).Status.ShouldBe(200);
        var (_, text, _) = await api.SendAsync(HttpMethod.Get, "/metrics", null, null);
        text.ShouldContain("deliberate_requests_total{route=\"/v1/chat/completions\",model=\"m\",status=\"200\"} 1");
        text.ShouldContain("deliberate_tokens_total{model=\"m\",kind=\"reasoning\"}");
        text.ShouldContain("deliberate_cache_bytes{model=\"m\"} 4096\n");
        var (status, unknown) = await api.PostAsync("/v1/images/generations", new { model = "m", prompt = "a" });
        status.ShouldBe(404);
        unknown.ShouldBeError();
        var (wrong, body) = await api.GetAsync("/v1/chat/completions");
        wrong.ShouldBe(405);
        body.ShouldBeError();
    }

    [Fact]
    public async Task A_picture_is_a_placeholder_and_a_form_that_cannot_be_held_is_refused()
    {
        var model = new ScriptedModel("m", _ => Thoughtful);
        await using var api = await ServedApi.StartAsync(model);
        await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new object[] { new { role = "user", content = new object[] { new { type = "text", text = "See: " }, new { type = "image_url", image_url = new { url = "data:image/png;base64,AAAA" } } } } } });
        model.Asked[^1].Rendered.ShouldContain("See: [image: this model reads text only]");
        foreach (var format in new object[] { new { type = "json_schema", json_schema = new { name = "a", schema = new { not = new { } } } }, new { type = "regex", regex = "(" }, new { type = "xml" } })
        {
            var (status, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = Hello, response_format = format });
            status.ShouldBe(400);
            body.ShouldBeError();
            body["error"]!["param"]!.GetValue<string>().ShouldStartWith("response_format");
        }
    }
}
