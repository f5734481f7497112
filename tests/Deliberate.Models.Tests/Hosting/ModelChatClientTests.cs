using System.Text.Json;
using Deliberate.Core;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Models.Tests;

public sealed class ModelChatClientTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    private static readonly AIOptions s_options = new() { MaxOutputTokens = 50, Temperature = 1, Seed = 3, AdditionalProperties = new() { ["thinking_budget"] = 12 } };

    [Fact]
    public async Task An_answer_has_its_thought_apart_and_says_what_it_took()
    {
        using var model = hosted.Open();
        using var client = model.AsChatClient();
        var response = await client.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hello")], s_options);
        var message = response.Messages.ShouldHaveSingleItem();
        message.Contents.Count.ShouldBe(2);
        message.Contents[0].ShouldBeOfType<TextReasoningContent>().Text.ShouldNotBeEmpty();
        message.Text.ShouldNotContain("think>");
        response.FinishReason.ShouldBe(ChatFinishReason.Length);
        response.ModelId.ShouldBe(model.Name);
        var usage = response.Usage!;
        usage.OutputTokenCount.ShouldBe(50);
        usage.ReasoningTokenCount!.Value.ShouldBeInRange(12, 16);
        usage.TotalTokenCount.ShouldBe(usage.InputTokenCount + 50);

        // The same piece by piece; what was read for the first is not read again.
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in client.GetStreamingResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hello")], s_options)) updates.Add(update);
        updates.Count.ShouldBeGreaterThan(5);
        var streamed = updates.ToChatResponse();
        streamed.Text.ShouldBe(response.Text);
        string.Concat(streamed.Messages[0].Contents.OfType<TextReasoningContent>().Select(c => c.Text)).ShouldBe(((TextReasoningContent)message.Contents[0]).Text);
        streamed.FinishReason.ShouldBe(ChatFinishReason.Length);
        streamed.Usage!.ReasoningTokenCount.ShouldBe(usage.ReasoningTokenCount);
        streamed.Usage.CachedInputTokenCount.ShouldBe(usage.InputTokenCount - 1, "but for the last token, whose logits are wanted");

        // Asked for less, it thinks nothing that is shown; the conversation goes on.
        var hidden = await client.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hello"), message, new(ChatRole.User, "More")], new AIOptions { MaxOutputTokens = 20, Reasoning = new() { Effort = ReasoningEffort.None, Output = ReasoningOutput.None } });
        hidden.Messages[0].Contents.ShouldHaveSingleItem().ShouldBeOfType<TextContent>();
        hidden.Usage!.ReasoningTokenCount!.Value.ShouldBeLessThan(5);
    }

    [Fact]
    public async Task Stop_sequences_seeds_and_cancellation_are_honoured()
    {
        using var model = hosted.Open();
        using var client = model.AsChatClient();
        var whole = (await client.GetResponseAsync("Hello", s_options)).Text;
        var stop = whole[3..5];
        var stopped = await client.GetResponseAsync("Hello", With(o => o.StopSequences = [stop]));
        stopped.Text.ShouldBe(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        stopped.FinishReason.ShouldBe(ChatFinishReason.Stop);
        (await client.GetResponseAsync("Hello", With(o => o.Seed = 4))).Text.ShouldNotBe(whole);
        using var source = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync("Hello", With(o => o.MaxOutputTokens = 400), source.Token)) await source.CancelAsync();
        });
    }

    [Fact]
    public async Task What_is_not_served_is_refused()
    {
        using var model = hosted.Open();
        using var client = model.AsChatClient();
        await Refuses("tools", With(o => o.Tools = [new HostedWebSearchTool()]));
        await Refuses("tool_mode", With(o => (o.Tools, o.ToolMode) = ([Look], ChatToolMode.RequireSpecific("other"))));
        await Refuses("#/not", With(o => o.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonSerializer.Deserialize<JsonElement>("{\"not\":{}}"))));
        await Refuses("regex", With(o => o.AdditionalProperties = new() { ["regex"] = 3 }));
        await Refuses("response_format", With(o => (o.ResponseFormat, o.AdditionalProperties) = (ChatResponseFormat.Json, new() { ["regex"] = "a" })));
        await Refuses("thinking_budget", With(o => o.AdditionalProperties = new() { ["thinking_budget"] = "much" }));
        await Refuses("max_output_tokens", With(o => o.MaxOutputTokens = -1));
        await Refuses("top_p", With(o => o.TopP = 3));
        await Refuses("messages", s_options, []);
        await Refuses("messages[0]", s_options, [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]);
        await Refuses("messages", s_options, [new(ChatRole.User, string.Concat(Enumerable.Repeat("long ", 400)))]);
        client.GetService<ChatClientMetadata>()!.DefaultModelId.ShouldBe(model.Name);
        client.GetService<TextModel>().ShouldBe(model);

        async Task Refuses(string field, AIOptions options, IEnumerable<AIMessage>? messages = null) =>
            (await Should.ThrowAsync<UserError>(async () => await client.GetResponseAsync(messages ?? [new(ChatRole.User, "Hello")], options))).Field.ShouldBe(field);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public void A_second_call_is_passed_over_where_several_are_not_allowed(bool? several, int calls)
    {
        List<AIContent> contents = [];
        var reader = ModelChatClient.Reader(new AIOptions { Tools = [Look], AllowMultipleToolCalls = several }, contents, () => { });
        reader.Push($"{ToolCallText.Write("look", "{}")}\n{ToolCallText.Write("look", "{}")}");
        reader.Finish();
        contents.OfType<FunctionCallContent>().Count().ShouldBe(calls);
    }

    private static AIOptions With(Action<AIOptions> change)
    {
        var options = s_options.Clone();
        change(options);
        return options;
    }

    private static AITool Look { get; } = AIFunctionFactory.CreateDeclaration("look", "Looks.", JsonDocument.Parse("""{"type":"object"}""").RootElement);
}
