using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

public sealed class DataAndVerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_good_file_is_counted_and_measured()
    {
        _folder.File("chats.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"hello there\"}, {\"role\": \"assistant\", \"content\": \"ho\"}]}\n{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        var output = CliProcess.Run(_folder.Root, "data", "check", "chats.jsonl", "--context", "5").ShouldSucceed().Output;
        output.ShouldContain("3 good, 0 bad, 1 that repeat others");
        output.ShouldContain("1, 1 turns of the assistant");
        output.ShouldContain("for a context of 5");
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "data", "check", "chats.jsonl", "--json").ShouldSucceed().Output).RootElement.GetProperty("files")[0];
        json.GetProperty("kind").GetString().ShouldBe("examples");
        json.GetProperty("good").GetInt32().ShouldBe(3);
        json.GetProperty("histogram").EnumerateArray().Sum(b => b.GetProperty("count").GetInt32()).ShouldBe(3);
    }

    [Fact]
    public void The_first_ten_bad_lines_are_named_and_the_exit_code_is_2()
    {
        _folder.File("problems.jsonl", string.Concat(Enumerable.Range(0, 14).Select(i => $"{{\"prompt\": \"{i}\", \"anwser\": 1}}\n")) + "{\"prompt\": \"x\", \"answer\": 1}\n{\"prompt\": \"x\", \"answer\": 2}\n");
        var result = CliProcess.Run(_folder.Root, "data", "check", "problems.jsonl");
        result.ExitCode.ShouldBe(2, result.Error);
        result.Output.ShouldContain("1 good, 15 bad");
        result.Output.ShouldContain("The first 10 of 15 bad lines:");
        result.Output.ShouldContain("problems.jsonl:1: answer: The field is missing. Did you mean \"anwser\"?");
        result.Output.Split('\n').Count(l => l.StartsWith("  problems.jsonl:", StringComparison.Ordinal)).ShouldBe(10);
        CliProcess.Run(_folder.Root, "data", "check", "problems.jsonl", "--json").ExitCode.ShouldBe(2);
    }

    [Fact]
    public void Whether_the_order_of_a_list_counts_is_said_by_the_recipe_or_the_line()
    {
        _folder.File("train.jsonl", "{\"prompt\": \"a\", \"answer\": \"A, B, D\"}\n");
        _folder.File("c.jsonl", """
            {"prompt": "a", "answer": "A, B, D", "completion": "Answer: D, A, B"}
            {"prompt": "b", "answer": "A, B, D", "lists": "set", "completion": "Answer: D, A, B"}
            {"prompt": "c", "answer": "\\{A, B, D\\}", "completion": "Answer: D, A, B"}
            {"prompt": "d", "answer": "1, 2", "completion": "Answer: 2, 1"}
            {"prompt": "e", "answer": "1, 2", "lists": "ordered", "completion": "Answer: 2, 1"}

            """);
        foreach (var (lists, outcomes) in (List<(string, string)>)[("usual", "fail pass pass pass fail"), ("set", "pass pass pass pass fail"), ("ordered", "fail pass pass fail fail")])
        {
            _folder.File("r.yaml", $"name: x\nproblems: {{ train: [train.jsonl], lists: {lists} }}\n");
            var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--recipe", "r.yaml", "--json").ShouldSucceed().Output).RootElement;
            string.Join(' ', json.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString())).ShouldBe(outcomes, lists);
        }

        _folder.File("r.yaml", "name: x\nproblems: { train: [train.jsonl], grader: exact, lists: set }\n");
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--recipe", "r.yaml").Error.ShouldContain("Only the math grader knows lists");
    }

    [Theory]
    [InlineData("data", "deliberate data check")]
    [InlineData("data chek x", "Did you mean \"check\"?")]
    [InlineData("data check nothing.jsonl", "There is no such file")]
    [InlineData("data check empty.jsonl", "The file is empty")]
    [InlineData("data check good.jsonl --grader maths", "\"math\"")]
    [InlineData("data check good.jsonl --kind prose", "auto, examples, problems")]
    [InlineData("data check good.jsonl --model nowhere", "nowhere: There is no such file or folder")]
    [InlineData("verify good.jsonl", "exactly one of --recipe, --verifier and --grader")]
    [InlineData("verify good.jsonl --grader math --verifier x", "exactly one")]
    [InlineData("verify good.jsonl --grader math", "completion: The field is missing")]
    [InlineData("verify empty.jsonl --grader math", "no completion")]
    [InlineData("verify c.jsonl --verifier no-such-program", "no-such-program")]
    [InlineData("verify good.jsonl --verifier sh --mode daily", "per_sample, worker")]
    [InlineData("verify good.jsonl --recipe family.yaml", "no section problems")]
    [InlineData("problems nothing.jsonl", "There is no such file")]
    [InlineData("problems good.jsonl --level 7", "has no level 7")]
    public void A_mistake_is_one_line_with_advice(string line, string said)
    {
        _folder.File("empty.jsonl", "\n");
        _folder.File("good.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"{i}\", \"answer\": \"{i}\"}}\n")));
        _folder.File("c.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        _folder.File("family.yaml", "name: x\n");
        CliProcess.Run(_folder.Root, line.Split(' ')).ShouldBeUserMistake().ShouldContain(said);
    }

    [Fact]
    public void A_grader_can_be_tried_on_completions()
    {
        _folder.File("c.jsonl", "{\"prompt\": \"a\", \"answer\": \"1/2\", \"completion\": \"It is \\\\boxed{0.5}\"}\n{\"prompt\": \"b\", \"answer\": \"1\", \"completion\": \"Answer: 2\"}\n{\"prompt\": \"c\", \"answer\": \"1\", \"completion\": \"no idea\"}\n");
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "math", "--json").ShouldSucceed().Output).RootElement;
        json.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()).ShouldBe(["pass", "fail", "unscored"]);
        CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "math").ShouldSucceed().Output.ShouldContain("1 pass, 1 fail, 1 unscored");
    }

    [Theory]
    [InlineData("gsm8k", "question", "answer", "numeric", 659)]
    [InlineData("math500", "problem", "solution", "math", 250)]
    public void Published_worked_solutions_serve_as_references_as_they_are(string set, string prompt, string answer, string grader, int count)
    {
        var rows = File.ReadLines(SharedFolder.Path("data", set, "test.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        // Each solution is graded against itself: what it marks is found on both sides.
        _folder.File("set.jsonl", string.Concat(rows.Select(r => JsonSerializer.Serialize(new { prompt = r.GetProperty(prompt).GetString(), answer = r.GetProperty(answer).GetString(), completion = r.GetProperty(answer).GetString() }) + "\n")));
        var verified = CliProcess.Run(_folder.Root, "verify", "set.jsonl", "--grader", grader, "--count", "0").ShouldSucceed();
        verified.Output.ShouldContain($"{count} pass;");
        verified.Error.ShouldContain($"{count} references are worked solutions: compared is the marked answer.");
        var check = CliProcess.Run(_folder.Root, "data", "check", "set.jsonl", "--kind", "problems", "--grader", grader).ShouldSucceed().Output;
        check.ShouldContain($"{count} good, 0 bad");
        check.ShouldContain($"{count} are worked solutions: the answer that they mark is taken out, as \"");
        _folder.File("r.yaml", $"name: tiny\nmicro_batch_tokens: 1200\nmodel: {{ hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 1200, tokenizer: {{ vocabulary: 400 }} }}\nsupervised: {{ tokens: 0 }}\nproblems: {{ train: [set.jsonl], grader: {grader} }}\nreinforcement: {{ steps: 1, prompts: 2, samples: 2, max_tokens: 8 }}\nevaluation: {{ problems: 2, samples: 1, max_tokens: 8 }}\n");
        var said = $"{count} references are worked solutions: the answer that they mark was taken out, as \"";
        CliProcess.Run(_folder.Root, "train", "r.yaml", "--dry-run").ShouldSucceed().Output.ShouldContain(said);
        CliProcess.Run(_folder.Root, "train", "r.yaml").ShouldSucceed().Error.ShouldContain(said);
        File.ReadLines(Path.Combine(_folder.Root, "runs", "tiny", "evaluations", "final.jsonl")).ShouldAllBe(line => JsonDocument.Parse(line).RootElement.GetProperty("problem").GetProperty("answer").GetString()!.Length < 100);
    }

    [Fact]
    public void References_that_cannot_be_read_refuse_a_run_before_it_starts()
    {
        _folder.File("set.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"{i}+1\", \"answer\": \"{(i % 10 == 3 ? "not a number" : i + 1)}\", \"completion\": \"Answer: {i + 1}\"}}\n")));
        _folder.File("r.yaml", "name: tiny\nmicro_batch_tokens: 64\nmodel: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { vocabulary: 270 } }\nsupervised: { tokens: 0 }\nproblems: { train: [set.jsonl], grader: numeric }\nreinforcement: { steps: 1, prompts: 2, samples: 2, max_tokens: 4 }\nevaluation: { problems: 2, samples: 1, max_tokens: 4 }\n");
        foreach (string[] command in new[] { new[] { "train", "r.yaml", "--dry-run" }, ["train", "r.yaml"], ["recipe", "check", "r.yaml"] })
        {
            var error = CliProcess.Run(_folder.Root, command).ShouldBeUserMistake();
            error.ShouldContain("set.jsonl:4: answer: 4 of the 40 references of the file cannot be read by their grader, more than the allowed 5%. The first: The grader numeric cannot read the reference \"not a number\": It is not a number.");
            error.ShouldContain("problems.max_unreadable");
        }

        Directory.Exists(Path.Combine(_folder.Root, "runs")).ShouldBeFalse();
        CliProcess.Run(_folder.Root, "train", "r.yaml", "--set", "problems.max_unreadable=0.1").ShouldSucceed().Error.ShouldContain("4 problems were left out because the grader cannot read the reference.");
        CliProcess.Run(_folder.Root, "data", "check", "set.jsonl", "--kind", "problems", "--grader", "numeric").Output.ShouldContain("4 references that the grader cannot read");
        var verified = CliProcess.Run(_folder.Root, "verify", "set.jsonl", "--grader", "numeric");
        verified.ExitCode.ShouldBe(1);
        verified.Output.ShouldContain("36 pass, 4 harness error;");
        verified.Output.ShouldContain("the grader numeric cannot read the reference: It is not a number");
    }

    [Fact]
    public void A_command_can_be_tried_on_completions_and_its_failures_are_told()
    {
        if (!OperatingSystem.IsLinux()) return;
        _folder.File("check.sh", "read -r line; case \"$line\" in *crash*) echo 'no way' >&2; exit 4;; esac; echo \"{\\\"score\\\": 1, \\\"message\\\": \\\"$1\\\"}\"\n");
        _folder.File("c.jsonl", "{\"prompt\": \"a\", \"completion\": \"fine\"}\n{\"prompt\": \"b\", \"completion\": \"crash\", \"id\": \"bad one\"}\n");
        var result = CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--verifier", "sh check.sh 'two words'");
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("two words");
        result.Output.ShouldContain("1 pass, 1 harness error");
        result.Error.ShouldContain("failed on bad one, sample 0: it ended with exit code 4, saying \"no way\"");
    }

    [Fact]
    public void Problems_of_a_file_are_shown()
    {
        _folder.File("mine.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"{i}+1\", \"answer\": {i + 1}, \"id\": \"p{i}\"}}\n")));
        var output = CliProcess.Run(_folder.Root, "problems", "mine.jsonl", "--count", "3").ShouldSucceed().Output;
        output.ShouldContain("held out by a hash of their text");
        output.Split('\n').Count(l => l.StartsWith("  prompt  ", StringComparison.Ordinal)).ShouldBe(3);
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "problems", "mine.jsonl", "--test", "--json").ShouldSucceed().Output).RootElement;
        json.GetProperty("problems").EnumerateArray().ShouldAllBe(p => p.GetProperty("split").GetString() == "test");
    }
}
