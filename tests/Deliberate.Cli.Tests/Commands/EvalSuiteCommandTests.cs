using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Evaluation;

namespace Deliberate.Cli.Tests;

/// <summary>Suites from the command line: tasks, transforms, groups, data.</summary>
public sealed class EvalSuiteCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_task_is_asked_plainly_and_under_each_transform()
    {
        using var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "eval", "people", "--model", "mock:I don't know", "--limit", "30", "--transform", "rot13", "--transform", "noise", "--json", "--out", "e").ShouldSucceed().Output);
        var results = json.RootElement.GetProperty("results");
        results.EnumerateArray().Select(r => r.GetProperty("task").GetString()).ShouldBe(["people@1", "people+rot13@1", "people+noise@1"]);
        foreach (var result in results.EnumerateArray()) Measure(result, "not_attempted").ShouldBe(1);
        Measure(results[2], "accuracy_worst").ShouldBe(0);
        CliProcess.Run(_folder.Root, "eval", "people", "--model", "mock", "--transform", "rot31").ShouldBeUserMistake().ShouldContain("Did you mean \"rot13\"?");
    }

    [Fact]
    public void A_group_is_several_tasks_and_is_gone_on_with_as_it_was_asked()
    {
        using var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "eval", "suite:generated", "--model", "mock:no", "--limit", "2", "--json", "--out", "e").ShouldSucceed().Output);
        json.RootElement.GetProperty("results").GetArrayLength().ShouldBe(9);
        CliProcess.Run(_folder.Root, "eval", "resume", "e").ShouldSucceed().Output.ShouldContain("hierarchy-password@1");
        CliProcess.Run(_folder.Root, "eval", "suite:generated", "--model", "mock", "--transform", "rot13").ShouldBeUserMistake().ShouldContain("A suite has its own transforms.");
    }

    [Fact]
    public void Published_figures_stand_beside_ours_with_why_they_cannot_be_compared()
    {
        var output = CliProcess.Run(_folder.Root, "eval", "hierarchy-tutor", "--model", "mock:Let us see.", "--limit", "4", "--out", "e").ShouldSucceed().Output;
        output.ShouldContain("o1 system card, table 6");
        output.ShouldContain("Not to be compared without this: The card's problems and jailbreaks are not public");
    }

    [Fact]
    public void The_hash_of_data_that_was_read_is_in_the_log_and_a_bad_line_stops_before_anything_is_asked()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Root, "data/gsm8k"));
        _folder.File("data/gsm8k/test.jsonl", "{\"question\": \"Two and two?\", \"answer\": \"4\\n#### 4\"}\n");
        CliProcess.Run(_folder.Root, "eval", "gsm8k", "--model", "mock:\\boxed{4}", "--data", "data", "--out", "e").ShouldSucceed().Output.ShouldContain("1.000");
        var bytes = File.ReadAllBytes(Path.Combine(_folder.Root, "data/gsm8k/test.jsonl"));
        using (var log = EvaluationLogFile.Open(Directory.GetFiles(Path.Combine(_folder.Root, "e"), "*.log").Single())) log.Head.Data.Single().Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        File.AppendAllText(Path.Combine(_folder.Root, "data/gsm8k/test.jsonl"), "{\"question\": \"Two?\"}\n");
        CliProcess.Run(_folder.Root, "eval", "gsm8k", "--model", "mock", "--data", "data").ShouldBeUserMistake().ShouldContain("test.jsonl:2: answer: The field is missing.");
        CliProcess.Run(_folder.Root, "eval", "svamp", "--model", "mock", "--data", "data").ShouldBeUserMistake().ShouldContain("The folder has no svamp/test.jsonl.");
        CliProcess.Run(_folder.Root, "eval", "svamp", "--model", "mock", "--offline").ShouldBeUserMistake().ShouldContain("this is offline mode");
    }

    [Fact]
    public void Transforms_are_listed_and_shown()
    {
        CliProcess.Run(_folder.Root, "eval", "transforms").ShouldSucceed().Output.ShouldContain("payload-splitting");
        CliProcess.Run(_folder.Root, "eval", "transforms", "--transform", "rot13", "--text", "Hello").ShouldSucceed().Output.ShouldContain("Uryyb");
    }

    private static double Measure(JsonElement result, string name) =>
        result.GetProperty("measures").EnumerateArray().First(m => m.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();
}
