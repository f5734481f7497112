using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

public sealed class SampleReaderTests
{
    private static readonly Problem Asked = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 3, 1, 0);

    [Theory]
    [InlineData("<think>a</turn>b</think>7</turn> and", "<think>a</turn>b</think>7", true)]
    [InlineData("7 and</turn", "7 and</turn", false)]
    [InlineData("7<|im_end|>", "7", false)]
    [InlineData("<think>a</turn>", "<think>a</turn>", false)]
    public void What_the_template_ends_turns_with_ends_completions_and_is_no_part_of_them(string drawn, string text, bool ends)
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.role }}: {{ m.content }}</turn>\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", "marked");
        var encoder = new ProblemEncoder((model.Text with { ChatTemplate = template }).Complete(model.Configuration));
        var watch = encoder.Request(Asked, 50, [new RandomStream(1, StreamStage.Test)]).Watch!();
        var tokens = encoder.Tokenizer.Encode(drawn);
        var over = Array.FindIndex(tokens, token => watch(token));
        (over >= 0).ShouldBe(ends);
        if (ends) tokens = tokens[..(over + 1)];
        var isStopped = ends || encoder.StopIds.Contains(tokens[^1]);
        using var set = new ProblemSet(FamilyRegistry.Get("arithmetic"), 3);
        var sample = new SampleReader(encoder, set).Read(Asked, [new Rollout(tokens, [], [], isStopped ? FinishReason.Stop : FinishReason.Length)]).Single();
        sample.Completion.ShouldBe(text);
        sample.Truncated.ShouldBe(!isStopped);
        sample.CompletionTokens.ShouldBe(tokens.Length - (tokens[^1] == 2 ? 1 : 0));
    }
}
