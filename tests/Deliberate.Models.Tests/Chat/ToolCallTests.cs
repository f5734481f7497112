using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Models.Tests;

public sealed class ToolCallTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    [Theory]
    [InlineData("Let me see. <tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": \"x<y\"}}\n</tool_call>", "Let me see.", "look {\"at\":\"x<y\"}")]
    [InlineData("<tool_call>{\"name\":\"a\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"b\",\"parameters\":{\"n\":1}}</tool_call>", "", "a {}|b {\"n\":1}")]
    [InlineData("{\"name\": \"look\", \"parameters\": {\"at\": 3}}", "", "look {\"at\":3}")]
    [InlineData("{\"name\": \"unknown\", \"parameters\": {}}", "{\"name\": \"unknown\", \"parameters\": {}}", "")]
    [InlineData("<tool_call>\n{\"name\": \"look\", \"arguments\": \"{\\\"at\\\": 1}\"}", "", "look {\"at\":1}")]
    [InlineData("<tool_call>no json</tool_call>", "<tool_call>no json</tool_call>", "")]
    [InlineData("a < b and <tool_box", "a < b and <tool_box", "")]
    public void Calls_are_told_from_text_however_the_pieces_come(string answer, string text, string calls)
    {
        for (var size = 1; size <= answer.Length; size += 3)
        {
            var (shown, called) = ("", new List<string>());
            var streamed = "";
            var reader = new ToolCallReader(["look", "a", "b"], parallel: true, piece =>
            {
                if (piece is ToolCallPiece.Said said) shown += said.Text;
                else if (piece is ToolCallPiece.Arguments more) streamed += more.Delta;
                if (piece is not ToolCallPiece.Ended call) return;
                streamed.ShouldBe(call.Written);
                streamed = "";
                called.Add($"{call.Name} {System.Text.Json.Nodes.JsonNode.Parse(call.Written)!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })}");
            });
            foreach (var piece in answer.Chunk(size)) reader.Push(new string(piece));
            reader.Finish();
            shown.TrimStart('\n').ShouldBe(text);
            string.Join('|', called).ShouldBe(calls);
        }
    }

    [Theory]
    [InlineData("It is warm.", true)]
    [InlineData("a < b <tool_box> <tool_<tool_call", true)]
    [InlineData("Let me see. <tool_call>\n{\"name\": \"lamp\", \"arguments\": {\"floor\": 3}}\n</tool_call>", true)]
    [InlineData("<tool_call>{\"name\": \"lamp\", \"arguments\": {\"floor\": 3}}</tool_call> and <tool_call>{\"name\": \"other\", \"arguments\": {\"any\": [1]}}</tool_call> done", true)]
    [InlineData("<tool_call>{\"name\": \"lamp\", \"arguments\": {\"floor\": \"three\"}}</tool_call>", false)]
    [InlineData("<tool_call>{\"name\": \"lamp\", \"arguments\": {}}</tool_call>", false)]
    [InlineData("<tool_call>{\"name\": \"unknown\", \"arguments\": {}}</tool_call>", false)]
    [InlineData("so <tool_call>no json", false)]
    public void Text_is_free_and_a_call_within_it_is_one_of_a_tool_with_arguments_that_fit(string text, bool fits)
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"floor":{"type":"integer"}},"required":["floor"],"additionalProperties":false}""");
        var grammar = ToolCallText.Among([new ToolDescription("lamp", null, schema.RootElement.Clone(), Strict: true), new ToolDescription("other", null, null)]);
        var automaton = new GrammarAutomaton(GrammarNet.Build(grammar.Grammar, static _ => true), TokenTrie.Empty, []);
        var end = automaton.After(automaton.Start, System.Text.Encoding.UTF8.GetBytes(text));
        (end is { Accepts: true } || (fits && end is not null && text.EndsWith("<tool_call", StringComparison.Ordinal))).ShouldBe(fits);
    }

    [Fact]
    public async Task A_model_that_must_call_calls_with_arguments_that_fit()
    {
        using var roomy = new HostedModel(2048);
        using var model = roomy.Open();
        using var client = model.AsChatClient();
        var tool = AIFunctionFactory.Create((int floor, bool lit) => floor, "lamp", "Switches a lamp.");
        var whole = 0;
        for (var seed = 1; seed <= 6; seed++)
        {
            var options = new AIOptions { Tools = [tool], ToolMode = ChatToolMode.RequireSpecific("lamp"), MaxOutputTokens = 400, Temperature = 1, Seed = seed, AdditionalProperties = new() { ["thinking_budget"] = 4 } };
            var response = await client.GetResponseAsync("Light!", options, TestContext.Current.CancellationToken);
            List<ChatResponseUpdate> updates = [];
            await foreach (var update in client.GetStreamingResponseAsync("Light!", options, TestContext.Current.CancellationToken)) updates.Add(update);
            var streamed = updates.ToChatResponse();
            streamed.FinishReason.ShouldBe(response.FinishReason);
            if (response.FinishReason != ChatFinishReason.ToolCalls) continue;
            whole++;
            var call = response.Messages[0].Contents.OfType<FunctionCallContent>().Single();
            call.Name.ShouldBe("lamp");
            ((JsonElement)call.Arguments!["lit"]!).ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
            ((JsonElement)call.Arguments["floor"]!).TryGetInt64(out _).ShouldBeTrue();
            JsonSerializer.Serialize(streamed.Messages[0].Contents.OfType<FunctionCallContent>().Single().Arguments).ShouldBe(JsonSerializer.Serialize(call.Arguments));

            // Told of what came of it, it goes on.
            var told = await client.GetResponseAsync([new(ChatRole.User, "Light!"), response.Messages[0], new AIMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "on")])], new AIOptions { Tools = [tool], MaxOutputTokens = 10, Temperature = 1 }, TestContext.Current.CancellationToken);
            told.Usage!.InputTokenCount!.Value.ShouldBeGreaterThan(response.Usage!.InputTokenCount!.Value);
        }

        whole.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task An_application_adds_a_model_to_its_services()
    {
        var services = new ServiceCollection().AddDeliberate(hosted.Folder).AddKeyedDeliberate("second", hosted.Folder);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        (await client.GetResponseAsync("Hello", new AIOptions { MaxOutputTokens = 5 }, TestContext.Current.CancellationToken)).Usage!.OutputTokenCount.ShouldBe(5);
        client.GetService<TextModel>().ShouldBe(provider.GetRequiredService<TextModel>());
        provider.GetRequiredKeyedService<IChatClient>("second").GetService<TextModel>().ShouldNotBe(client.GetService<TextModel>());
        Should.Throw<Core.UserError>(() => new ServiceCollection().AddDeliberate("nowhere").BuildServiceProvider().GetRequiredService<IChatClient>());
    }
}
