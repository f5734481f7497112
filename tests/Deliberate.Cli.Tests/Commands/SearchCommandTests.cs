using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>From labels to a reward model to a search with it, as a user types it.</summary>
public sealed class SearchCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private const string Base = "runs/tiny/checkpoints/base";

    [Fact]
    public void Labels_make_a_reward_model_and_the_model_guides_a_search()
    {
        CliProcess.Run(run.Root, "labels", "generate", "labels.jsonl", "--family", "arithmetic-mod10", "--level", "2", "--count", "200").ShouldSucceed().Output.ShouldContain("200 solutions");
        CliProcess.Run(run.Root, "labels", "check", "labels.jsonl").ShouldSucceed().Output.ShouldContain("200 solutions");
        CliProcess.Run(run.Root, "labels", "convert", "labels.jsonl", "steps.jsonl", "--to", "stepwise").ShouldSucceed();
        CliProcess.Run(run.Root, "labels", "convert", "steps.jsonl", "bench.jsonl", "--to", "processbench").ShouldSucceed();
        File.WriteAllText(Path.Combine(run.Root, "prm.yaml"), $"name: prm\nmodel: {{ from: {Base} }}\nreward_model: {{ kind: process }}\nsupervised: {{ data: [steps.jsonl], epochs: 2, batch_tokens: 500 }}\n");
        CliProcess.Run(run.Root, "train", "prm.yaml", "--dry-run").ShouldSucceed().Output.ShouldContain("supervised");
        CliProcess.Run(run.Root, "train", "prm.yaml").ShouldSucceed();
        using (var judged = JsonDocument.Parse(CliProcess.Run(run.Root, "labels", "judge", "bench.jsonl", "--model", "runs/prm", "--json", "--chart", "reliability.svg").ShouldSucceed().Output))
            judged.RootElement.GetProperty("bench").GetProperty("f1").GetProperty("value").GetDouble().ShouldBeInRange(0, 1);
        // And says what it thinks of what people are to label.
        CliProcess.Run(run.Root, "label", "create", "read", "labels.jsonl", "--limit", "20", "--database", "people").ShouldSucceed();
        CliProcess.Run(run.Root, "label", "annotate", "read", "--model", "runs/prm", "--database", "people").ShouldSucceed().Output.ShouldMatch("prm|final");
        CliProcess.Run(run.Root, "label", "annotate", "read", "--model", Base, "--database", "people").ShouldBeUserMistake().ShouldContain("reward_model.json");
        string[] search = ["search", Base, "--problems", "3", "--n", "2,4", "--max-tokens", "24", "--scorer", "runs/prm/checkpoints/final"];
        using (var found = JsonDocument.Parse(CliProcess.Run(run.Root, [.. search, "--json", "--report", "search.html", "--trace", "trace.jsonl"]).ShouldSucceed().Output))
        {
            var measured = found.RootElement.GetProperty("measurements").EnumerateArray().ToArray();
            measured.Length.ShouldBe(14);
            measured.ShouldAllBe(m => m.GetProperty("policy_tokens").GetProperty("value").GetDouble() > 0);
        }

        File.ReadAllText(Path.Combine(run.Root, "search.html")).ShouldContain("Accuracy against tokens");
        File.ReadAllLines(Path.Combine(run.Root, "trace.jsonl")).Length.ShouldBe(14 * 3);
        CliProcess.Run(run.Root, [.. search, "--method", "beam"]).ShouldSucceed().Output.ShouldContain("beam");
        // The same search in the place of each sample of an evaluation; what shares its batch changes nothing.
        string[] asked = ["eval", "family:arithmetic-mod10@2", "--model", Base, "--search", "weighted-vote:4:runs/prm", "--limit", "5", "--epochs", "1", "--max-tokens", "24", "--json"];
        var together = CliProcess.Run(run.Root, [.. asked, "--out", "together"]).ShouldSucceed().Output;
        var alone = CliProcess.Run(run.Root, [.. asked, "--out", "alone", "--concurrency", "1"]).ShouldSucceed().Output;
        Measures(alone).ShouldBe(Measures(together));
        File.ReadAllText(Directory.GetFiles(Path.Combine(run.Root, "together"), "*.log").Single()).ShouldContain("search(weighted-vote, 4, prm)");
        // A reward model writes no text.
        CliProcess.Run(run.Root, "sample", "runs/prm", "--family", "arithmetic-mod10").ShouldBeUserMistake().ShouldContain("writes no text");
    }

    [Fact]
    public void A_search_and_labels_run_on_a_card_and_a_card_that_is_not_there_is_named()
    {
        string[] search = ["search", Base, "--problems", "2", "--n", "2", "--method", "best-of-n,beam", "--max-tokens", "12", "--scorer", "exact", "--json"];
        using (var found = JsonDocument.Parse(CliProcess.Run(run.Root, [.. search, "--device", "gpu:emulated"]).ShouldSucceed().Output))
            found.RootElement.GetProperty("measurements").EnumerateArray().ShouldAllBe(m => m.GetProperty("policy_tokens").GetProperty("value").GetDouble() > 0);
        CliProcess.Run(run.Root, "labels", "generate", "card.jsonl", "--from", Base, "--count", "2", "--samples", "2", "--device", "gpu:emulated").ShouldSucceed().Output.ShouldContain("2 solutions");
        CliProcess.Run(run.Root, [.. search, "--device", "gpu:nothing"]).ShouldBeUserMistake().ShouldContain("gpu:emulated");
    }

    [Fact]
    public void A_written_task_may_search_for_its_answers()
    {
        File.WriteAllText(Path.Combine(run.Root, "sums.yaml"), "name: sums\nitems: [{ prompt: \"1+2=\", answer: \"3\" }]\nsolvers: [{ kind: search, method: majority, n: 3 }]\nscorers: [{ kind: includes }]\nmax_tokens: 24\n");
        CliProcess.Run(run.Root, "eval", "sums.yaml", "--model", Base, "--out", "sums").ShouldSucceed();
        CliProcess.Run(run.Root, "eval", "sums.yaml", "--model", "mock", "--out", "no").ShouldBeUserMistake().ShouldContain("is no checkpoint on this machine");
    }

    [Theory]
    [InlineData("bem:4", "Did you mean \"beam\"?")]
    [InlineData("beam:4", "nobody is named to give them")]
    [InlineData("majority", "is no search")]
    [InlineData("majority:0", "from 1 to 4096")]
    [InlineData("beam:4:nowhere", "there is no such reward model")]
    public void A_search_that_cannot_be_is_refused_before_anything_is_asked(string search, string said)
    {
        CliProcess.Run(run.Root, "eval", "family:arithmetic-mod10@2", "--model", Base, "--search", search, "--out", "refused").ShouldBeUserMistake().ShouldContain(said);
        Directory.Exists(Path.Combine(run.Root, "refused")).ShouldBeFalse();
    }

    private static string Measures(string json)
    {
        using var read = JsonDocument.Parse(json);
        return read.RootElement.GetProperty("results")[0].GetProperty("measures").GetRawText();
    }

    [Fact]
    public void Solutions_of_a_model_are_labelled_too()
    {
        File.WriteAllText(Path.Combine(run.Root, "writer.yaml"), "name: writer\nfamily: { name: arithmetic-mod10, levels: [2] }\nmodel: { hidden: 48, layers: 2, heads: 2, intermediate: 96, context: 128 }\nsupervised: { tokens: 80000, batch_tokens: 800 }\nreinforcement: { steps: 0 }\nevaluation: { problems: 0 }\n");
        CliProcess.Run(run.Root, "train", "writer.yaml").ShouldSucceed();
        CliProcess.Run(run.Root, "labels", "generate", "drawn.jsonl", "--from", "runs/writer", "--level", "2", "--count", "20", "--samples", "2", "--to", "stepwise").ShouldSucceed().Output.ShouldContain("20 solutions");
        CliProcess.Run(run.Root, "labels", "generate", "none.jsonl", "--from", "runs/writer", "--phase", "1").ShouldBeUserMistake().ShouldContain("--phase");
        File.Exists(Path.Combine(run.Root, "none.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public void A_pool_says_what_choosing_would_come_to()
    {
        File.WriteAllText(Path.Combine(run.Root, "pool.jsonl"), """{"answer": "3", "completions": ["\\boxed{3}", "\\boxed{4}"], "scores": [0.9, 0.1]}""");
        using var pool = JsonDocument.Parse(CliProcess.Run(run.Root, "pool", "pool.jsonl", "--json", "--chart", "curves.svg").ShouldSucceed().Output);
        pool.RootElement.GetProperty("curves").GetArrayLength().ShouldBe(2);
        File.Exists(Path.Combine(run.Root, "curves.svg")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("--method", "bem")]
    [InlineData("--n", "0")]
    [InlineData("--scorer", "nowhere")]
    [InlineData("--method", "beam")]
    public void What_is_missing_or_wrong_is_named(string option, string value) =>
        CliProcess.Run(run.Root, "search", Base, "--problems", "1", option, value).ShouldBeUserMistake().ShouldContain(option == "--method" && value == "beam" ? "--scorer" : option);
}
