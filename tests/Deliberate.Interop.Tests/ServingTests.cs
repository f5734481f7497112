using System.ClientModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Deliberate.Server;
using Deliberate.Tensors;
using Deliberate.Testing;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Deliberate.Interop.Tests;

/// <summary>
/// Programs that talk to OpenAI talk to <c>deliberate serve</c>: OpenAI's own packages for .NET and JavaScript, Vercel's, LangChain's, and a
/// runner of conformance tests, each over a small real model. docs/serving.md has a table of them.
/// </summary>
public sealed class ServingTests : IAsyncLifetime
{
    private const string Model = "smol";

    private static readonly string Schema = """{"type":"object","properties":{"city":{"type":"string","maxLength":20},"degrees":{"type":"integer","minimum":0,"maximum":99}},"required":["city","degrees"],"additionalProperties":false}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-serving-").FullName;
    private DeliberateServer? _server;

    private Uri Base => new(_server!.Address + "/v1");

    private OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = Base });

    public async ValueTask InitializeAsync()
    {
        var path = SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        _server = await DeliberateServer.StartAsync(new ServerOptions { Port = 0, Runs = null, Evaluations = null, Api = new ApiOptions { Models = [new ServedModelOptions(Model, path) { Weights = WeightStorage.BF16 }], Store = Path.Combine(_folder, "store") } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OpenAIs_package_for_NET_talks_streams_calls_and_is_told_what_is_wrong()
    {
        var chat = Client.GetChatClient(Model);
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 30 };
        OpenAI.Chat.ChatMessage[] asked = [new DeveloperChatMessage("Be brief."), new UserChatMessage("What is the capital of France?")];
        var whole = (await chat.CompleteChatAsync(asked, options)).Value;
        whole.Content[0].Text.ShouldNotBeNullOrWhiteSpace();
        whole.Usage.TotalTokenCount.ShouldBeGreaterThan(10);
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        await foreach (var update in chat.CompleteChatStreamingAsync(asked, options))
        {
            foreach (var part in update.ContentUpdate) text.Append(part.Text);
            usage = update.Usage ?? usage;
        }

        text.ToString().ShouldBe(whole.Content[0].Text);
        usage!.TotalTokenCount.ShouldBe(whole.Usage.TotalTokenCount);

        var held = (await chat.CompleteChatAsync([new UserChatMessage("The weather in Paris, please.")], new ChatCompletionOptions { MaxOutputTokenCount = 120, ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat("weather", BinaryData.FromString(Schema), jsonSchemaIsStrict: true) })).Value;
        JsonDocument.Parse(held.Content[0].Text).RootElement.GetProperty("degrees").GetInt32().ShouldBeInRange(0, 99);

        var tool = ChatTool.CreateFunctionTool("get_weather", "The weather.", BinaryData.FromString(Schema), functionSchemaIsStrict: true);
        var called = (await chat.CompleteChatAsync([new UserChatMessage("Weather in Paris?")], new ChatCompletionOptions { MaxOutputTokenCount = 120, Temperature = 0, Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice() })).Value;
        called.FinishReason.ShouldBe(OpenAI.Chat.ChatFinishReason.ToolCalls);
        JsonDocument.Parse(called.ToolCalls[0].FunctionArguments).RootElement.GetProperty("degrees").GetInt32().ShouldBeInRange(0, 99);
        var after = (await chat.CompleteChatAsync([new UserChatMessage("Weather in Paris?"), new AssistantChatMessage(called), new ToolChatMessage(called.ToolCalls[0].Id, "18 degrees")], new ChatCompletionOptions { MaxOutputTokenCount = 20 })).Value;
        after.Usage.OutputTokenCount.ShouldBeGreaterThan(0);

        var error = await Should.ThrowAsync<ClientResultException>(() => Client.GetChatClient("none").CompleteChatAsync(asked));
        error.Status.ShouldBe(404);
        error.Message.ShouldContain("model_not_found");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Microsofts_chat_client_over_it_talks_streams_and_calls(bool responses)
    {
        using var client = responses
            ? new ResponsesClient(new ApiKeyCredential("none"), new ResponsesClientOptions { Endpoint = Base }).AsIChatClient(Model)
            : Client.GetChatClient(Model).AsIChatClient();
        var options = new Microsoft.Extensions.AI.ChatOptions { Temperature = 0, MaxOutputTokens = 30 };
        var whole = await client.GetResponseAsync("What is the capital of France?", options);
        whole.Text.ShouldNotBeNullOrWhiteSpace();
        whole.Usage!.OutputTokenCount!.Value.ShouldBeGreaterThan(0);
        var text = new StringBuilder();
        await foreach (var update in client.GetStreamingResponseAsync("What is the capital of France?", options)) text.Append(update.Text);
        text.ToString().ShouldBe(whole.Text);

        var schema = JsonDocument.Parse(Schema).RootElement;
        // This client moves bounds into descriptions, as OpenAI's strict form has none: what it asks for is a number of any size.
        var held = await client.GetResponseAsync("The weather in Paris, please.", new Microsoft.Extensions.AI.ChatOptions { MaxOutputTokens = 120, Temperature = 0, ResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat.ForJsonSchema(schema, "weather") });
        JsonDocument.Parse(held.Text).RootElement.GetProperty("degrees").ValueKind.ShouldBe(JsonValueKind.Number);

        var tool = AIFunctionFactory.CreateDeclaration("get_weather", "The weather.", schema);
        var called = await client.GetResponseAsync("Weather in Paris?", new Microsoft.Extensions.AI.ChatOptions { MaxOutputTokens = 120, Temperature = 0, Tools = [tool], ToolMode = ChatToolMode.RequireAny });
        var call = called.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();
        call.Name.ShouldBe("get_weather");
        call.Arguments!.ShouldContainKey("degrees");
        var after = await client.GetResponseAsync([new AIMessage(ChatRole.User, "Weather in Paris?"), .. called.Messages, new AIMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "18 degrees")])], options);
        // Over responses this client names a reason only for one that did not come to its end.
        if (!responses) after.FinishReason.ShouldNotBeNull();
        after.ResponseId.ShouldNotBeNullOrEmpty();
        after.Usage!.OutputTokenCount!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Packages_for_JavaScript_talk_stream_call_and_are_told_what_is_wrong()
    {
        var lines = Node("clients.mjs", Base.ToString(), Model).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines.Length.ShouldBe(5);
        lines.ShouldAllBe(l => l.GetProperty("ok").GetBoolean(), string.Join('\n', lines));
        Console.WriteLine($"{lines.Length} clients");
    }

    [Fact]
    public void A_runner_of_conformance_tests_finds_every_must()
    {
        var report = JsonDocument.Parse(Node(Path.Combine("node_modules", "llmprobe", "bin", "dist", "llmprobe.mjs"), Base.ToString(), "-m", Model, "--quick", "--no-bench", "--no-save", "--json")).RootElement.GetProperty("conformance");
        var failed = report.GetProperty("results").EnumerateArray().Where(r => r.GetProperty("outcome").GetString() == "fail").Select(r => r.ToString());
        failed.ShouldBeEmpty();
        report.GetProperty("passed").GetInt32().ShouldBeGreaterThan(50);
        Console.WriteLine($"llmprobe: {report.GetProperty("passed")} of {report.GetProperty("total")}");
    }

    private static string Node(params string[] arguments)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "node");
        Assert.SkipWhen(!Directory.Exists(Path.Combine(folder, "node_modules", "llmprobe")), "The npm packages are not installed: scripts/interop-tests.sh does that.");
        using var process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder })!;
        _ = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
