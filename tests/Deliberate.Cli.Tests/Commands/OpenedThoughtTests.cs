using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>Commands on a model whose chat template ends the prompt with the opening tag of the thought, and cuts thoughts out of conversations.</summary>
public sealed class OpenedThoughtTests : IDisposable
{
    private const string Cutting = "{% for m in messages %}{% if m.role == 'assistant' %}<|im_start|>assistant\n{{ m.content.split('</think>')[-1] }}<|im_end|>\n{% else %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\nOPENING{% endif %}";

    private readonly TemporaryFolder _folder = new();

    public OpenedThoughtTests()
    {
        Model("opens", "<think>\n");
        Model("closes", "</think>");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Data_check_counts_thoughts_or_says_why_they_cannot_be_learned()
    {
        _folder.File("data.jsonl", """
            {"prompt":"What is 6*7?","completion":"<think>6*7 is 42</think>42"}
            {"prompt":"What is 7*7?","completion":"49"}
            {"messages":[{"role":"user","content":"1+1?"},{"role":"assistant","content":"2","reasoning_content":"one and one"}]}

            """);
        var output = CliProcess.Run(_folder.Root, "data", "check", "data.jsonl", "--model", "opens").ShouldSucceed().Output;
        output.ShouldContain("3 good, 0 bad");
        output.ShouldContain("2 turns of the assistant with one");
        output.ShouldContain("1 turns without one: the model's template opens a thought");
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "data", "check", "data.jsonl", "--model", "opens", "--json").ShouldSucceed().Output).RootElement.GetProperty("files")[0];
        (json.GetProperty("thoughts").GetInt32(), json.GetProperty("thoughts_closed_at_once").GetInt32()).ShouldBe((2, 1));

        var refused = CliProcess.Run(_folder.Root, "data", "check", "data.jsonl", "--model", "closes");
        refused.ExitCode.ShouldBe(2, refused.Error);
        refused.Output.ShouldContain("1 good, 2 bad");
        refused.Output.ShouldContain("data.jsonl:1: completion: The text that the model is asked with ends with \"</think>\"");
        refused.Output.ShouldContain("data.jsonl:3: messages[1].reasoning_content: ");
    }

    [Fact]
    public void Verify_knows_where_the_thought_begins_from_the_model_or_from_the_line()
    {
        _folder.File("c.jsonl", """
            {"prompt": "2+2?", "answer": "4", "completion": "Maybe the answer is 3. No, 2+2=4.\n</think>\n4"}
            {"prompt": "2+2?", "answer": "4", "completion": "A first candidate is \\boxed{4}, but let me", "truncated": true}
            {"prompt": "2+2?", "answer": "4", "completion": "It is 4"}
            {"prompt": "2+2?", "answer": "4", "completion": "[THINK]5 or 6[/THINK]4", "thought_opened_by": ""}

            """);
        Outcomes("--model", "opens").ShouldBe(["pass", "cut_while_thinking", "unscored", "pass"]);
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "numeric", "--answer-format", "whole", "--model", "opens").ShouldSucceed().Output.ShouldContain("2 pass, 1 cut while thinking, 1 unscored");
        _folder.File("recipe.yaml", "name: x\nmodel: { from: opens }\nproblems: { train: [c.jsonl], grader: numeric, answer_format: whole }\n");
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--recipe", "recipe.yaml").ShouldSucceed().Output.ShouldContain("2 pass, 1 cut while thinking, 1 unscored");
        _folder.File("c.jsonl", File.ReadAllText(Path.Combine(_folder.Root, "c.jsonl")).Replace("\"truncated\": true", "\"truncated\": true, \"thought_opened_by\": \"<think>\"", StringComparison.Ordinal));
        Outcomes().ShouldBe(["pass", "cut_while_thinking", "unscored", "pass"]);
        _folder.File("c.jsonl", "{\"prompt\": \"a\", \"answer\": \"1\", \"completion\": \"1\", \"thought_opened_by\": \"<hm>\"}\n");
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "numeric").ShouldBeUserMistake().ShouldContain("opens no thought");
    }

    [Fact]
    public void A_command_gets_thought_and_text_apart_and_no_thought_without_end()
    {
        if (!OperatingSystem.IsLinux()) return;
        _folder.File("check.sh", "read -r line; case \"$line\" in *'\"thinking\":\"so 4\",\"text\":\"four\"'*'\"thought_opened\":true'*) echo '{\"score\": 1}';; *) echo '{\"score\": 0}';; esac\n");
        _folder.File("c.jsonl", "{\"prompt\": \"2+2?\", \"completion\": \"so 4</think>four\"}\n{\"prompt\": \"2+2?\", \"completion\": \"so 4\", \"truncated\": true}\n");
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--verifier", "sh check.sh", "--model", "opens").ShouldSucceed().Output.ShouldContain("1 pass, 1 cut while thinking");
    }

    [Fact]
    public void A_run_and_the_commands_that_show_it_know_that_its_samples_begin_within_the_thought()
    {
        _folder.File("data.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"<think>one more</think>{i + 1}\"}}\n")));
        _folder.File("problems.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"{i}+1=\", \"answer\": {i + 1}}}\n")));
        _folder.File("recipe.yaml", "name: opened\nmodel: { from: opens }\nsupervised: { data: [data.jsonl], tokens: 500, batch_tokens: 200, validation: 0 }\nproblems: { train: [problems.jsonl], grader: numeric, answer_format: last_number }\nreinforcement: { steps: 1, prompts: 2, samples: 2, max_tokens: 6 }\nevaluation: { problems: 4, quick_problems: 4, max_tokens: 6 }\n");
        CliProcess.Run(_folder.Root, "train", "recipe.yaml", "--output", "run", "--threads", "1").ShouldSucceed();
        CliProcess.Run(_folder.Root, "runs", "samples", "run", "--count", "0").ShouldSucceed().Output.ShouldContain("cut while thinking (cut off while thinking)");
        CliProcess.Run(_folder.Root, "runs", "samples", "run", "--count", "0").ShouldSucceed().Output.ShouldContain("  <think>");
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "sample", "run", "--count", "4", "--json", "--threads", "1").ShouldSucceed().Output).RootElement;
        foreach (var sample in json.GetProperty("problems").EnumerateArray().SelectMany(p => p.GetProperty("samples").EnumerateArray()))
        {
            sample.GetProperty("thought_opened_by").GetString().ShouldBe("<think>");
            if (sample.GetProperty("truncated").GetBoolean() && !sample.GetProperty("text").GetString()!.Contains("</think>", StringComparison.Ordinal)) sample.GetProperty("grade").GetProperty("outcome").GetString().ShouldBe("cut_while_thinking");
        }

        CliProcess.Run(_folder.Root, "eval", "run", "--problems", "4", "--threads", "1").ShouldSucceed().Output.ShouldContain("within the thought");
    }

    private string?[] Outcomes(params string[] more) =>
        [.. JsonDocument.Parse(CliProcess.Run(_folder.Root, ["verify", "c.jsonl", "--grader", "numeric", "--answer-format", "whole", "--json", .. more]).ShouldSucceed().Output).RootElement.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString())];

    private void Model(string name, string opening) =>
        File.WriteAllText(Path.Combine(FixtureModel.CopyTo(_folder, name), "chat_template.jinja"), Cutting.Replace("OPENING", opening, StringComparison.Ordinal));
}
