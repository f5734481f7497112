using System.Text.Json.Nodes;
using Deliberate.Testing;

namespace Deliberate.Server.Tests;

/// <summary>The interface over models that really draw tokens: small ones with random weights, which would never keep to a form by themselves.</summary>
public sealed class RealModelTests
{
    private static readonly object Weather = new { type = "object", properties = new { city = new { type = "string", maxLength = 5 }, degrees = new { type = "integer", minimum = 0, maximum = 99 } }, required = new[] { "city", "degrees" }, additionalProperties = false };

    private static readonly object[] Hello = [new { role = "user", content = "a" }];

    [Fact]
    public async Task An_answer_of_a_schema_or_an_expression_fits_it()
    {
        await using var served = await Real.StartAsync("qwen3", "llama");
        foreach (var model in new[] { "qwen3", "llama" })
        {
            var held = await served.PostAsync("/v1/chat/completions", new { model, messages = Hello, seed = 7, max_tokens = 200, reasoning_effort = "none", response_format = new { type = "json_schema", json_schema = new { name = "weather", schema = Weather } } });
            held.ShouldBe("CreateChatCompletionResponse");
            held["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop", held.ToJsonString());
            var said = JsonNode.Parse(held["choices"]![0]!["message"]!["content"]!.GetValue<string>())!;
            said["degrees"]!.GetValue<int>().ShouldBeInRange(0, 99);
            said["city"]!.GetValue<string>().EnumerateRunes().Count().ShouldBeLessThanOrEqualTo(5);
        }

        var held2 = await served.PostAsync("/v1/responses", new { model = "qwen3", input = "a", reasoning = new { effort = "none" }, text = new { format = new { type = "regex", regex = "(yes|no){3}" } } });
        held2["output"]!.AsArray()[^1]!["content"]![0]!["text"]!.GetValue<string>().ShouldBeOneOf("yesyesyes", "yesyesno", "yesnoyes", "yesnono", "noyesyes", "noyesno", "nonoyes", "nonono");
    }

    [Fact]
    public async Task A_call_that_must_be_is_one_of_the_tools_with_arguments_that_fit()
    {
        // Room for the description of tools have only models that are made to be used.
        await using var served = await Real.StartAsync(new ServedModelOptions("smol", SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")) { Weights = Tensors.WeightStorage.BF16 });
        var tools = new object[] { new { type = "function", function = new { name = "get_weather", parameters = Weather, strict = true } }, new { type = "function", function = new { name = "stop_it" } } };
        foreach (object choice in new object[] { "required", new { type = "function", function = new { name = "get_weather" } } })
        {
            var called = await served.PostAsync("/v1/chat/completions", new { model = "smol", messages = Hello, temperature = 0, max_tokens = 100, tools, tool_choice = choice });
            called.ShouldBe("CreateChatCompletionResponse");
            called["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("tool_calls", called.ToJsonString());
            var function = called["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!;
            var arguments = JsonNode.Parse(function["arguments"]!.GetValue<string>())!;
            if (function["name"]!.GetValue<string>() == "get_weather") arguments["degrees"]!.GetValue<int>().ShouldBeInRange(0, 99);
            else function["name"]!.GetValue<string>().ShouldBe("stop_it");
        }
    }

    [Fact]
    public async Task More_answers_than_places_follow_one_another_and_each_prompt_has_its_own_place()
    {
        await using var served = await Real.StartAsync("qwen3");
        // The server has 16 places, and its model takes five times as many before it refuses.
        var many = await served.PostAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, n = 128, seed = 3, max_tokens = 2, temperature = 1.0 });
        many["choices"]!.AsArray().Select(c => c!["index"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, 128));
        var prompts = await served.PostAsync("/v1/completions", new { model = "qwen3", prompt = Enumerable.Range(0, 3).Select(i => $"{i}"), n = 20, max_tokens = 2 });
        prompts["choices"]!.AsArray().Select(c => c!["index"]!.GetValue<int>()).ShouldBe(Enumerable.Range(0, 60));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_answer_streamed_or_not_alone_or_among_others()
    {
        await using var served = await Real.StartAsync("qwen3");
        async Task<string> Ask(int seed) => (await served.PostAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, seed, max_tokens = 30, temperature = 1.0 }))["choices"]![0]!["message"]!["content"]!.GetValue<string>();
        var alone = await Ask(3);
        var together = await Task.WhenAll(Enumerable.Range(1, 8).Select(Ask));
        together[2].ShouldBe(alone);
        together.Distinct().Count().ShouldBeGreaterThan(4);
        var events = await served.StreamAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, seed = 3, max_tokens = 30, temperature = 1.0, stream = true });
        string.Concat(events.Select(e => e.Data?["choices"]?[0]?["delta"]?["content"]?.GetValue<string>())).ShouldBe(alone);
    }

    [Fact]
    public async Task Alternatives_are_the_most_likely_tokens_and_their_probabilities_are_the_models_own()
    {
        await using var served = await Real.StartAsync("qwen3");
        var answer = await served.PostAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, max_tokens = 12, temperature = 0, logprobs = true, top_logprobs = 20 });
        answer.ShouldBe("CreateChatCompletionResponse");
        foreach (var token in answer["choices"]![0]!["logprobs"]!["content"]!.AsArray())
        {
            var top = token!["top_logprobs"]!.AsArray().Select(t => t!["logprob"]!.GetValue<double>()).ToArray();
            top.Length.ShouldBe(20);
            top.ShouldBe(top.OrderDescending());
            // At temperature 0 the token is the likeliest one.
            top[0].ShouldBe(token["logprob"]!.GetValue<double>(), 1e-5);
            top.Sum(Math.Exp).ShouldBeLessThan(1 + 1e-5);
        }
    }

    [Fact]
    public async Task Keys_and_values_stay_within_their_bound_and_what_could_never_be_held_is_refused_with_both_numbers()
    {
        const long bound = 192 << 10;
        await using var served = await Real.StartAsync(o => o with { CacheBytes = bound }, new ServedModelOptions("qwen3", SharedFolder.Path("fixtures", "models", "qwen3")));
        // Without a budget of its own a request has what can be held.
        var usage = (await served.PostAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, seed = 1 }))["usage"]!;
        usage["completion_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);
        async Task<string> Ask(int seed) => (await served.PostAsync("/v1/chat/completions", new { model = "qwen3", messages = new[] { new { role = "user", content = new string((char)('a' + (seed % 26)), 1 + seed) } }, seed, max_tokens = 20, temperature = 1.0 }))["choices"]![0]!["message"]!["content"]!.GetValue<string>();
        var alone = await Ask(3);
        (await Task.WhenAll(Enumerable.Range(0, 40).Select(Ask)))[3].ShouldBe(alone);
        var metrics = await served.TextAsync("/metrics");
        double Metric(string name) => double.Parse(metrics.Split('\n').First(l => l.StartsWith(name + "{", StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Metric("deliberate_cache_limit_bytes").ShouldBeInRange(1, bound);
        Metric("deliberate_requests_waiting").ShouldBe(0);

        var (status, error) = await served.AskAsync("/v1/chat/completions", new { model = "qwen3", messages = Hello, max_tokens = 150 });
        status.ShouldBe(400, error.ToJsonString());
        error.ShouldBeError();
        error["error"]!["code"]!.GetValue<string>().ShouldBe("context_length_exceeded");
        error["error"]!["param"]!.GetValue<string>().ShouldBe("max_tokens");
        System.Text.RegularExpressions.Regex.Count(error["error"]!["message"]!.GetValue<string>(), "[0-9]+").ShouldBe(3);
    }

    [Fact]
    public async Task A_bound_that_holds_no_request_is_refused_before_anything_is_served()
    {
        var error = await Should.ThrowAsync<Core.UserError>(() => Real.StartAsync(o => o with { CacheBytes = 1000 }, new ServedModelOptions("qwen3", SharedFolder.Path("fixtures", "models", "qwen3"))));
        error.Field.ShouldBe("--cache-bytes");
        error.Problem.ShouldContain("qwen3");
    }

    /// <summary>A server over models of the shared folder.</summary>
    private sealed class Real(DeliberateServer server) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = new Uri(server.Address) };

        public static Task<Real> StartAsync(params string[] names) => StartAsync([.. names.Select(n => new ServedModelOptions(n, SharedFolder.Path("fixtures", "models", n)))]);

        public static Task<Real> StartAsync(params ServedModelOptions[] models) => StartAsync(static o => o, models);

        public static async Task<Real> StartAsync(Func<ApiOptions, ApiOptions> with, params ServedModelOptions[] models)
        {
            return new Real(await DeliberateServer.StartAsync(new ServerOptions { Port = 0, Runs = null, Evaluations = null, Api = with(new ApiOptions { Models = models, Threads = 1 }) }));
        }

        public async Task<JsonNode> PostAsync(string path, object body)
        {
            var (status, answer) = await AskAsync(path, body);
            status.ShouldBe(200, answer.ToJsonString());
            return answer;
        }

        public async Task<(int Status, JsonNode Body)> AskAsync(string path, object body)
        {
            using var response = await _client.PostAsync(path, new StringContent(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"));
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }

        public Task<string> TextAsync(string path) => _client.GetStringAsync(path);

        public async Task<IReadOnlyList<(string? Name, JsonNode? Data)>> StreamAsync(string path, object body)
        {
            using var response = await _client.PostAsync(path, new StringContent(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"));
            return ServedApi.Events(await response.Content.ReadAsStringAsync());
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await server.DisposeAsync();
        }
    }
}
