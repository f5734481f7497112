using System.Text.Json;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>Other programs' task files from the command line: converted, and asked.</summary>
public sealed class EvalConvertTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CliResult Eval(params string[] arguments) => CliProcess.Run(_folder.Root, ["eval", .. arguments]);

    [Fact]
    public void Code_that_judges_in_promptfoo_judges_here_in_the_sandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        Assert.SkipUnless(File.Exists("/usr/bin/python3") && File.Exists("/usr/bin/node"), "no python3 or no node here");
        _folder.File("json.py", "import json\n\ndef get_assert(output, context):\n    found = json.loads(output)\n    return {'pass': found['n'] == context['vars']['n'], 'score': 0.5, 'reason': 'n is ' + str(found['n'])}\n");
        _folder.File(
            "promptfooconfig.yaml",
            """
            description: Assertions in code
            prompts: ["Count to {{n}}."]
            providers: [openai:gpt-5]
            tests:
              - vars: { n: 3 }
                assert: [{ type: javascript, value: "output.split(' ').length === context.vars.n" }]
              - vars: { n: 2 }
                assert:
                  - type: javascript
                    value: |
                      const words = output.split(' ');
                      return words[words.length - 1] === 'two' ? 1 : 0;
              - vars: { n: [4, 5] }
                assert: [{ type: python, value: "file://json.py" }]
            """);
        var converted = Eval("convert", "promptfooconfig.yaml", "--output", "tasks").ShouldSucceed();
        converted.Output.ShouldContain("tasks/assertions-in-code.yaml and tasks/assertions-in-code.jsonl: 2 items.");
        converted.Error.ShouldContain("promptfooconfig.yaml:14: assert.value file://json.py: is copied beside the task");
        File.Delete(Path.Combine(_folder.Root, "json.py"));
        _folder.File("answers.jsonl", "{\"prompt\":\"Count to 3.\",\"completion\":\"one two three\"}\n{\"prompt\":\"Count to 2.\",\"completion\":\"one two or so\"}\n{\"prompt\":\"Count to 4.\",\"completion\":\"{\\\"n\\\": 4}\"}\n{\"prompt\":\"Count to 5.\",\"completion\":\"one, two\"}\n");
        var log = Samples("tasks/assertions-in-code.yaml", "first", "items");
        log.ShouldBe([("assertions-in-code@1/1", "pass", "the script says true"), ("assertions-in-code@1/2", "fail", "the script says 0")]);
        Samples("tasks/assertions-in-code-2.yaml", "second", "python").ShouldBe([("assertions-in-code-2@1/3", "pass", "n is 4"), ("assertions-in-code-2@1/3-1", "fail", "the script threw JSONDecodeError: Expecting value: line 1 column 1 (char 0)")]);
        File.WriteAllText(Path.Combine(_folder.Root, "tasks/json.py"), "def get_assert(output");
        Eval("tasks/assertions-in-code-2.yaml", "--model", "mock", "--out", "third").ShouldBeUserMistake().ShouldContain("SyntaxError");
        Directory.Exists(Path.Combine(_folder.Root, "third")).ShouldBeFalse("nothing was asked");
    }

    private const string Documents = """
        {"q": "The sky is", "options": ["blue", "green as grass"], "label": 0, "text": "The sky is blue today. It was green."}
        {"q": "Grass is", "options": ["blue", "green"], "label": 1, "text": "Grass."}
        {"q": "Snow is", "options": ["white", "black"], "label": 0, "text": "Snow is white\n and cold."}

        """;

    private JsonElement Measured(string task, string folder)
    {
        var json = JsonDocument.Parse(Eval(task, "--model", FixtureModel.Path, "--out", folder, "--json").ShouldSucceed().Output).RootElement;
        return json.GetProperty("results")[0];
    }

    private static double Value(JsonElement result, string name) => result.GetProperty("measures").EnumerateArray().Single(m => m.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();

    [Fact]
    public void What_the_harness_measures_by_likelihoods_is_measured_on_a_checkpoint()
    {
        _folder.File("docs.jsonl", Documents);
        _folder.File("choice.yaml", "task: Colours\ndataset_path: json\ndataset_kwargs: { data_files: { test: docs.jsonl, dev: docs.jsonl } }\ntest_split: test\nfewshot_split: dev\nfewshot_config: { sampler: first_n }\nnum_fewshot: 1\noutput_type: multiple_choice\ndescription: \"Colours.\\n\"\ndoc_to_text: q\ndoc_to_choice: options\ndoc_to_target: label\nmetric_list: [{ metric: acc }, { metric: acc_norm }, { metric: acc_mutual_info }, { metric: f1 }]\n");
        var converted = Eval("convert", "choice.yaml", "--output", "tasks").ShouldSucceed();
        converted.Error.ShouldContain("choice.yaml:13: metric_list f1: has no counterpart");
        converted.Error.ShouldNotContain("by letter");
        var result = Measured("tasks/colours.yaml", "choices");

        // The same by the library's own scores of whole texts: shot, prompt and choice.
        using var model = TextModel.Open(FixtureModel.Path);
        const string Before = "Colours.\nThe sky is blue\n\n";
        (string Prompt, string[] Choices, int Right)[] items = [("The sky is", ["blue", "green as grass"], 0), ("Grass is", ["blue", "green"], 1), ("Snow is", ["white", "black"], 0)];
        double Of(string prompt, string choice) => model.Score(model.Tokenizer.Encode(prompt + choice)).Skip(model.Tokenizer.Encode(prompt).Length).Sum(s => s.LogProbability!.Value);
        var right = items.Average(i => Best(i.Choices.Select(c => Of(Before + i.Prompt, " " + c))) == i.Right ? 1.0 : 0);
        var norm = items.Average(i => Best(i.Choices.Select(c => Of(Before + i.Prompt, " " + c) / c.Length)) == i.Right ? 1.0 : 0);
        Value(result, "acc").ShouldBe(right, 1e-9);
        Value(result, "acc_norm").ShouldBe(norm, 1e-9);
        Value(result, "acc_mutual_info").ShouldBeInRange(0, 1);
        CliProcess.Run(_folder.Root, "log", "export", Directory.GetFiles(Path.Combine(_folder.Root, "choices"), "*.log").Single(), "--output", "choices.jsonl").ShouldSucceed();
        foreach (var line in File.ReadAllLines(Path.Combine(_folder.Root, "choices.jsonl")))
        {
            using var sample = JsonDocument.Parse(line);
            var item = items[int.Parse(sample.RootElement.GetProperty("item").GetString()!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture) - 1];
            sample.RootElement.GetProperty("score.logp.B").GetDouble().ShouldBe(Of(Before + item.Prompt, " " + item.Choices[1]), 1e-3);
        }

        // Asked for by letter anybody can be asked.
        Eval("convert", "choice.yaml", "--output", "letters", "--by-letter").ShouldSucceed().Error.ShouldContain("is asked for by letter");
        Eval("letters/colours.yaml", "--model", "mock:A", "--out", "asked").ShouldSucceed().Output.ShouldContain("2 pass, 1 fail");
    }

    private static int Best(IEnumerable<double> values) => values.Select((v, i) => (v, i)).MaxBy(p => p.v).i;

    [Fact]
    public void Continuations_and_whole_texts_of_the_harness_have_perplexities()
    {
        _folder.File("docs.jsonl", Documents);
        _folder.File("word.yaml", "task: last word\ndataset_path: json\ndataset_kwargs: { data_files: docs.jsonl }\noutput_type: loglikelihood\ndoc_to_text: \"{{q}}\"\ndoc_to_target: \"{{' ' + options[label]}}\"\nmetric_list: [{ metric: perplexity }, { metric: acc }]\n");
        _folder.File("text.yaml", "task: texts\ndataset_path: json\ndataset_kwargs: { data_files: docs.jsonl }\noutput_type: loglikelihood_rolling\ndoc_to_text: \"\"\ndoc_to_target: \"{{text}}\"\nmetric_list: [{ metric: word_perplexity }, { metric: byte_perplexity }, { metric: bits_per_byte }]\nshould_decontaminate: true\n");
        Eval("convert", "word.yaml").ShouldSucceed().Error.ShouldBeEmpty();
        Eval("convert", "text.yaml").ShouldSucceed().Error.ShouldContain("text.yaml:8: should_decontaminate: has no counterpart");
        using var model = TextModel.Open(FixtureModel.Path);
        double Nats(string before, string text) => -model.Score(model.Tokenizer.Encode(before + text)).Skip(model.Tokenizer.Encode(before).Length).Sum(s => s.LogProbability!.Value);
        var word = Measured("last-word.yaml", "words");
        Value(word, "perplexity").ShouldBe(Math.Exp((Nats("The sky is", " blue") + Nats("Grass is", " green") + Nats("Snow is", " white")) / 3), 1e-3);
        var text = Measured("texts.yaml", "texts");
        string[] texts = ["The sky is blue today. It was green.", "Grass.", "Snow is white\n and cold."];
        // The token that begins texts stands before each, as the tokenizer has it.
        var begin = model.Tokenizer.TokenToId("<|bos|>");
        var all = texts.Sum(t => -model.Score([begin, .. model.Tokenizer.Encode(t)]).Skip(1).Sum(s => s.LogProbability!.Value));
        Value(text, "word_perplexity").ShouldBe(Math.Exp(all / (8 + 1 + 5)), 1e-2 * Math.Exp(all / 14));
        Value(text, "bits_per_byte").ShouldBe(all / texts.Sum(t => t.Length) / Math.Log(2), 1e-4);
        Eval("texts.yaml", "--model", FixtureModel.Path, "--out", "table", "--require", "texts.bits_per_byte <= 100").ShouldSucceed().Output.ShouldContain("bits per byte");
    }

    [Fact]
    public void Who_tells_no_likelihoods_is_refused_by_name_before_anything_is_asked()
    {
        _folder.File("docs.jsonl", Documents);
        _folder.File("choice.yaml", "task: colours\ndataset_path: json\ndataset_kwargs: { data_files: docs.jsonl }\noutput_type: multiple_choice\ndoc_to_text: q\ndoc_to_choice: options\ndoc_to_target: label\n");
        Eval("convert", "choice.yaml").ShouldSucceed();
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, """{"data":[{"id":"large"}]}"""));
        _folder.File("deliberate.yaml", $"providers:\n  there: {{ address: \"{server.Address}\" }}\n");
        foreach (var model in new[] { "there:large", "mock", "replay:docs.jsonl" })
            Eval("colours.yaml", "--model", FixtureModel.Path, "--model", model, "--out", "x").ShouldBeUserMistake().ShouldContain($"colours measures how likely given texts are, and {model} does not tell the log-probabilities of a prompt");
        server.Requests.ShouldBeEmpty();
        Directory.Exists(Path.Combine(_folder.Root, "x")).ShouldBeFalse();
        Eval("colours.yaml", "--model", FixtureModel.Path, "--search", "majority:4", "--out", "x").ShouldBeUserMistake().ShouldContain("nothing to search for");
        _folder.File("two.yaml", File.ReadAllText(Path.Combine(_folder.Root, "colours.yaml")).Replace("scorers:", "scorers:\n  - kind: exact", StringComparison.Ordinal));
        Eval("two.yaml", "--model", FixtureModel.Path, "--out", "x").ShouldBeUserMistake().ShouldContain("Likelihoods stand alone");
    }

    private (string Item, string Outcome, string Reason)[] Samples(string task, string folder, string scorer)
    {
        Eval(task, "--model", "replay:answers.jsonl", "--out", folder).ShouldSucceed();
        var log = Directory.GetFiles(Path.Combine(_folder.Root, folder), "*.log").Single();
        File.ReadAllText(log).ShouldContain("\"scorer\":\"script ");
        File.ReadAllText(log).ShouldContain(scorer == "python" ? "script python" : "script javascript of the item");
        CliProcess.Run(_folder.Root, "log", "export", log, "--output", $"{folder}.jsonl").ShouldSucceed();
        return [.. File.ReadAllLines(Path.Combine(_folder.Root, $"{folder}.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).Select(r => (r.GetProperty("item").GetString()!, r.GetProperty("outcome").GetString()!, r.GetProperty("reason").GetString()!)).OrderBy(r => r.Item1, StringComparer.Ordinal)];
    }
}
