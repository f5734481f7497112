using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

/// <summary>A model behind Chat Completions, answered byte for byte as a test says.</summary>
public sealed class ProviderModelTests
{
    private static readonly ModelOptions Options = new() { MaxTokens = 50, Temperature = 0.5, Stream = (3, 1) };

    private static string Completion(string message, string finish = "stop", string usage = """{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":40},"completion_tokens_details":{"reasoning_tokens":7}}""") =>
        $$"""{"model":"m-2026","system_fingerprint":"fp_1","choices":[{"message":{{message}},"finish_reason":"{{finish}}"}],"usage":{{usage}}}""";

    private static ProgramConfiguration Configuration(string address, int retries = 0, ProviderKind kind = ProviderKind.Openai, string? offline = null) => new(null, new ProgramSettings
    {
        Providers = new Dictionary<string, ProviderSettings>
        {
            ["test"] = new()
            {
                Address = address,
                Kind = kind,
                Limits = new ProviderLimits { Retries = retries, MaxRetryWaitS = 0.01 },
                Prices = new Dictionary<string, ModelPrice> { ["m"] = new() { Input = 10, Output = 100, CachedInput = 1 } },
            },
        },
    }, offline, []);

    private static async Task<ModelAnswer> Ask(ScriptedServer server, int retries = 0, ProviderKind kind = ProviderKind.Openai, AnswerCache? cache = null, ModelOptions? options = null)
    {
        var configuration = Configuration(server.Address, retries, kind);
        using var handlers = new ProviderHandlers(configuration);
        await using var model = ProviderModel.Open(configuration, handlers, "test", "m", cache);
        return await model.AskAsync([new ChatMessage("user", "hello")], options ?? Options, CancellationToken.None);
    }

    [Theory]
    [InlineData("reasoning")]
    [InlineData("reasoning_content")]
    public async Task Both_spellings_of_the_thought_are_read(string field)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion($$"""{"content":"four","{{field}}":"two and two"}""")));
        var answer = await Ask(server);
        (answer.Text, answer.Reasoning, answer.FinishReason).ShouldBe(("four", "two and two", "stop"));
        answer.Completion.ShouldBe("<think>\ntwo and two\n</think>\n\nfour");
        answer.ReportedModel.ShouldBe("m-2026 fp_1");
    }

    [Fact]
    public async Task Tokens_are_counted_and_priced()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion("""{"content":"four"}""")));
        var usage = (await Ask(server)).Usage;
        usage.ShouldBe(new ModelUsage(1, 100, 40, 20, 7, ((60 * 10) + (40 * 1) + (20 * 100)) / 1e6));
    }

    [Theory]
    [InlineData("""{"content":null,"refusal":"I can't."}""", "I can't.")]
    [InlineData("""{"content":null}""", "")]
    [InlineData("""{}""", "")]
    public async Task A_refusal_is_what_the_model_says_and_nothing_is_nothing(string message, string text)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion(message)));
        (await Ask(server)).Text.ShouldBe(text);
    }

    [Theory]
    [InlineData(400, """{"error":{"code":"content_filter","message":"filtered"}}""")]
    [InlineData(400, """{"error":{"message":"filtered","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""")]
    public async Task A_filter_that_refuses_the_request_is_the_providers(int status, string body)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(status, body));
        (await Ask(server)).IsBlocked.ShouldBeTrue();
    }

    [Fact]
    public async Task A_filtered_answer_is_blocked()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion("""{"content":""}""", finish: "content_filter")));
        (await Ask(server)).IsBlocked.ShouldBeTrue();
    }

    [Fact]
    public async Task What_breaks_off_or_is_nonsense_is_asked_for_again()
    {
        var good = ScriptedServer.Answer(200, Completion("""{"content":"four"}"""));
        var cut = ScriptedServer.Answer(200, Completion("""{"content":"four"}"""))[..^30];
        using var server = ScriptedServer.Of(ScriptedServer.Answer(500, "{}"), ScriptedServer.Answer(429, "{}"), cut, ScriptedServer.Answer(200, "<html>"), good);
        (await Ask(server, retries: 6)).Text.ShouldBe("four");
        server.Connections.ShouldBe(5);
    }

    [Fact]
    public async Task Retries_can_be_switched_off()
    {
        foreach (var (answer, kind) in new[] { (ScriptedServer.Answer(500, "{}"), ProviderFailureKind.ServerError), (ScriptedServer.Answer(200, "nonsense"), ProviderFailureKind.Malformed), (ScriptedServer.Answer(200, Completion("{}"))[..^9], ProviderFailureKind.Cut) })
        {
            using var server = ScriptedServer.Of(answer);
            (await Should.ThrowAsync<ProviderFailure>(() => Ask(server))).Kind.ShouldBe(kind);
            server.Connections.ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_token_budget_goes_under_the_name_that_the_server_knows()
    {
        var bodies = new List<string>();
        using var server = new ScriptedServer(async (head, stream, token) =>
        {
            var body = await Body(head, stream, token);
            lock (bodies) bodies.Add(body);
            var refused = body.Contains("\"max_tokens\"", StringComparison.Ordinal);
            var answer = refused ? ScriptedServer.Answer(400, """{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}""") : ScriptedServer.Answer(200, Completion("""{"content":"four"}"""));
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), token);
        });
        (await Ask(server)).Text.ShouldBe("four");
        bodies.Count.ShouldBe(2);
        bodies[1].ShouldContain("\"max_completion_tokens\":50");
        bodies[1].ShouldContain("\"temperature\":0.5");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_not_lose_the_rest()
    {
        var bytes = Encoding.UTF8.GetBytes(Completion("""{"content":"fo?ur"}"""));
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
        using var server = new ScriptedServer(async (_, stream, token) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), token);
            await stream.WriteAsync(bytes, token);
        });
        (await Ask(server)).Text.ShouldBe("fo\uFFFDur");
    }

    [Fact]
    public async Task Ten_megabytes_are_an_answer_too()
    {
        using var server = new ScriptedServer(async (head, stream, token) =>
        {
            await Body(head, stream, token);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(200, Completion($$"""{"content":"{{new string('x', 10 << 20)}}"}"""))), token);
        });
        (await Ask(server)).Text.Length.ShouldBe(10 << 20);
    }

    [Fact]
    public async Task Tool_calls_come_with_their_arguments_as_the_model_wrote_them()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion("""{"content":null,"tool_calls":[{"id":"c1","function":{"name":"python","arguments":"{\"code\":\"print(1)\"}"}},{"id":"c2","function":{"name":"python","arguments":"not json"}}]}""", finish: "tool_calls")));
        var calls = (await Ask(server)).ToolCalls;
        calls.Select(c => (c.Id, c.Name)).ShouldBe([("c1", "python"), ("c2", "python")]);
        calls[0].Arguments.ShouldBe("""{"code":"print(1)"}""");
        calls[1].Arguments.ShouldContain("not json");
    }

    [Fact]
    public async Task A_cached_answer_is_given_again_and_another_sample_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Completion("""{"content":"first"}""")), ScriptedServer.Answer(200, Completion("""{"content":"second"}""")));
        var cache = new AnswerCache(folder.Root);
        (await Ask(server, cache: cache)).Text.ShouldBe("first");
        var again = await Ask(server, cache: cache);
        (again.Text, again.Usage.FromCache, again.Usage.Cost).ShouldBe(("first", 1, 0));
        server.Connections.ShouldBe(1);
        (await Ask(server, cache: cache, options: Options with { Stream = (3, 2) })).Text.ShouldBe("second");
        // A file that was broken is no answer.
        foreach (var file in Directory.GetFiles(folder.Root, "*.json", SearchOption.AllDirectories)) File.WriteAllText(file, "{");
        (await Ask(server, cache: cache)).Text.ShouldBe("second");
    }

    [Fact]
    public void Everything_that_an_answer_depends_on_is_in_its_key()
    {
        var model = new ModelDescription("provider", "m", "https://a/v1/");
        ChatMessage[] messages = [new("system", "s"), new("user", "u")];
        (ModelDescription, ChatMessage[], ModelOptions)[] different =
        [
            (model, messages, Options), (model with { Name = "n" }, messages, Options), (model with { Address = "https://b/v1/" }, messages, Options), (model, [messages[0]], Options), (model, [new("developer", "s"), messages[1]], Options),
            (model, [messages[0], messages[1] with { Thinking = "t" }], Options), (model, messages, Options with { MaxTokens = 51 }), (model, messages, Options with { Temperature = 1 }), (model, messages, Options with { TopP = 0.5 }),
            (model, messages, Options with { Stop = ["x"] }), (model, messages, Options with { ReasoningEffort = "low" }), (model, messages, Options with { JsonSchema = "{}" }), (model, messages, Options with { Seed = 2 }), (model, messages, Options with { Stream = (3, 2) }),
            (model, messages, Options with { Stream = (4, 1) }), (model, messages, Options with { Tools = [new("t", "d", "{}", (_, _) => Task.FromResult(""))] }),
        ];
        different.Select(d => AnswerCache.KeyOf(d.Item1, d.Item2, d.Item3)).ShouldBeUnique();
        AnswerCache.KeyOf(model, [.. messages], Options with { }).ShouldBe(AnswerCache.KeyOf(model, messages, Options));
    }

    [Theory]
    [InlineData(401, "{}", "does not accept the key")]
    [InlineData(200, """{"data":[{"id":"other"},{"id":"mm"}]}""", "has no model \"m\"")]
    public async Task A_wrong_key_or_model_is_known_before_anything_is_asked(int status, string models, string said)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(status, models));
        var configuration = Configuration(server.Address);
        using var handlers = new ProviderHandlers(configuration);
        var error = await Should.ThrowAsync<UserError>(() => ProviderModel.CheckAsync(configuration, handlers, "test", "m", CancellationToken.None));
        error.Message.ShouldContain(said);
        server.Requests.ShouldAllBe(r => r.StartsWith("GET "));
    }

    [Fact]
    public async Task A_server_that_does_not_list_its_models_is_asked_all_the_same()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(404, "{}"));
        var configuration = Configuration(server.Address);
        using var handlers = new ProviderHandlers(configuration);
        await ProviderModel.CheckAsync(configuration, handlers, "test", "m", CancellationToken.None);
    }

    [Fact]
    public async Task Offline_no_connection_is_opened_but_to_what_is_declared()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, """{"data":[{"id":"m"}]}"""), ScriptedServer.Answer(200, Completion("""{"content":"four"}""")));
        var far = Configuration("http://192.0.2.1/v1", offline: "--offline");
        using var none = new ProviderHandlers(far);
        (await Should.ThrowAsync<UserError>(() => ProviderModel.CheckAsync(far, none, "test", "m", CancellationToken.None))).Message.ShouldContain("offline mode");
        await using var unreachable = ProviderModel.Open(far, none, "test", "m", null);
        (await Should.ThrowAsync<ProviderFailure>(() => unreachable.AskAsync([new ChatMessage("user", "x")], Options, CancellationToken.None))).Kind.ShouldBe(ProviderFailureKind.Offline);
        var near = Configuration(server.Address, offline: "--offline");
        using var handlers = new ProviderHandlers(near);
        await ProviderModel.CheckAsync(near, handlers, "test", "m", CancellationToken.None);
        await using var local = ProviderModel.Open(near, handlers, "test", "m", null);
        (await local.AskAsync([new ChatMessage("user", "x")], Options, CancellationToken.None)).Text.ShouldBe("four");
    }

    internal static async Task<string> Body(string head, Stream stream, CancellationToken token)
    {
        var length = head.Split('\n').First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
        var body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, token);
        return Encoding.UTF8.GetString(body);
    }
}
