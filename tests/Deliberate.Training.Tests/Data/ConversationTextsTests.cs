using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Every text of an example is learned behind the very tokens that the model is asked with, or the line is refused: for every template and every form.</summary>
public sealed class ConversationTextsTests : IDisposable
{
    private const string Thought = "six times seven is forty-two", Answer = "It is 42.", Second = "seven times six is the same", Last = "Still 42.";

    private static readonly Dictionary<string, string> Forms = new()
    {
        ["completion with tags"] = $$"""{"prompt": "What is 6*7?", "completion": "<think>{{Thought}}</think>{{Answer}}"}""",
        ["completion with tags on lines"] = $$"""{"prompt": "What is 6*7?", "completion": "<think>\n{{Thought}}\n</think>\n\n{{Answer}}"}""",
        ["completion with the closing tag alone"] = $$"""{"prompt": "What is 6*7?", "completion": "{{Thought}}\n</think>\n\n{{Answer}}"}""",
        ["completion with another maker's tags"] = $$"""{"prompt": "What is 6*7?", "completion": "[THINK]{{Thought}}[/THINK]{{Answer}}"}""",
        ["completion and reasoning_content"] = $$"""{"prompt": "What is 6*7?", "completion": "{{Answer}}", "reasoning_content": "{{Thought}}"}""",
        ["messages with tags"] = Messages(tags: true, system: false, turns: 1, ""),
        ["messages with reasoning_content"] = Messages(tags: false, system: false, turns: 1, "reasoning_content"),
        ["messages with reasoning"] = Messages(tags: false, system: false, turns: 1, "reasoning"),
        ["messages with thinking"] = Messages(tags: false, system: false, turns: 1, "thinking"),
        ["two turns with tags"] = Messages(tags: true, system: true, turns: 2, ""),
        ["two turns with reasoning_content"] = Messages(tags: false, system: true, turns: 2, "reasoning_content"),
        ["two turns without a thought"] = Messages(tags: false, system: true, turns: 2, ""),
        ["a switch"] = """{"messages": [{"role": "user", "content": "What is 6*7? /no_think"}, {"role": "assistant", "content": "It is 42."}]}""",
        ["parts"] = """{"messages": [{"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": "6*7?"}]}, {"role": "assistant", "content": "It is 42."}]}""",
        ["a call"] = """{"messages": [{"role": "user", "content": "What is 6*7?"}, {"role": "assistant", "content": "", "reasoning_content": "six times seven is forty-two", "tool_calls": [{"type": "function", "function": {"name": "multiply", "arguments": {"by": "seven"}}}]}]}""",
        // Texts that stand elsewhere too are not found there.
        ["short texts"] = """{"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "a"}, {"role": "assistant", "content": "s", "reasoning_content": "t"}]}""",
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_text_is_learned_behind_what_the_model_is_asked_with_or_the_line_is_refused()
    {
        var templates = ThinkingTemplates.All(Plain()).ToList();
        templates.Count.ShouldBeGreaterThan(290);
        var classes = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        var lines = Forms.ToDictionary(f => f.Key, f => Line(f.Value));
        foreach (var (name, format) in templates)
        {
            // One for all forms, as a file of many lines has one.
            var encoder = new SupervisedEncoder(format);
            foreach (var (form, line) in lines)
            {
                var counts = classes.TryGetValue(form, out var known) ? known : classes[form] = new(StringComparer.Ordinal);
                var outcome = Outcome(name, form, format, encoder, line);
                counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{templates.Count} templates:");
        foreach (var (form, counts) in classes) TestContext.Current.TestOutputHelper?.WriteLine($"  {form}: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        // None is refused wholesale: every form is learned with most templates.
        foreach (var (form, counts) in classes.Where(c => c.Key != "a call" && c.Key != "short texts")) counts.GetValueOrDefault("refused").ShouldBeLessThan(templates.Count / 2, form);
    }

    [Theory]
    [InlineData("""{"prompt":"What is 6*7?","completion":"<think>6*7 is 42</think>42"}""", "<｜User｜>What is 6*7?<｜Assistant｜><think>\n", "6*7 is 42</think>42<|end|>")]
    [InlineData("""{"prompt":"What is 6*7?","completion":"42","thinking":"6*7 is 42"}""", "<｜User｜>What is 6*7?<｜Assistant｜><think>\n", "6*7 is 42\n</think>\n\n42<|end|>")]
    [InlineData("""{"prompt":"What is 6*7?","completion":"42"}""", "<｜User｜>What is 6*7?<｜Assistant｜><think>\n", "\n</think>\n\n42<|end|>")]
    [InlineData("""{"prompt":"What is 6*7?","completion":"[THINK]6*7 is 42[/THINK]42"}""", "<｜User｜>What is 6*7?<｜Assistant｜><think>\n", "6*7 is 42</think>42<|end|>")]
    public void A_template_that_cuts_thoughts_out_loses_none(string json, string asked, string learned)
    {
        var format = ThinkingTemplates.Of(Plain(), ThinkingTemplates.R1);
        var example = new SupervisedEncoder(format).Encode(Line(json)).ShouldHaveSingleItem();
        Text(format, example.Tokens[..example.FirstTarget]).ShouldBe(asked);
        Text(format, example.Tokens[example.FirstTarget..]).ShouldBe(learned);
        example.Mask.ShouldBeNull();
    }

    [Theory]
    [InlineData("completion with tags", "<|im_start|>user\nWhat is 6*7?<|im_end|>\n<|im_start|>assistant\n<think>\n\n", "six times seven is forty-two</think>It is 42.<|im_end|>\n<|end|>")]
    [InlineData("a switch", "<|im_start|>user\nWhat is 6*7?<|im_end|>\n<|im_start|>assistant\n<think></think>", "It is 42.<|im_end|>\n<|end|>")]
    public void The_opening_tag_is_not_learned_twice_and_switches_are_no_lost_text(string form, string asked, string learned)
    {
        var format = ThinkingTemplates.Of(Plain(), "switches");
        var example = new SupervisedEncoder(format).Encode(Line(Forms[form])).ShouldHaveSingleItem();
        Text(format, example.Tokens[..example.FirstTarget]).ShouldBe(asked);
        Text(format, example.Tokens[example.FirstTarget..]).ShouldBe(learned);
    }

    [Fact]
    public void A_call_stands_behind_the_thought_that_the_prompt_opened()
    {
        var format = ThinkingTemplates.Of(Plain(), "QwQ with calls");
        var example = new SupervisedEncoder(format).Encode(Line(Forms["a call"])).ShouldHaveSingleItem();
        Text(format, example.Tokens[example.FirstTarget..]).ShouldBe($"{Thought}\n</think>\n\n<tool_call>{{\"name\": \"multiply\", \"arguments\": {{\"by\": \"seven\"}}}}</tool_call><|im_end|>\n<|end|>");
        var error = Should.Throw<UserError>(() => new SupervisedEncoder(ThinkingTemplates.Of(Plain(), "QwQ")).Encode(Line(Forms["a call"])));
        error.Field.ShouldBe("messages[1].tool_calls");
    }

    [Fact]
    public void Each_turn_is_asked_as_the_model_will_be_with_the_thoughts_before_it_cut_out()
    {
        var format = ThinkingTemplates.Of(Plain(), ThinkingTemplates.R1);
        var examples = new SupervisedEncoder(format).Encode(Line(Forms["two turns with tags"]));
        examples.Select(e => Text(format, e.Tokens)).ShouldBe([
            $"Be brief.<｜User｜>What is 6*7?<｜Assistant｜><think>\n{Thought}</think>{Answer}<|end|>",
            $"Be brief.<｜User｜>What is 6*7?<｜Assistant｜>{Answer}<|end|><｜User｜>And 7*6?<｜Assistant｜><think>\n{Second}</think>{Last}<|end|>"]);
    }

    [Fact]
    public void Where_the_prompt_ends_the_thought_an_example_with_one_is_refused_with_what_to_do()
    {
        var error = Should.Throw<UserError>(() => new SupervisedEncoder(ThinkingTemplates.Of(Plain(), ThinkingTemplates.NoThinking)).Encode(Line(Forms["completion with tags"])));
        (error.Line, error.Field).ShouldBe((1, "completion"));
        error.Message.ShouldContain("</think>");
        error.Message.ShouldContain("template that lets it think");
    }

    [Theory]
    [InlineData("users only", "two turns without a thought", "messages[0].content", "\"system\"")]
    [InlineData("Llama 3", "two turns with reasoning_content", "messages[2].reasoning_content", "between <think> and </think>")]
    [InlineData("Llama 3", "completion and reasoning_content", "reasoning_content", "between <think> and </think>")]
    [InlineData("Llama 3", "a call", "messages[1].reasoning_content", "between <think> and </think>")]
    public void What_a_template_leaves_out_is_named(string template, string form, string field, string says)
    {
        var error = Should.Throw<UserError>(() => new SupervisedEncoder(ThinkingTemplates.Of(Plain(), template)).Encode(Line(Forms[form])));
        (error.Line, error.Field).ShouldBe((1, field));
        error.Message.ShouldContain(says);
    }

    private static string Outcome(string template, string form, TextFormat format, SupervisedEncoder encoder, SupervisedLine line)
    {
        var what = $"{form}, template {template}";
        IReadOnlyList<SupervisedExample> examples;
        try
        {
            examples = encoder.Encode(line);
        }
        catch (UserError error)
        {
            error.Line.ShouldBe(1, what);
            return "refused";
        }

        var messages = line.Messages?.EnumerateArray().ToArray() ?? JsonSerializer.SerializeToElement(new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = line.Prompt },
            new JsonObject { ["role"] = "assistant", ["content"] = line.Completion, ["reasoning_content"] = line.Thought })).EnumerateArray().ToArray();
        var isWritten = false;
        for (var i = 0; i < messages.Length; i++)
        {
            if (messages[i].GetProperty("role").GetString() != "assistant") continue;
            var asked = Render(format, messages.Take(i), prompt: true);
            var prefix = format.Tokenizer.Encode(asked);
            var found = examples.Where(e => e.Tokens.AsSpan().StartsWith(prefix)).Select(e => Learned(format, e, prefix.Length)).ToArray();
            found.ShouldNotBeEmpty($"{what}: no example begins with what the model is asked with, {asked}");
            var written = WrittenThought.Read(messages[i].GetProperty("content").GetString() ?? "");
            var thought = (messages[i].EnumerateObject().FirstOrDefault(p => p.Name.StartsWith("rea", StringComparison.Ordinal) || p.Name == "thinking").Value is { ValueKind: JsonValueKind.String } given ? given.GetString() : null) ?? "";
            if (thought.Length == 0) thought = written.Thought?.Trim() ?? "";
            found.ShouldContain(text => Says(text, asked, thought, written.Answer.Trim()), $"{what}: asked {asked}");
            // Where the template ends no turn the end token is put behind it.
            isWritten |= !found.Any(text => (Render(format, messages.Take(i + 1), prompt: false) + ProblemEncoder.EndToken).StartsWith(asked + text.Replace(ProblemEncoder.EndToken, "", StringComparison.Ordinal).TrimEnd(), StringComparison.Ordinal));
        }

        return isWritten ? "written behind the prompt" : "as rendered";
    }

    /// <summary>Whether a learned text says thought and answer, the thought where the prompt opened it or within tags where they are known.</summary>
    private static bool Says(string text, string asked, string thought, string answer)
    {
        if (ThinkingTags.OpenedBy(asked) is null) return text.IndexOf(thought, StringComparison.Ordinal) is var at and >= 0 && text.IndexOf(answer, at + thought.Length, StringComparison.Ordinal) >= 0;
        var split = ThinkingSplit.Of(text, asked);
        return split.Thinking!.Trim() == thought && split.Text.Contains(answer, StringComparison.Ordinal);
    }

    /// <summary>The targets from a place on, up to the first token that is none.</summary>
    private static string Learned(TextFormat format, SupervisedExample example, int from)
    {
        var to = from;
        while (to < example.Tokens.Length && to >= example.FirstTarget && (example.Mask is null || example.Mask[to])) to++;
        return Text(format, example.Tokens[from..to]);
    }

    private static string Render(TextFormat format, IEnumerable<JsonElement> messages, bool prompt) =>
        format.Render(new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(messages), AddGenerationPrompt = prompt }, StoppedClock.Instance).Text;

    private static string Messages(bool tags, bool system, int turns, string field)
    {
        var messages = new JsonArray();
        if (system) messages.Add(new JsonObject { ["role"] = "system", ["content"] = "Be brief." });
        Add("What is 6*7?", Thought, Answer);
        if (turns == 2) Add("And 7*6?", Second, Last);
        return new JsonObject { ["messages"] = messages }.ToJsonString().Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal).Replace("\":", "\": ", StringComparison.Ordinal).Replace(",\"", ", \"", StringComparison.Ordinal);

        void Add(string user, string thought, string answer)
        {
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = user });
            var said = new JsonObject { ["role"] = "assistant", ["content"] = tags ? $"<think>{thought}</think>{answer}" : answer };
            if (field.Length > 0) said[field] = thought;
            messages.Add(said);
        }
    }

    private static TextFormat Plain() => ProblemEncoder.FormatOf(BpeTrainer.Train(["2+3="], 300, [ProblemEncoder.EndToken]));

    private static string Text(TextFormat format, int[] tokens) => format.Tokenizer.Decode(tokens, skipSpecial: false);

    private SupervisedLine Line(string json)
    {
        var path = _folder.File("data.jsonl");
        File.WriteAllText(path, json);
        return SupervisedFile.Read(path).Single();
    }
}
