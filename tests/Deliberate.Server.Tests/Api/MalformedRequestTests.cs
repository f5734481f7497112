using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Testing;

namespace Deliberate.Server.Tests;

/// <summary>Whatever is sent, the answer has the shape of an error and the server goes on. Ten thousand of them are sent by the benchmark of the same name.</summary>
public sealed class MalformedRequestTests
{
    [Fact]
    public async Task Hundreds_of_malformed_requests_are_each_refused_in_the_shape_of_an_error()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        var requests = new MalformedRequests(seed: 11);
        var refused = 0;
        const int count = 400;
        for (var i = 0; i < count; i++)
        {
            var (method, path, type, body) = requests.Next();
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (body.Length > 0 || method != "GET")
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            }

            using var response = await api.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var said = $"{i}: {method} {path} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 1500)))}\n{(int)response.StatusCode} {text}";
            // Some changes are none that matter: a byte within a text, a number that is allowed.
            ((int)response.StatusCode).ShouldBeInRange(200, 499, said);
            if ((int)response.StatusCode < 400) continue;
            refused++;
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json", said);
            JsonNode.Parse(text)!.ShouldBeError();
        }

        refused.ShouldBeGreaterThan(count * 3 / 4);
        (await api.GetAsync("/health")).Status.ShouldBe(200);
        Console.WriteLine($"{refused} of {count} refused");
    }

    [Fact]
    public async Task A_prompt_without_a_token_is_refused()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        foreach (object prompt in new object[] { "", new[] { "a", "" } })
        {
            var (status, error) = await api.PostAsync("/v1/completions", new { model = "m", prompt });
            status.ShouldBe(400);
            error.ShouldBeError();
            error["error"]!["param"]!.GetValue<string>().ShouldBe("prompt");
        }
    }

    [Fact]
    public async Task A_tool_result_of_ten_megabytes_is_refused_with_both_numbers_and_the_server_goes_on()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        var result = string.Concat(Enumerable.Repeat("18 degrees in Paris, and a river of words. ", 10_000_000 / 43));
        var (status, error) = await api.PostAsync("/v1/responses", new { model = "m", input = new object[] { new { role = "user", content = "Weather?" }, new { type = "function_call", call_id = "call_1", name = "get_weather", arguments = "{}" }, new { type = "function_call_output", call_id = "call_1", output = result } } });
        Refused("input");
        (status, error) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new object[] { new { role = "user", content = "Weather?" }, new { role = "assistant", tool_calls = new[] { new { id = "call_1", type = "function", function = new { name = "get_weather", arguments = "{}" } } } }, new { role = "tool", tool_call_id = "call_1", content = result } } });
        Refused("messages");
        (await api.PostAsync("/v1/responses", new { model = "m", input = "Hello" })).Status.ShouldBe(200);

        void Refused(string param)
        {
            status.ShouldBe(400, error.ToJsonString());
            error.ShouldBeError();
            error["error"]!["code"]!.GetValue<string>().ShouldBe("context_length_exceeded");
            error["error"]!["param"]!.GetValue<string>().ShouldBe(param);
            var numbers = System.Text.RegularExpressions.Regex.Matches(error["error"]!["message"]!.GetValue<string>(), "[0-9]+").Select(m => int.Parse(m.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            numbers[0].ShouldBe(4096);
            numbers[1].ShouldBeGreaterThan(1_000_000);
            api.Sent.Length.ShouldBeLessThan(100_000);
        }
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "#/type")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "#")]
    [InlineData("""{"$ref":"#"}""", "#/$ref")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "#")]
    [InlineData("""{"type":"string","pattern":"(?=x)"}""", "#/pattern")]
    public async Task A_schema_that_cannot_be_held_ends_in_itself_or_matches_nothing_is_refused_with_its_place(string schema, string pointer)
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        var node = JsonNode.Parse(schema)!;
        foreach (var (path, body, param) in new[]
        {
            ("/v1/responses", new JsonObject { ["model"] = "m", ["input"] = "a", ["text"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "json_schema", ["name"] = "a", ["schema"] = node.DeepClone() } } }, "text.format"),
            ("/v1/chat/completions", new JsonObject { ["model"] = "m", ["messages"] = JsonNode.Parse("""[{"role":"user","content":"a"}]"""), ["response_format"] = new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "a", ["schema"] = node.DeepClone() } } }, "response_format"),
        })
        {
            var (status, error) = await api.PostAsync(path, body.ToJsonString());
            status.ShouldBe(400, error.ToJsonString());
            error.ShouldBeError();
            error["error"]!["param"]!.GetValue<string>().ShouldStartWith(param);
            error["error"]!["message"]!.GetValue<string>().ShouldContain(pointer);
        }

        // One that recurs and can end is held.
        (await api.PostAsync("/v1/responses", new { model = "m", input = "a", text = new { format = new { type = "json_schema", name = "a", schema = JsonNode.Parse("""{"type":"object","properties":{"next":{"$ref":"#"}}}""") } } })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_a_foreign_page_and_a_foreign_name_are_refused()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.", o => o with { MaxBodyBytes = 10_000, Origins = ["https://friend.example"] });
        var body = """{"model":"m","messages":[{"role":"user","content":"a"}]}""";
        var (status, error) = await api.PostAsync("/v1/chat/completions", body.Replace("\"a\"", $"\"{new string('a', 20_000)}\"", StringComparison.Ordinal));
        status.ShouldBe(413);
        error.ShouldBeError();
        foreach (var (name, value, expected) in new[] { ("Origin", "https://evil.example", 403), ("Origin", "https://friend.example", 200), ("Host", "evil.example", 403) })
        {
            var (answered, text, headers) = await api.SendAsync(HttpMethod.Post, "/v1/chat/completions", body, null, request => request.Headers.TryAddWithoutValidation(name, value));
            answered.ShouldBe(expected, text);
            headers.TryGetValues("Access-Control-Allow-Origin", out var allowed);
            (allowed is not null).ShouldBe(value == "https://friend.example");
        }

        using var question = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        question.Headers.Add("Origin", "https://friend.example");
        using var answer = await api.Client.SendAsync(question);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var named = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        named.Headers.Add("Origin", "https://friend.example");
        named.Headers.Add("Access-Control-Request-Headers", "authorization,x-stainless-helper-method");
        using var told = await api.Client.SendAsync(named);
        told.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["authorization,x-stainless-helper-method"]);
    }

    [Fact]
    public async Task Another_method_is_told_which_are_there_and_a_watcher_may_ask_without_a_body()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        foreach (var (method, path, allowed) in new[] { (HttpMethod.Get, "/v1/chat/completions", "POST"), (HttpMethod.Put, "/v1/responses/resp_1", "GET, DELETE"), (HttpMethod.Head, "/v1/embeddings", "POST") })
        {
            using var request = new HttpRequestMessage(method, path);
            using var answer = await api.Client.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, path);
            string.Join(", ", answer.Content.Headers.Allow).ShouldBe(allowed, path);
        }

        foreach (var path in new[] { "/health", "/v1/models" })
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, path);
            using var answer = await api.Client.SendAsync(head);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }

        // What curl sends unless told otherwise.
        using var form = new StringContent("""{"model":"m","messages":[{"role":"user","content":"a"}]}""", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var refused = await api.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), form);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("is application/x-www-form-urlencoded");
    }

    [Fact]
    public async Task A_request_that_is_no_HTTP_does_not_stop_the_server()
    {
        await using var api = await ServedApi.StartAsync("hm</think>\n\nYes.");
        var address = new Uri(api.Server.Address);
        foreach (var bytes in new[] { "GARBAGE\r\n\r\n", "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n", "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"model\"", "\0\0\0\0" })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes));
        }

        (await api.GetAsync("/health")).Status.ShouldBe(200);
    }
}
