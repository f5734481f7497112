using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>An adapter from the recipe that trains it to the model that it is merged into, as the command line has it.</summary>
public sealed class AdapterCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void An_adapter_is_trained_described_used_merged_and_taken_out_again()
    {
        var recipe = TinyRun.Recipe("adapted").ReplaceLineEndings("\n").Replace("model:\n  hidden: 32\n  layers: 1\n  heads: 2\n  intermediate: 64\n", $"model: {{ from: {run.Checkpoint} }}\nadapter: {{ rank: 2 }}\n", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(run.Root, "adapted.yaml"), recipe);
        CliProcess.Run(run.Root, "train", "adapted.yaml", "--dry-run").ShouldSucceed().Output.ShouldContain("an adapter's");
        CliProcess.Run(run.Root, "train", "adapted.yaml", "--json").ShouldSucceed();
        CliProcess.Run(run.Root, "report", "runs/adapted").ShouldSucceed();
        File.ReadAllText(Path.Combine(run.Root, "runs", "adapted", "report.html")).ShouldContain("a low-rank adapter of rank 2");
        using var info = JsonDocument.Parse(CliProcess.Run(run.Root, "adapter", "info", "runs/adapted", "--base", run.Checkpoint, "--json").ShouldSucceed().Output);
        info.RootElement.GetProperty("ranks")[0].GetInt32().ShouldBe(2);
        info.RootElement.GetProperty("base_model").GetString().ShouldBe(run.Checkpoint);

        // The adapter's folder is the model with it, and so are the two named apart, and the merged one to rounding.
        string[] Measured(params string[] model) => ["eval", .. model, "--problems", "5", "--samples", "2", "--family", "arithmetic-mod10", "--level", "2", "--json"];
        string Measures(string output) => JsonDocument.Parse(output).RootElement.GetProperty("measures").GetRawText();
        var beside = Measures(CliProcess.Run(run.Root, Measured("runs/adapted")).ShouldSucceed().Output);
        Measures(CliProcess.Run(run.Root, Measured(run.Checkpoint, "--adapter", "runs/adapted")).ShouldSucceed().Output).ShouldBe(beside);
        CliProcess.Run(run.Root, "adapter", "merge", "runs/adapted", "merged").ShouldSucceed();
        CliProcess.Run(run.Root, Measured("merged")).ShouldSucceed();
        CliProcess.Run(run.Root, "adapter", "unmerge", "merged", "runs/adapted", "again").ShouldSucceed();
        CliProcess.Run(run.Root, Measured("again")).ShouldSucceed();
        CliProcess.Run(run.Root, "adapter", "merge", "runs/adapted", "merged").ShouldBeUserMistake().ShouldContain("is there already");
        CliProcess.Run(run.Root, "adapter", "info", run.Checkpoint).ShouldBeUserMistake().ShouldContain("not an adapter");
        // The run goes on from its own files alone.
        CliProcess.Run(run.Root, "resume", "runs/adapted").ShouldSucceed();
        CliProcess.Run(run.Root, "runs", "retrain", "runs/adapted", "--step", "1").ShouldSucceed();
    }

    [Fact]
    public void Problems_are_chosen_by_how_often_the_model_solves_them_and_what_was_measured_is_kept()
    {
        File.WriteAllLines(Path.Combine(run.Root, "sums.jsonl"), Enumerable.Range(0, 24).Select(i => $"{{\"prompt\": \"({i % 10}+{(i * 3) % 10})%10=?\", \"answer\": \"{(i + ((i * 3) % 10)) % 10}\", \"id\": \"s{i}\"}}"));
        string[] command = ["data", "choose", "sums.jsonl", "chosen.jsonl", "--model", run.Checkpoint, "--samples", "8", "--k", "4", "--low", "0.2", "--high", "1", "--max-tokens", "24", "--grader", "numeric", "--answer-format", "last_number"];
        using var first = JsonDocument.Parse(CliProcess.Run(run.Root, [.. command, "--json"]).ShouldSucceed().Output);
        var lines = File.ReadAllLines(Path.Combine(run.Root, "chosen.jsonl"));
        lines.Length.ShouldBe(first.RootElement.GetProperty("chosen").GetInt32());
        foreach (var line in lines) JsonDocument.Parse(line).RootElement.GetProperty("pass_rate").GetDouble().ShouldBeInRange(1 / 8.0, 1);
        // Cut short in the middle of a line, the file is gone on with, and ends as it was.
        var rates = Path.Combine(run.Root, "chosen.jsonl.rates.jsonl");
        var whole = File.ReadAllText(rates);
        File.WriteAllText(rates, whole[..^30]);
        CliProcess.Run(run.Root, command).ShouldSucceed();
        File.ReadAllText(rates).ShouldBe(whole);
        File.ReadAllLines(Path.Combine(run.Root, "chosen.jsonl")).ShouldBe(lines);
        CliProcess.Run(run.Root, [.. command, "--temperature", "0.5"]).ShouldBeUserMistake().ShouldContain("another model or in another way");
        CliProcess.Run(run.Root, [.. command[..^1], "whole"]).ShouldBeUserMistake().ShouldContain("another model or in another way");

        // What was measured against an answer that was corrected since is measured again, and nothing else is.
        var sums = Path.Combine(run.Root, "sums.jsonl");
        File.WriteAllText(sums, File.ReadAllText(sums).Replace("(0+0)%10=?\", \"answer\": \"0\"", "(0+0)%10=?\", \"answer\": \"11\"", StringComparison.Ordinal));
        CliProcess.Run(run.Root, command).ShouldSucceed();
        var more = File.ReadAllText(rates);
        more[..whole.Length].ShouldBe(whole);
        var added = more[whole.Length..];
        added.ShouldContain("\"answer\":\"11\"");
        added.Count(c => c == '\n').ShouldBe(1);

        // Of a file of before nobody knows where the answers were looked for.
        File.WriteAllText(rates, more.Replace("\"format_version\":2", "\"format_version\":1", StringComparison.Ordinal));
        CliProcess.Run(run.Root, command).ShouldBeUserMistake().ShouldContain("an earlier version");
    }
}
