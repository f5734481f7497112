using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Which tokens of an example are learned: the assistant's, and the one that ends its turn.</summary>
public sealed class SupervisedEncoderTests : IDisposable
{
    private const string TwoTurns = """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+3?"}, {"role": "assistant", "content": "five"}, {"role": "user", "content": "sure?"}, {"role": "assistant", "content": "yes"}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_is_masked_and_its_completion_learned()
    {
        var format = Plain();
        var example = Encode(format, """{"prompt": "2+3=", "completion": "5"}""").Single();
        Text(format, example).ShouldBe("2+3=5<|end|>");
        Learned(format, example).ShouldBe("5<|end|>");
        example.Mask.ShouldBeNull();
    }

    [Fact]
    public void Without_a_template_conversations_have_the_plain_form()
    {
        var format = Plain() with { ChatTemplate = PlainChat.Template };
        var example = Encode(format, TwoTurns).Single();
        Text(format, example).ShouldBe("system: Be brief.\nuser: 2+3?\nassistant: five<|end|>\nuser: sure?\nassistant: yes<|end|>");
        Learned(format, example).ShouldBe("five<|end|>|yes<|end|>");
        example.Targets.ShouldBe(example.Mask!.Count(m => m));
        // A problem is asked as the user's turn was learned.
        new ProblemEncoder(format).Tokenizer.Decode(new ProblemEncoder(format).Example("2+3?", "5").Tokens, skipSpecial: false).ShouldBe("user: 2+3?\nassistant: 5<|end|>");
    }

    [Fact]
    public void Without_a_template_thoughts_stand_between_our_own_tags()
    {
        var format = Plain();
        Learned(format, Encode(format, """{"prompt": "2+3=", "completion": "5", "reasoning": "two, three"}""").Single()).ShouldBe("<think>two, three</think>5<|end|>");
        var example = Encode(format with { ChatTemplate = PlainChat.Template }, """{"messages": [{"role": "user", "content": "2+3?"}, {"role": "assistant", "content": "5", "thinking": "two, three"}, {"role": "user", "content": "sure?"}, {"role": "assistant", "content": "<think>again</think>yes"}]}""").Single();
        Learned(format, example).ShouldBe("<think>two, three</think>5<|end|>|<think>again</think>yes<|end|>");
    }

    [Fact]
    public void Prompt_and_completion_become_two_turns_where_the_model_has_a_template()
    {
        var format = Plain() with { ChatTemplate = PlainChat.Template };
        var example = Encode(format, """{"prompt": "2+3?", "completion": "five"}""").Single();
        Text(format, example).ShouldBe("user: 2+3?\nassistant: five<|end|>");
        Learned(format, example).ShouldBe("five<|end|>");
    }

    [Fact]
    public void The_template_of_a_model_from_elsewhere_needs_no_marks()
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var example = Encode(model.Text, TwoTurns).Single();
        Text(model.Text, example).ShouldStartWith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n2+3?<|im_end|>\n<|im_start|>assistant\nfive<|im_end|>");
        Learned(model.Text, example).ShouldBe("five<|im_end|>\n|yes<|im_end|>\n");
    }

    [Theory]
    // Marks around the content only, with the end right behind it or in the next line; around a thought apart.
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}<|eot|>\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}", "five<|eot|>|yes<|eot|>")]
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{{ '\n' }}<|eot|>\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}", "five\n<|eot|>|yes\n<|eot|>")]
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{% if m.role == 'assistant' %}{% generation %}{{ m.content[:2] }}{% endgeneration %}{% generation %}{{ m.content[2:] }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}<|eot|>\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}", "five<|eot|>|yes<|eot|>")]
    // No marks; the end that the template writes is not the one that the model's files name.
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|eot|>\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}", "five<|eot|>\n|yes<|eot|>\n")]
    // No end but the next turn's opening, which the last turn is ended with too.
    [InlineData("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}", "five<|user|>|yes<|user|>")]
    [InlineData("{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}", "five<|user|>|yes<|user|>")]
    // A mark that is no token.
    [InlineData("{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}</turn>\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", "five</turn>|yes</turn>")]
    // No end at all: one example a turn, each ended.
    [InlineData("{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", "five<|end|>", "yes<|end|>")]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", "five\n<|end|>", "yes\n<|end|>")]
    public void Every_learned_turn_ends_with_what_ends_it(string template, params string[] learned)
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var plain = ProblemEncoder.FormatOf(BpeTrainer.Train(["2+3="], 300, [ProblemEncoder.EndToken, "<|eot|>", "<|start|>", "<|user|>", "<|assistant|>", "<|system|>"]));
        var format = (plain with { ChatTemplate = ChatTemplate.Parse(template, "template") }).Complete(model.Configuration);
        var examples = Encode(format, TwoTurns);
        examples.Select(e => Learned(format, e)).ShouldBe(learned);
    }

    [Fact]
    public void A_template_that_rewrites_earlier_turns_gives_one_example_a_turn()
    {
        // Like templates that leave the reasoning of earlier turns out.
        var format = Plain() with { ChatTemplate = ChatTemplate.Parse("{% for m in messages %}{% if m.role == 'assistant' and not loop.last %}A:...;{% else %}{{ 'A' if m.role == 'assistant' else 'U' }}:{{ m.content }};{% endif %}{% endfor %}{% if add_generation_prompt %}A:{% endif %}", "rewriting") };
        var examples = Encode(format, """{"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}, {"role": "user", "content": "3"}, {"role": "assistant", "content": "4"}]}""");
        examples.Select(e => Text(format, e)).ShouldBe(["U:1;A:2;<|end|>", "U:1;A:...;U:3;A:4;<|end|>"]);
        examples.Select(e => Learned(format, e)).ShouldBe(["2;<|end|>", "4;<|end|>"]);
    }

    [Fact]
    public void A_template_that_hides_the_assistant_is_refused_with_the_line()
    {
        var format = Plain() with { ChatTemplate = ChatTemplate.Parse("{{ messages | length }}", "counting") };
        var error = Should.Throw<UserError>(() => Encode(format, TwoTurns));
        error.Line.ShouldBe(1);
        error.Message.ShouldContain("shows nothing of what the assistant says");
    }

    [Fact]
    public void What_a_template_refuses_names_the_line()
    {
        var format = Plain() with { ChatTemplate = ChatTemplate.Parse("{{ raise_exception('roles must alternate') }}", "strict") };
        var error = Should.Throw<UserError>(() => Encode(format, TwoTurns));
        error.Line.ShouldBe(1);
        error.Message.ShouldContain("roles must alternate");
    }

    [Theory]
    [InlineData("""{"prompt": "2+3=", "completion": "fünf"}""", "completion", "U+00FC (\"ü\")")]
    [InlineData("""{"prompt": "2🙂=", "completion": "5"}""", "prompt", "U+1F642")]
    [InlineData("""{"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "ok é"}]}""", "messages[1].content", "U+00E9")]
    public void A_character_that_the_tokenizer_lacks_is_shown_with_what_to_do(string line, string field, string says)
    {
        var format = ProblemEncoder.FormatOf(BpeTrainer.Train(["system user assistant: 2+3=five?\n.ok1"], 400, [ProblemEncoder.EndToken], new BpeTrainerOptions { AllBytes = false }));
        var error = Should.Throw<UserError>(() => Encode(line.Contains("messages", StringComparison.Ordinal) ? format with { ChatTemplate = PlainChat.Template } : format, line));
        (error.Line, error.Field).ShouldBe((1, field));
        error.Message.ShouldContain(says);
        error.Message.ShouldContain("model.tokenizer.kind: bpe");
    }

    private static TextFormat Plain() => ProblemEncoder.FormatOf(BpeTrainer.Train(["2+3="], 300, [ProblemEncoder.EndToken]));

    private static string Text(TextFormat format, SupervisedExample example) => format.Tokenizer.Decode(example.Tokens, skipSpecial: false);

    /// <summary>The stretches of targets, parted by bars.</summary>
    private static string Learned(TextFormat format, SupervisedExample example)
    {
        var parts = new List<string>();
        var run = new List<int>();
        for (var i = 0; i <= example.Tokens.Length; i++)
        {
            if (i < example.Tokens.Length && i >= example.FirstTarget && (example.Mask is null || example.Mask[i]))
            {
                run.Add(example.Tokens[i]);
                continue;
            }

            if (run.Count > 0) parts.Add(format.Tokenizer.Decode([.. run], skipSpecial: false));
            run.Clear();
        }

        return string.Join('|', parts);
    }

    private IReadOnlyList<SupervisedExample> Encode(TextFormat format, string line)
    {
        var path = _folder.File("data.jsonl");
        File.WriteAllText(path, line);
        return new SupervisedEncoder(format).Encode(SupervisedFile.Read(path).Single());
    }
}
