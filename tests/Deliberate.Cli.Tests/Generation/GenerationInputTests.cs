using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Cli.Tests;

public sealed class GenerationInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TextFormat _format;

    public GenerationInputTests()
    {
        using var opened = PretrainedModel.Open(FixtureModel.Path);
        _format = opened.Text;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_carry_what_they_say()
    {
        var lines = Read(
            """
            {"id": "a", "messages": [{"role": "user", "content": "Hi"}], "other": 1}

            {"id": 7, "prompt": "Once", "max_tokens": 9, "raw": true}
            {"prompt": "Once", "id": null, "max_tokens": null, "raw": true}
            {"prompt": "Hi"}
            """);
        lines.Select(l => l.Number).ShouldBe([1, 3, 4, 5]);
        lines.Select(l => l.Id?.ToString()).ShouldBe(["a", "7", null, null]);
        lines.Select(l => l.MaxTokens).ShouldBe([50, 9, 50, 50]);
        // What a user asks, as in training.
        lines[3].Prompt.ShouldBe(lines[0].Prompt);
        lines[0].Text.ShouldBe("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
        lines[0].Prompt.ShouldBe(_format.Tokenizer.Encode(lines[0].Text));
        lines[1].Prompt.ShouldBe(_format.Tokenizer.Encode("Once", addSpecialTokens: true));
        // Equal prompts are samples of one, each with random numbers of its own.
        lines[1].Stream.UniformAt(0).ShouldNotBe(lines[2].Stream.UniformAt(0));
        Read("{\"prompt\": \"Once\", \"raw\": true}")[0].Stream.ShouldBe(lines[1].Stream);
    }

    [Fact]
    public void A_budget_nobody_asked_for_is_cut_to_the_context()
    {
        var line = Read($$"""{"prompt": "{{new string('x', 220)}}"}""")[0];
        (line.Prompt.Length + line.MaxTokens).ShouldBe(256);
    }

    [Theory]
    [InlineData("{\"prompt\": \"a\"}\n{\"mesages\": []}", ":2: ", "neither messages nor a prompt")]
    [InlineData("{\"prompt\": 5}", ":1: prompt: ", "Expected text")]
    [InlineData("{\"prompt\": \"a\", \"messages\": []}", ":1: prompt: ", "not both")]
    [InlineData("{\"prompt\": \"\"}", ":1: prompt: ", "no tokens")]
    [InlineData("{\"messages\": {}}", ":1: messages: ", "Expected an array")]
    [InlineData("{\"messages\": []}", ":1: messages: ", "no messages")]
    [InlineData("{\"messages\": [\"hello\"]}", ":1: messages[0]: ", "role and content")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"content\": \"a\"}]}", ":1: messages[1].role: ", "no role")]
    [InlineData("{\"messages\": [{\"role\": \"user\"}]}", ":1: messages[0].content: ", "no content")]
    [InlineData("{\"prompt\": \"a\", \"max_tokens\": 0}", ":1: max_tokens: ", "nothing to generate")]
    [InlineData("{\"prompt\": \"a\", \"max_tokens\": \"many\"}", ":1: max_tokens: ", "whole number")]
    [InlineData("{\"prompt\": \"a\", \"max_tokens\": 256}", ":1: max_tokens: ", "context of 256")]
    [InlineData("{\"prompt\": \"a\", \"id\": [1]}", ":1: id: ", "text or a number")]
    [InlineData("{\"prompt\": \"a\"", ":1:", "not valid JSON")]
    [InlineData("1", ":1: ", "Expected an object")]
    [InlineData("[{\"prompt\": \"a\"}]", ":1: ", "JSON array")]
    [InlineData("{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"{\"}}]}]}", ":1: messages[0].tool_calls[0].function.arguments: ", "holds one in JSON")]
    [InlineData("\n \n", "", "no lines")]
    public void A_bad_line_is_named_with_its_field(string text, string place, string says)
    {
        var message = Should.Throw<UserError>(() => Read(text)).Message;
        message.ShouldContain("in.jsonl" + place);
        message.ShouldContain(says);
    }

    [Fact]
    public void What_the_template_refuses_is_named_with_its_line()
    {
        var strict = _format with { ChatTemplate = ChatTemplate.Parse("{{ raise_exception('roles must alternate') }}", "template") };
        Should.Throw<UserError>(() => Read("""{"messages": [{"role": "user", "content": "a"}]}""", strict)).Message.ShouldContain("in.jsonl:1: messages: The model's chat template refuses the conversation: roles must alternate");
        Should.Throw<UserError>(() => Read("""{"messages": [{"role": "user", "content": "a"}]}""", _format with { ChatTemplate = null })).Message.ShouldContain("no chat template");
    }

    [Fact]
    public void Templates_see_the_day_of_the_record()
    {
        var dated = _format with { ChatTemplate = ChatTemplate.Parse("{{ strftime_now('%Y-%m-%d') }}", "template") };
        Read("""{"messages": [{"role": "user", "content": "a"}]}""", dated)[0].Text.ShouldBe("2026-02-03");
    }

    private List<GenerationLine> Read(string text, TextFormat? format = null) =>
        GenerationInput.Read(_folder.File("in.jsonl", text), format ?? _format, context: 256, budget: 50, seed: 1, new DayClock(new DateOnly(2026, 2, 3)));
}
