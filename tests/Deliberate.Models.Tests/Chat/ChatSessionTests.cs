using System.Text;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

public sealed class ChatSessionTests : IDisposable
{
    /// <summary>Writes earlier answers otherwise than they were given, as templates do that leave out earlier thought.</summary>
    private const string Forgetful = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ '...' if m.role == 'assistant' else m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly Device _device = Device.Cpu(1);
    private readonly LanguageModel _model;
    private readonly TextFormat _format;

    public ChatSessionTests()
    {
        using var opened = PretrainedModel.Open(FixtureModels.Folder("llama"));
        _model = opened.LoadWeights(_device);
        _format = opened.Text;
    }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_later_turn_gives_the_tokens_of_a_conversation_read_from_its_beginning(bool forgetful)
    {
        var format = forgetful ? _format with { ChatTemplate = ChatTemplate.Parse(Forgetful, "test") } : _format;
        using var session = new ChatSession(_model, format, new ChatOptions { Context = 400, MaxTokens = 20, Seed = 7 }) { System = "Be brief." };
        List<(string Role, string Content)> messages = [("system", "Be brief.")];
        (string Text, int[] Tokens) before = ("", []);
        for (var turn = 0; turn < 3; turn++)
        {
            var question = $"Question {turn}?";
            var reusable = turn == 0 ? 0 : forgetful ? before.Tokens.Length - 20 : before.Tokens.Length - 1;
            messages.Add(("user", question));
            var rendered = format.Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf([.. messages]), AddGenerationPrompt = true }).Text;
            int[] prompt = before.Text.Length > 0 && rendered.StartsWith(before.Text, StringComparison.Ordinal) ? [.. before.Tokens, .. format.Tokenizer.Encode(rendered[before.Text.Length..])] : format.Tokenizer.Encode(rendered);
            using var fresh = new Generator(_model, 400);
            var expected = fresh.Generate(prompt, 20, new SamplingOptions(), new RandomStream(7, StreamStage.Sampling, step: turn), [2]);
            expected.Tokens.Length.ShouldBe(20);

            var answer = session.Ask(question);
            var reader = new AnswerReader(format, rendered);
            foreach (var token in expected.Tokens) reader.Push(token);
            reader.Finish();
            answer.Text.ShouldBe(reader.Text);
            answer.PromptTokens.ShouldBe(prompt.Length);
            answer.Tokens.ShouldBe(20);
            answer.ReusedTokens.ShouldBe(reusable);
            messages.Add(("assistant", answer.Text));
            before = (rendered + format.Tokenizer.Decode(expected.Tokens, skipSpecial: false), [.. prompt, .. expected.Tokens]);
        }
    }

    [Fact]
    public void The_pieces_are_the_answer()
    {
        using var session = new ChatSession(_model, _format, new ChatOptions { Context = 300, MaxTokens = 60 });
        var pieces = new List<AnswerPiece>();
        var answer = session.Ask("Hello", pieces.Add);
        string.Concat(pieces.Select(p => p.Text)).ShouldBe(answer.Text);
        pieces.Count.ShouldBeGreaterThan(10);
        answer.Thinking.ShouldBeNull();
        answer.End.ShouldBe(ChatEnd.Budget);
        answer.Rate!.Value.ShouldBeGreaterThan(0);
        answer.FirstToken.ShouldBeLessThan(answer.Elapsed);
    }

    [Fact]
    public void A_full_context_ends_the_answer_and_refuses_the_next_question()
    {
        using var session = new ChatSession(_model, _format, new ChatOptions { Context = 60 });
        session.Ask("Hello").End.ShouldBe(ChatEnd.ContextFull);
        session.Messages.Count.ShouldBe(2);
        Should.Throw<UserError>(() => session.Ask("More")).Message.ShouldContain("the context holds 60");
        session.Messages.Count.ShouldBe(2);
        session.Reset();
        session.Ask("More").Tokens.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_cancelled_answer_stays_as_far_as_it_came()
    {
        using var session = new ChatSession(_model, _format, new ChatOptions { Context = 300, MaxTokens = 60 });
        using var source = new CancellationTokenSource();
        var answer = session.Ask("Hello", _ => source.Cancel(), source.Token);
        answer.End.ShouldBe(ChatEnd.Cancelled);
        answer.Tokens.ShouldBeInRange(1, 10);
        session.Messages[^1].Content.ShouldBe(answer.Text);
        session.Ask("Hello", cancellation: source.Token).Tokens.ShouldBe(0);
        session.Messages.Count.ShouldBe(2);
        session.Ask("Go on").End.ShouldBe(ChatEnd.Budget);
    }

    [Fact]
    public void The_same_seed_gives_the_same_conversation()
    {
        var talks = Enumerable.Range(0, 2).Select(_ =>
        {
            using var session = new ChatSession(_model, _format, new ChatOptions { Context = 300, MaxTokens = 10, Seed = 3 });
            return $"{session.Ask("a").Text}|{session.Ask("b").Text}";
        }).ToArray();
        talks[0].ShouldBe(talks[1]);
    }

    [Fact]
    public void A_model_without_a_template_is_refused() =>
        Should.Throw<UserError>(() => new ChatSession(_model, _format with { ChatTemplate = null }, new ChatOptions { Context = 60 })).Message.ShouldContain("chat template");

    [Theory]
    // Never in the thought, nor in the space behind it; across tokens; as a special token; nothing is wanted of what comes after.
    [InlineData("<think>a stop b</think>\n\nx stop y", "x ", "a stop b", "stop", "\n\n")]
    [InlineData("x\n\nstop", "x", null, "stop", "\n\n")]
    [InlineData("<think>a</think>x<|other|>y", "x", "a", "<|other|>")]
    [InlineData("<think>a<|other|>b", "", "ab", "<|other|>")]
    [InlineData("<think>stop", "", "stop", "stop")]
    [InlineData("x sto", "x sto", null, "stop")]
    [InlineData("x <|im_end|> y", "x ", null)]
    public void A_stop_string_ends_the_answer_and_no_thought(string written, string text, string? thinking, params string[] stops)
    {
        var tokenizer = BpeTrainer.Train(["ab"], 262, ["<think>", "</think>", "<|end|>", "<|other|>"]);
        var format = new TextFormat(tokenizer) { StopIds = [2], StopStrings = ["<|im_end|>", .. stops] };
        var (shown, thought) = (new StringBuilder(), new StringBuilder());
        var reader = new AnswerReader(format, "", piece => (piece.IsThinking ? thought : shown).Append(piece.Text));
        var watch = AnswerReader.Watch(format, "")!();
        var tokens = tokenizer.Encode(written + " and more");
        var over = Array.FindIndex(tokens, token => watch(token));
        foreach (var token in tokens[..(over < 0 ? tokens.Length - " and more".Length : over + 1)]) reader.Push(token);
        reader.IsOver.ShouldBe(over >= 0);
        reader.Finish();
        (reader.Text, reader.Thinking).ShouldBe((text, thinking));
        shown.ToString().ShouldBe(text);
        thought.ToString().ShouldBe(thinking ?? "");
    }

    [Fact]
    public void A_conversation_goes_on_after_an_answer_that_a_stop_string_ended()
    {
        using var whole = new ChatSession(_model, _format, new ChatOptions { Context = 400, MaxTokens = 40, Seed = 5 });
        var text = whole.Ask("Hello").Text;
        var stop = text[10..13];
        using var session = new ChatSession(_model, _format, new ChatOptions { Context = 400, MaxTokens = 40, Seed = 5, Stop = [stop] });
        var answer = session.Ask("Hello");
        answer.End.ShouldBe(ChatEnd.Stop);
        answer.Text.ShouldBe(text[..text.IndexOf(stop, StringComparison.Ordinal)]);
        answer.Tokens.ShouldBeLessThan(40);
        session.Ask("More").ReusedTokens.ShouldBe(answer.PromptTokens, "the text that was not shown is no part of the conversation");
        Should.Throw<UserError>(() => new ChatSession(_model, _format, new ChatOptions { Context = 60, Stop = [""] })).Field.ShouldBe("stop");
    }

    [Fact]
    public void Special_tokens_that_are_tags_are_seen_as_tags()
    {
        var tokenizer = Tokenizer.FromVocabulary(["<think>", "</think>", "<|end|>", "a", "b", "<|other|>"], [], [3, 3, 3, 1, 1, 3], "gpt-2");
        var reader = new AnswerReader(new TextFormat(tokenizer) { StopIds = [2] }, "");
        foreach (var token in new[] { 0, 3, 3, 1, 4, 5, 2 }) reader.Push(token);
        reader.Finish();
        reader.Thinking.ShouldBe("aa");
        reader.Text.ShouldBe("b");
        reader.ThinkingTokens.ShouldBe(4);
    }
}
