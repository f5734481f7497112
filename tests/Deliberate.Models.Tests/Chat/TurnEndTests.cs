using Deliberate.Jinja;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class TurnEndTests
{
    private const int End = 0, EndOfTurn = 1, User = 2, Assistant = 3, Begin = 4, Start = 5;

    [Theory]
    // One token, with white space around it or not, and the line after it.
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|eot|>\n{% endfor %}", EndOfTurn)]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }} \n<|eot|>{% endfor %}", EndOfTurn)]
    // Several: the first.
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}<|eot|><|end|>{% endfor %}", EndOfTurn)]
    // Another one behind the last turn than between turns.
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}{{ '<|end|>' if loop.last else '<|eot|>' }}{% endfor %}", End)]
    // Only the assistant's turns are ended.
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}{{ '<|eot|>' if m.role == 'assistant' else '<|end|>' }}{% endfor %}", EndOfTurn)]
    // Nothing: the next turn's opening, where a model that answers does not have to write it first.
    [InlineData("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}", User)]
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}", Start)]
    [InlineData("{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}\n{% endfor %}", null)]
    // What begins texts ends none.
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{{ bos_token }}{% endif %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", null)]
    // Words.
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", null)]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}", null)]
    [InlineData("{{ messages[0].content }}", null)]
    [InlineData("{{ raise_exception('no') }}", null)]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", null)]
    public void The_token_that_a_template_ends_turns_with_is_found(string template, int? token) => Of(template).ShouldBe(new TurnEnd(token, null));

    [Theory]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}<|im_end|>\n{% endfor %}", "<|im_end|>")]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }} [/END]{% endfor %}", "[/END]")]
    public void A_mark_that_the_tokenizer_has_no_token_for_is_a_text(string template, string mark) => Of(template).ShouldBe(new TurnEnd(null, mark));

    [Theory]
    [InlineData("chatml", "<|im_end|>")]
    [InlineData("headers", "<|eot_id|>")]
    [InlineData("inst", "</s>")]
    public void Templates_of_published_kinds_end_turns(string name, string end)
    {
        var template = SharedFolder.Json("fixtures", "chat", "cases.json").GetProperty("templates").GetProperty(name).GetString()!;
        var tokenizer = BpeTrainer.Train(["ab"], 270, ["<|end_of_text|>", end, "<|begin_of_text|>", "<|im_start|>", "<|start_header_id|>", "<|end_header_id|>", "<s>"]);
        var format = new TextFormat(tokenizer) { ChatTemplate = ChatTemplate.Parse(template, name), SpecialTokens = [new("eos_token", end), new("bos_token", "<s>")] };
        TurnEnd.Of(format).Token.ShouldBe(tokenizer.TokenToId(end));
    }

    private static TurnEnd Of(string template)
    {
        var tokenizer = BpeTrainer.Train(["ab"], 266, ["<|end|>", "<|eot|>", "<|user|>", "<|assistant|>", "<|begin|>", "<|start|>"]);
        foreach (var (token, id) in new[] { ("<|end|>", End), ("<|eot|>", EndOfTurn), ("<|user|>", User), ("<|assistant|>", Assistant), ("<|begin|>", Begin), ("<|start|>", Start) }) tokenizer.TokenToId(token).ShouldBe(id);
        return TurnEnd.Of(new TextFormat(tokenizer) { ChatTemplate = ChatTemplate.Parse(template, "template"), SpecialTokens = [new("bos_token", "<|begin|>")] });
    }
}
