using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

public sealed class ProblemEncoderTests
{
    [Fact]
    public void A_problem_goes_through_the_chat_template_of_a_model_from_elsewhere()
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var encoder = new ProblemEncoder(model.Text);
        var problem = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 3, 1, 0);
        var prompt = encoder.Prompt(problem);
        encoder.Tokenizer.Decode(prompt, skipSpecial: false).ShouldBe($"<|im_start|>user\n{problem.Prompt}<|im_end|>\n<|im_start|>assistant\n");
        encoder.StopIds.ShouldBe([2]);
        var (tokens, first) = encoder.Example(problem.Prompt, "42");
        tokens[..first].ShouldBe(prompt);
        encoder.Text(tokens.AsSpan(first)).ShouldBe("42");
        tokens[^1].ShouldBe(2);
    }

    [Fact]
    public void A_template_that_asks_for_the_date_gives_the_same_tokens_every_day()
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var encoder = new ProblemEncoder(model.Text with { ChatTemplate = ChatTemplate.Parse("{{ strftime_now('%Y-%m-%d') }} {{ messages[0].content }}", "dated") });
        var problem = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 3, 1, 0);
        encoder.Tokenizer.Decode(encoder.Prompt(problem)).ShouldBe("2025-01-01 " + problem.Prompt);
    }

    [Fact]
    public void Without_a_template_a_problem_is_plain_text_and_our_own_models_read_it_as_ever()
    {
        var family = FamilyRegistry.Get("arithmetic");
        var encoder = new ProblemEncoder(ProblemEncoder.FormatFor(family));
        var problem = family.Generate(Split.Test, 3, 1, 0);
        encoder.Prompt(problem).ShouldBe(encoder.Tokenizer.Encode(problem.Prompt));
        encoder.Tokenizer.IdToToken(encoder.EndId).ShouldBe(ProblemEncoder.EndToken);
        Should.Throw<UserError>(() => new ProblemEncoder(encoder.Format with { StopIds = [] })).Field.ShouldBe("eos_token_id");
    }
}
