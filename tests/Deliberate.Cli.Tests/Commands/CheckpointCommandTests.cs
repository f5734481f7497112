using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Cli.Tests;

public sealed class CheckpointCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void Train_reports_its_evaluations_as_json_and_writes_a_report()
    {
        using var json = JsonDocument.Parse(run.Trained);
        json.RootElement.GetProperty("outcome").GetString().ShouldBe("completed");
        json.RootElement.GetProperty("evaluations").EnumerateArray().Select(e => e.GetProperty("evaluation").GetString()).ShouldBe(["base", "final"]);
        File.ReadAllText(Path.Combine(run.Root, json.RootElement.GetProperty("report").GetString()!)).ShouldContain("<html");
    }

    [Fact]
    public void Train_from_a_model_says_what_it_was_before_what_each_stage_changed_and_what_could_have_been_found()
    {
        string[] further = ["train", "tiny.yaml", "--from", "runs/tiny", "--set", "supervised.tokens=1000", "--set", "evaluation.samples=4", "--output", "runs/further"];
        var said = CliProcess.Run(run.Root, further).ShouldSucceed();
        said.Error.ShouldContain("evaluation start: right answers");
        foreach (var word in new[] { "before imitation", "before RL", "after RL", "Changes of right answers on the same problems, paired", "all stages" }) said.Output.ShouldContain(word);
        using var json = JsonDocument.Parse(CliProcess.Run(run.Root, "report", "runs/further", "--json").ShouldSucceed().Output);
        var table = json.RootElement.GetProperty("runs")[0];
        table.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("evaluation").GetString()).ShouldBe(["start", "base", "final"]);
        table.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("by").GetString()).ShouldBe(["imitation", "RL", "all stages"]);
        table.GetProperty("changes").EnumerateArray().ShouldAllBe(c => c.GetProperty("difference").GetProperty("n").GetInt32() == 6);
        CliProcess.Run(run.Root, "runs", "compare", "runs/further", "runs/further", "--at", "start").ShouldSucceed();
        further[^1] = "runs/without";
        CliProcess.Run(run.Root, [.. further, "--set", "evaluation.start=false"]).ShouldSucceed().Output.ShouldNotContain("before imitation");
        CliProcess.Run(run.Root, [.. further[..^1], "runs/wrong", "--set", "evaluation.start=perhaps"]).ShouldBeUserMistake().ShouldContain("evaluation.start");
        foreach (var made in new[] { "further", "without" }) Directory.Delete(Path.Combine(run.Root, "runs", made), recursive: true);
    }

    [Fact]
    public void Sample_grades_each_completion()
    {
        using var json = JsonDocument.Parse(CliProcess.Run(run.Root, "sample", "runs/tiny", "--json", "--count", "2", "--samples", "3").ShouldSucceed().Output);
        var problems = json.RootElement.GetProperty("problems").EnumerateArray().ToArray();
        problems.Length.ShouldBe(2);
        foreach (var problem in problems)
        {
            problem.GetProperty("samples").GetArrayLength().ShouldBe(3);
            problem.GetProperty("samples")[0].GetProperty("grade").GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public void What_a_run_drew_with_an_end_is_drawn_with_it()
    {
        run.CopyCheckpoint("stopping/checkpoints/final");
        string[] digits = [.. Enumerable.Range(0, 10).Select(d => $"{d}")];
        var recipe = File.ReadAllText(Path.Combine(run.Root, "runs", "tiny", "recipe.yaml"));
        recipe.ShouldContain("\n  stop: []\n");
        File.WriteAllText(Path.Combine(run.Root, "stopping", "recipe.yaml"), recipe.Replace("\n  stop: []\n", $"\n  stop: [{string.Join(", ", digits.Select(d => $"\"{d}\""))}]\n", StringComparison.Ordinal));
        string[] Completions(string checkpoint, params string[] more)
        {
            using var json = JsonDocument.Parse(CliProcess.Run(run.Root, ["sample", checkpoint, "--json", "--count", "4", "--samples", "4", .. more]).ShouldSucceed().Output);
            return [.. json.RootElement.GetProperty("problems").EnumerateArray().SelectMany(p => p.GetProperty("samples").EnumerateArray()).Select(s => s.GetRawText())];
        }

        var stopped = Completions("stopping/checkpoints/final");
        stopped.ShouldBe(Completions("runs/tiny", [.. digits.SelectMany(d => new[] { "--stop", d })]));
        stopped.ShouldNotBe(Completions("runs/tiny"));
    }

    [Fact]
    public void Sample_takes_a_problem_of_the_users_own()
    {
        CliProcess.Run(run.Root, "sample", "runs/tiny/checkpoints/base", "--prompt", "(3+4)*2").ShouldSucceed().Output.ShouldContain("(answer 4)");
        CliProcess.Run(run.Root, "sample", "runs/tiny", "--prompt", "(3+4").ShouldBeUserMistake().ShouldContain("--prompt: ");
        CliProcess.Run(run.Root, "sample", "runs/tiny", "--family", "countdown", "--prompt", "3,4").ShouldBeUserMistake().ShouldContain("not numbers and a target");
    }

    [Fact]
    public void Eval_measures_with_intervals_and_the_same_twice()
    {
        CliResult Eval() => CliProcess.Run(run.Root, "eval", "runs/tiny", "--json", "--problems", "10", "--samples", "4").ShouldSucceed();
        var output = Eval().Output;
        Eval().Output.ShouldBe(output);
        using var json = JsonDocument.Parse(output);
        var measures = json.RootElement.GetProperty("measures").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        foreach (var name in new[] { "pass@1", "pass@2", "pass@4", "majority@2", "majority@4" })
        {
            var (low, value, high) = (measures[name].GetProperty("low").GetDouble(), measures[name].GetProperty("value").GetDouble(), measures[name].GetProperty("high").GetDouble());
            low.ShouldBeLessThanOrEqualTo(value);
            value.ShouldBeLessThanOrEqualTo(high);
            (high - low).ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_family_as_a_task_gives_a_checkpoint_the_verdicts_of_its_own_evaluation_sample_by_sample()
    {
        CliProcess.Run(run.Root, "eval", "runs/tiny", "--problems", "8", "--samples", "3", "--log", "own.log", "--json").ShouldSucceed();
        using var log = LogReader.Open(Path.Combine(run.Root, "own.log"));
        var head = log.Read(0).Body.GetProperty("settings");
        var task = $"family:{head.GetProperty("problems").GetString()}@{head.GetProperty("level").GetInt32()}";
        using var said = JsonDocument.Parse(CliProcess.Run(run.Root, "eval", task, "--model", "runs/tiny", "--limit", "8", "--epochs", "3", "--max-tokens", $"{head.GetProperty("max_tokens").GetInt32()}", "--out", "asked", "--json").ShouldSucceed().Output);
        using var asked = LogReader.Open(Path.Combine(run.Root, said.RootElement.GetProperty("results")[0].GetProperty("log").GetString()!));
        string[] Samples(LogReader from) => [.. from.Records().Where(r => r.Kind == "sample").Select(r => $"{r.Id} {r.Body.GetProperty("completion")} {r.Body.GetProperty("answer")} {(r.Body.TryGetProperty("completion_tokens", out var tokens) ? tokens.GetInt32() : 0)} {r.Body.GetProperty("verdict")}").Order(StringComparer.Ordinal)];
        Samples(asked).ShouldBe(Samples(log));
        Samples(log).Length.ShouldBe(24);
    }

    [Fact]
    public void Report_of_a_folder_of_runs_has_their_numbers()
    {
        using var json = JsonDocument.Parse(CliProcess.Run(run.Root, "report", "runs", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("runs").GetArrayLength().ShouldBe(1);
        File.Exists(Path.Combine(run.Root, "runs", "report.html")).ShouldBeTrue();
    }

    [Fact]
    public void A_checkpoint_without_weights_or_with_damaged_ones_is_named_with_its_tensor()
    {
        string Sample(string folder) => CliProcess.Run(run.Root, "sample", folder, "--family", "arithmetic-mod10").ShouldBeUserMistake();

        var cut = run.CopyCheckpoint("cut");
        var weights = Path.Combine(cut, "model.safetensors");
        using (var stream = File.OpenWrite(weights)) stream.SetLength(stream.Length / 2);
        Sample("cut").ShouldContain("model.safetensors");

        var nan = run.CopyCheckpoint("nan");
        var bytes = File.ReadAllBytes(Path.Combine(nan, "model.safetensors"));
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.NaN).ShouldBeTrue();
        File.WriteAllBytes(Path.Combine(nan, "model.safetensors"), bytes);
        Sample("nan").ShouldContain("not a finite number");

        var renamed = run.CopyCheckpoint("renamed");
        bytes = File.ReadAllBytes(Path.Combine(renamed, "model.safetensors"));
        bytes.AsSpan().IndexOf("model.norm.weight"u8).ShouldBeGreaterThan(0);
        Encoding.UTF8.GetBytes("model.nurm.weight").CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("model.norm.weight"u8)));
        File.WriteAllBytes(Path.Combine(renamed, "model.safetensors"), bytes);
        Sample("renamed").ShouldContain("model.norm.weight");

        var gone = run.CopyCheckpoint("gone");
        File.Delete(Path.Combine(gone, "model.safetensors"));
        Sample("gone").ShouldContain("gone");

        var configuration = run.CopyCheckpoint("configuration");
        File.WriteAllText(Path.Combine(configuration, "config.json"), "{");
        Sample("configuration").ShouldContain("config.json");
        Console.WriteLine("5 damaged checkpoints");
    }

    [Fact]
    public void A_checkpoint_from_elsewhere_needs_its_family_named()
    {
        run.CopyCheckpoint("elsewhere");
        CliProcess.Run(run.Root, "sample", "elsewhere").ShouldBeUserMistake().ShouldContain("--family: ");
        CliProcess.Run(run.Root, "sample", "elsewhere", "--family", "arithmetic-mod10", "--max-tokens", "20").ShouldSucceed();
        CliProcess.Run(run.Root, "sample", "runs/tny").ShouldBeUserMistake().ShouldContain("Did you mean \"tiny\"?");
    }
}
