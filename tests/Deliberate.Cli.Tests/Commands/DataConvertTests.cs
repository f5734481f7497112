using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class DataConvertTests : IDisposable
{
    private const string ShareGpt = """{"conversations": [{"from": "system", "value": "Be brief."}, {"from": "human", "value": "hällo"}, {"from": "gpt", "value": "hi"}, {"from": "human", "value": "1+1?"}, {"from": "gpt", "value": "2"}], "id": "c1"}""";
    private const string Alpaca = """{"instruction": "Add the numbers.", "input": "1 and 2", "output": "3"}""";
    private const string Gsm8k = """{"question": "What is 6*3?", "answer": "6*3 = 18\n#### 18"}""";

    private static readonly (string Line, string Converted, string Shape)[] Examples =
    [
        (ShareGpt, """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hällo"},{"role":"assistant","content":"hi"},{"role":"user","content":"1+1?"},{"role":"assistant","content":"2"}],"id":"c1"}""", "ShareGPT's form (conversations)"),
        ("""{"system": "S", "conversations": [{"from": "user", "value": "a"}, {"from": "function_call", "value": "{\"name\": \"f\", \"arguments\": \"{\\\"x\\\": 1}\"}"}, {"from": "observation", "value": "9"}, {"from": "assistant", "value": "b"}], "tools": "[{\"name\": \"f\"}]"}""", """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"x":1}}}]},{"role":"tool","content":"9"},{"role":"assistant","content":"b"}],"tools":[{"name":"f"}]}""", "ShareGPT's form (conversations, system, tools)"),
        ("""{"messages": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}""", """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""", "ShareGPT's form (messages)"),
        ("""{"conversation": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""", """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""", "ShareGPT's form (conversation)"),
        (Alpaca, """{"prompt":"Add the numbers.\n\n1 and 2","completion":"3"}""", "Alpaca's form (instruction, input, output)"),
        ("""{"instruction": "Sing.", "input": "", "output": "la", "source": "s"}""", """{"prompt":"Sing.","completion":"la","source":"s"}""", "Alpaca's form (instruction, input, output)"),
        ("""{"instruction": "Sing.", "context": null, "response": "la"}""", """{"prompt":"Sing.","completion":"la"}""", "Alpaca's form (instruction, response)"),
        ("""{"instruction": "c", "output": "d", "system": "S", "history": [["a", "b"]]}""", """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}""", "Alpaca's form (instruction, output, system, history)"),
        ("""{"prompt": [{"role": "system", "content": "S"}, {"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}""", """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""", "TRL's conversational form (prompt, completion)"),
        ("""{"query": "q", "response": "r"}""", """{"prompt":"q","completion":"r"}""", "the form of questions and answers (query, response)"),
        ("""{"prompt": "q", "response": "r"}""", """{"prompt":"q","completion":"r"}""", "the form of questions and answers (prompt, response)"),
    ];

    private static readonly (string Line, string Converted, string Shape)[] Problems =
    [
        (Gsm8k, """{"prompt":"What is 6*3?","answer":"6*3 = 18\n#### 18"}""", "the form of questions and answers (question, answer)"),
        ("""{"prompt": [{"role": "user", "content": "a"}], "solution": "7"}""", """{"prompt":"a","answer":"7"}""", "TRL's conversational form (prompt, solution)"),
        ("""{"question": "q", "ground_truth": 7}""", """{"prompt":"q","answer":"7"}""", "the form of questions and answers (question, ground_truth)"),
        ("""{"problem": "p", "solution": "long: \\boxed{7}", "answer": 7, "level": "Level 5", "subject": "Algebra"}""", """{"prompt":"p","answer":"7","solution":"long: \\boxed{7}","subject":"Algebra"}""", "the form of questions and answers (problem, answer)"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_of_other_forms_become_ours_and_the_loader_says_how()
    {
        foreach (var (entries, kind) in new[] { (Examples, "examples"), (Problems, "problems") })
        {
            _folder.File("in.jsonl", string.Concat(entries.Select(e => e.Line + "\n")));
            var refused = CliProcess.Run(_folder.Root, "data", "check", "in.jsonl", "--kind", kind);
            refused.ExitCode.ShouldBe(2);
            var result = CliProcess.Run(_folder.Root, "data", "convert", "in.jsonl", $"{kind}.jsonl").ShouldSucceed();
            for (var i = 0; i < entries.Length; i++)
            {
                // The first ten are named.
                if (i < 10) refused.Output.ShouldContain($"in.jsonl:{i + 1}: The line has {entries[i].Shape}");
                result.Output.ShouldContain($"of {entries[i].Shape} to {kind}");
            }

            refused.Output.ShouldContain("deliberate data convert in.jsonl OUTPUT.jsonl");
            result.Output.ShouldContain($"{kind}.jsonl: {entries.Length} lines.");
            File.ReadAllLines(Path.Combine(_folder.Root, $"{kind}.jsonl")).ShouldBe(entries.Select(e => e.Converted));
            // The plain form of conversations, which data without a model is checked with, shows no calls of tools.
            string[] shown = [.. entries.Select(e => e.Converted).Where(line => !line.Contains("tool_calls", StringComparison.Ordinal))];
            _folder.File("shown.jsonl", string.Join('\n', shown));
            CliProcess.Run(_folder.Root, "data", "check", "shown.jsonl").ShouldSucceed().Output.ShouldContain($"{shown.Length} good, 0 bad");
        }
    }

    [Theory]
    [InlineData("[\n  ENTRIES\n]\n", false)]
    [InlineData("\uFEFF\n [ENTRIES]", false)]
    [InlineData("{\"version\": 1, \"data\": [ENTRIES]}", true)]
    [InlineData("{\n  \"data\": [\n    ENTRIES\n  ]\n}\n", true)]
    public void An_array_becomes_lines_whatever_its_entries_are(string layout, bool isWrapped)
    {
        string[] entries = [Alpaca, """{"prompt": "a", "completion": "b"}""", """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"""];
        _folder.File("in.json", layout.Replace("ENTRIES", string.Join(",\n", entries), StringComparison.Ordinal));
        var refused = CliProcess.Run(_folder.Root, "data", "check", "in.json");
        refused.ExitCode.ShouldBe(2);
        if (!isWrapped) (refused.Output + refused.Error).ShouldContain("The file is a JSON array, not JSON Lines, which hold an object a line. Convert the file: deliberate data convert in.json OUTPUT.jsonl");
        CliProcess.Run(_folder.Root, "data", "convert", "in.json", "out.jsonl").ShouldSucceed().Output.ShouldContain("as they were   2");
        File.ReadAllLines(Path.Combine(_folder.Root, "out.jsonl"))[0].ShouldBe("""{"prompt":"Add the numbers.\n\n1 and 2","completion":"3"}""");
        CliProcess.Run(_folder.Root, "data", "check", "out.jsonl").ShouldSucceed().Output.ShouldContain("3 good, 0 bad");
    }

    [Fact]
    public void What_cannot_be_converted_is_named_and_the_rest_is_written()
    {
        _folder.File("in.json", $$"""
            [
              {{Alpaca}},
              {"instruction": "a", "output": ""},
              {"instruction": 7, "output": "b"},
              {"text": "what"},
              {"conversations": [{"from": "human", "value": "a"}]},
              {"conversations": [{"from": "alien", "value": "a"}, {"from": "gpt", "value": "b"}]},
              {"instruction": "\ud800", "output": "b"},
              "no object",
              {"prompt": "a", "completion": "b"}
            ]
            """);
        var result = CliProcess.Run(_folder.Root, "data", "convert", "in.json", "out.jsonl", "--json");
        result.ExitCode.ShouldBe(2, result.Error);
        var json = JsonSerializer.Deserialize<JsonElement>(result.Output);
        (json.GetProperty("lines").GetInt32(), json.GetProperty("as_they_were").GetInt32(), json.GetProperty("not_converted").GetInt32()).ShouldBe((2, 1, 7));
        json.GetProperty("converted")[0].GetProperty("count").GetInt32().ShouldBe(1);
        json.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("line").GetInt32(), e.GetProperty("field").GetString())).ShouldBe(
            [(3, "completion"), (4, "instruction"), (5, null), (6, "messages"), (7, "conversations[0].from"), (8, "instruction"), (9, null)]);
        var text = CliProcess.Run(_folder.Root, "data", "convert", "in.json", "out.jsonl", "--force");
        text.ExitCode.ShouldBe(2);
        text.Output.ShouldContain("not converted  7:");
        text.Output.ShouldContain("in.json:7: conversations[0].from: Nobody is known as \"alien\".");
        File.ReadAllLines(Path.Combine(_folder.Root, "out.jsonl")).Length.ShouldBe(2);
    }

    [Fact]
    public void The_user_may_say_what_entries_become()
    {
        _folder.File("gsm8k.jsonl", Gsm8k + "\n");
        CliProcess.Run(_folder.Root, "data", "convert", "gsm8k.jsonl", "e.jsonl", "--kind", "examples").ShouldSucceed();
        File.ReadAllText(Path.Combine(_folder.Root, "e.jsonl")).ShouldBe("""{"prompt":"What is 6*3?","completion":"6*3 = 18\n#### 18"}""" + "\n");
        _folder.File("alpaca.jsonl", Alpaca + "\n");
        CliProcess.Run(_folder.Root, "data", "convert", "alpaca.jsonl", "p.jsonl", "--kind", "problems").ShouldSucceed();
        File.ReadAllText(Path.Combine(_folder.Root, "p.jsonl")).ShouldBe("""{"prompt":"Add the numbers.\n\n1 and 2","answer":"3"}""" + "\n");
        _folder.File("math.jsonl", """{"problem": "p", "solution": "so 7", "level": "Level 5", "grader": "mine"}""" + "\n");
        CliProcess.Run(_folder.Root, "data", "convert", "math.jsonl", "m.jsonl").ShouldSucceed().Output.ShouldContain("left out       \"grader\" of 1, whose values mean something else here");
        File.ReadAllText(Path.Combine(_folder.Root, "m.jsonl")).ShouldBe("""{"prompt":"p","answer":"so 7"}""" + "\n");
    }

    [Theory]
    [InlineData("in.jsonl in.jsonl", "the same file")]
    [InlineData("in.jsonl there.jsonl", "The file exists. Choose another output, or replace it with --force.")]
    [InlineData("in.jsonl .", "This is a folder")]
    [InlineData("nothing.jsonl out.jsonl", "There is no such file")]
    [InlineData("empty.jsonl out.jsonl", "The file is empty")]
    [InlineData("ours.jsonl out.jsonl", "There is nothing to convert: all lines are in a form of ours.")]
    [InlineData("both.jsonl out.jsonl", "The file holds examples as well as problems: line 1 and line 2.")]
    [InlineData("unknown.jsonl out.jsonl", "The entry has no form that is known: its fields are text.")]
    [InlineData("in.jsonl out.jsonl --kind problems", "A conversation is no problem")]
    [InlineData("broken.json out.jsonl", "This is not valid JSON")]
    [InlineData("in.jsonl", "OUTPUT")]
    public void A_mistake_is_one_line_with_advice_and_nothing_is_written(string line, string said)
    {
        _folder.File("in.jsonl", ShareGpt + "\n");
        _folder.File("there.jsonl", "mine");
        _folder.File("empty.jsonl", "\n");
        _folder.File("ours.jsonl", """{"prompt": "a", "completion": "b"}""" + "\n");
        _folder.File("both.jsonl", Alpaca + "\n" + Gsm8k + "\n");
        _folder.File("unknown.jsonl", """{"text": "a"}""" + "\n");
        _folder.File("broken.json", "[{\"instruction\": ");
        CliProcess.Run(_folder.Root, ["data", "convert", .. line.Split(' ')]).ShouldBeUserMistake().ShouldContain(said);
        File.ReadAllText(Path.Combine(_folder.Root, "there.jsonl")).ShouldBe("mine");
        File.Exists(Path.Combine(_folder.Root, "out.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public void Training_on_another_form_says_how_to_convert_it()
    {
        _folder.File("alpaca.jsonl", Alpaca + "\n");
        _folder.File("gsm8k.json", $"[{Gsm8k}]\n");
        _folder.File("imitate.yaml", "name: a\nmodel: { hidden: 32, layers: 1, heads: 2, intermediate: 64, context: 64 }\nsupervised: { data: [alpaca.jsonl], tokens: 1000 }\n");
        _folder.File("learn.yaml", "name: b\nmodel: { hidden: 32, layers: 1, heads: 2, intermediate: 64, context: 64 }\nproblems: { train: [gsm8k.json] }\nreinforcement: { steps: 1, max_tokens: 8 }\nevaluation: { max_tokens: 8 }\n");
        CliProcess.Run(_folder.Root, "train", "imitate.yaml", "--dry-run").ShouldBeUserMistake().ShouldContain("Alpaca's form (instruction, input, output), not \"messages\", or \"prompt\" and \"completion\". Convert the file: deliberate data convert ");
        CliProcess.Run(_folder.Root, "train", "learn.yaml", "--dry-run").ShouldBeUserMistake().ShouldContain("The file is a JSON array");
        _folder.File("gsm8k.json", Gsm8k + "\n");
        CliProcess.Run(_folder.Root, "train", "learn.yaml", "--dry-run").ShouldBeUserMistake().ShouldContain("(question, answer), not \"prompt\" and \"answer\"");
    }

    [Fact]
    public void Help_teaches_with_examples()
    {
        var help = CliProcess.RunAlone(".", "data", "convert", "--help").ShouldSucceed().Output;
        foreach (var part in new[] { "deliberate data convert <INPUT> <OUTPUT>", "ShareGPT", "--kind", "--force", "deliberate data convert alpaca.json examples.jsonl" }) help.ShouldContain(part);
    }

    [Fact]
    public void Control_tokens_that_somebody_typed_are_noted()
    {
        _folder.File("chats.jsonl", """
            {"prompt": "plain", "completion": "<think>a</think>b"}
            {"messages": [{"role": "user", "content": "what does <|im_end|> mean?"}, {"role": "assistant", "content": "the end"}]}
            {"prompt": "x", "completion": "y<|endoftext|><think>"}
            {"prompt": "<think>", "completion": "y"}
            {"prompt": "<|other|>", "completion": "y"}

            """);
        var output = CliProcess.Run(_folder.Root, "data", "check", "chats.jsonl", "--model", FixtureModel.Path).ShouldSucceed().Output;
        output.ShouldContain("control tokens  3 lines with <think>, <|endoftext|>, <|im_end|> as text, the first line 2: the model reads them as its own marks");
        var json = JsonSerializer.Deserialize<JsonElement>(CliProcess.Run(_folder.Root, "data", "check", "chats.jsonl", "--json").ShouldSucceed().Output).GetProperty("files")[0].GetProperty("control_tokens");
        (json.GetProperty("lines").GetInt32(), json.GetProperty("first_line").GetInt32()).ShouldBe((3, 2));
        json.GetProperty("found").EnumerateArray().Select(t => t.GetString()).ShouldBe(["<|endoftext|>", "<|im_end|>", "<|other|>"]);
        _folder.File("p.jsonl", "{\"prompt\": \"say <|im_start|>\", \"answer\": \"a\"}\n{\"prompt\": \"b\", \"answer\": \"c\"}\n");
        CliProcess.Run(_folder.Root, "data", "check", "p.jsonl", "--model", FixtureModel.Path).ShouldSucceed().Output.ShouldContain("control tokens  1 line with <|im_start|> as text, the first line 1");
        _folder.File("clean.jsonl", "{\"prompt\": \"a < b | c\", \"completion\": \"b\"}\n");
        CliProcess.Run(_folder.Root, "data", "check", "clean.jsonl").ShouldSucceed().Output.ShouldNotContain("control tokens");
    }
}
