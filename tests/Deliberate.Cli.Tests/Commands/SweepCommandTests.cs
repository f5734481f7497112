using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>A recipe with several seeds and several values: planned, trained, resumed as a whole, compared and reported.</summary>
public sealed class SweepCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SweepCommandTests() => _folder.File("tiny.yaml", TinyRun.Recipe("tiny"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Seeds_and_values_are_trained_and_gone_on_with_as_a_whole()
    {
        string[] sweep = ["train", "tiny.yaml", "--seeds", "2", "--sweep", "reinforcement.samples=2,3", "--set", "reinforcement.steps=2", "--set", "evaluation.every=1"];
        CliProcess.Run(_folder.Root, [.. sweep, "--dry-run"]).ShouldSucceed().Output.ShouldContain("4: 2 values of reinforcement.samples x 2 seeds (1 to 2), into runs/tiny");
        Directory.Exists(Path.Combine(_folder.Root, "runs")).ShouldBeFalse();
        var output = CliProcess.Run(_folder.Root, sweep).ShouldSucceed().Output;
        output.ShouldContain("samples 2");
        output.ShouldContain("means over seeds");
        string[] names = ["samples-2-seed-1", "samples-2-seed-2", "samples-3-seed-1", "samples-3-seed-2"];
        foreach (var name in names) File.Exists(Path.Combine(_folder.Root, "runs", "tiny", name, "report.html")).ShouldBeTrue(name);
        var page = File.ReadAllText(Path.Combine(_folder.Root, "runs", "tiny", "report.html"));
        page.ShouldContain("Over seeds");
        page.ShouldContain("samples-3-seed-2");
        page.ShouldContain("; 4 problems at the points in between");
        page.ShouldMatch("−?[0-9.]+ points?<");
        page.ShouldContain("differences, in percentage points, are paired by seed");

        // What is missing is made again, to the same bits, and what is there is left alone.
        var last = Path.Combine(_folder.Root, "runs", "tiny", names[3]);
        var (weights, kept) = (File.ReadAllBytes(Path.Combine(last, "checkpoints", "final", "model.safetensors")), File.GetLastWriteTimeUtc(Path.Combine(_folder.Root, "runs", "tiny", names[0], "metrics.jsonl")));
        Directory.Delete(last, recursive: true);
        File.Delete(Path.Combine(_folder.Root, "tiny.yaml"));
        CliProcess.Run(_folder.Root, "resume", "runs/tiny").ShouldSucceed();
        File.ReadAllBytes(Path.Combine(last, "checkpoints", "final", "model.safetensors")).ShouldBe(weights);
        File.GetLastWriteTimeUtc(Path.Combine(_folder.Root, "runs", "tiny", names[0], "metrics.jsonl")).ShouldBe(kept);

        using var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "runs", "compare", "runs/tiny", "--json", "--output", "all.html").ShouldSucceed().Output);
        var groups = json.RootElement.GetProperty("groups").EnumerateArray().ToArray();
        groups.Select(group => group.GetProperty("settings").GetString()).ShouldBe(["samples 2", "samples 3"]);
        foreach (var group in groups)
        {
            group.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetUInt64()).ShouldBe([1ul, 2ul]);
            var values = group.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("after").GetProperty("value").GetDouble()).ToArray();
            group.GetProperty("after").GetProperty("value").GetDouble().ShouldBe(values.Average(), 1e-12);
        }

        File.Exists(Path.Combine(_folder.Root, "all.html")).ShouldBeTrue();
        CliProcess.Run(_folder.Root, "runs", "compare", "runs/tiny", "--output", "all.svg").ShouldBeUserMistake().ShouldContain("all.svg: --output: Groups of runs are written as a page.");
        File.Exists(Path.Combine(_folder.Root, "all.svg")).ShouldBeFalse();
        CliProcess.Run(_folder.Root, "report", "runs/tiny").ShouldSucceed().Output.ShouldContain("runs/tiny/report.html");
        CliProcess.Run(_folder.Root, "runs", "list", "runs/tiny").ShouldSucceed().Output.ShouldContain("samples-2-seed-2");
    }

    [Fact]
    public void What_is_left_of_a_sweep_goes_on_on_another_device()
    {
        CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--seeds", "2", "--set", "supervised.tokens=1000", "--set", "reinforcement.steps=2", "--output", "two seeds").ShouldSucceed();
        var left = Path.Combine(_folder.Root, "two seeds", "seed-2");
        Directory.Delete(left, recursive: true);
        CliProcess.Run(_folder.Root, "resume", "two seeds", "--device", "gpu:nothing").ShouldBeUserMistake().ShouldContain("gpu:nothing");
        CliProcess.Run(_folder.Root, "resume", "two seeds", "--device", "gpu:emulated").ShouldSucceed();
        File.ReadAllText(Path.Combine(left, "run.json")).ShouldContain("emulated");
        File.ReadAllText(Path.Combine(_folder.Root, "two seeds", "seed-1", "run.json")).ShouldNotContain("emulated");
    }

    [Fact]
    public void The_commands_that_make_a_sweep_again_and_go_on_with_it_are_whole()
    {
        using var process = CliProcess.Start(_folder.Root, "train", "tiny.yaml", "--seeds", "25", "--yes", "--set", "family.levels=[2]", "--output", "many runs", "--threads", "1");
        process.WaitFor("Run 1 of 25");
        process.Signal(CliProcess.Interrupt);
        var stopped = process.Wait();
        stopped.ExitCode.ShouldBe(130, stopped.Error);
        stopped.Error.ShouldContain("Continue with: deliberate resume 'many runs'\n");
        using var sweep = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.Root, "many runs", "sweep.json")));
        sweep.RootElement.GetProperty("command").GetString().ShouldBe("deliberate train tiny.yaml --set 'family.levels=[2]' --seeds 25 --yes --output 'many runs'");
    }

    [Fact]
    public void Many_runs_are_planned_and_asked_for_and_thousands_are_refused()
    {
        string numbers = string.Join(',', Enumerable.Range(1, 100)), seeds = "100";
        var refused = CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--sweep", $"reinforcement.steps={numbers}", "--seeds", seeds);
        refused.ShouldBeUserMistake().ShouldContain("10,000 runs are more than the 1,000 of a sweep");
        refused.Error.ShouldContain("in all, one after another");
        var asked = CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--seeds", "30");
        asked.ExitCode.ShouldBe(2);
        asked.Error.ShouldContain("30 runs are many. If that is meant, say --yes");
        asked.Output.ShouldContain("30: 30 seeds (1 to 30)");
        Directory.Exists(Path.Combine(_folder.Root, "runs")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("reinforcement.samples", "key.path=a,b,c")]
    [InlineData("seed=1,2", "--seeds 5")]
    [InlineData("reinforcement.samples=2,2", "named twice: 2")]
    [InlineData("reinforcement.samples=2,many", "--set reinforcement.samples: reinforcement.samples: Expected a whole number, found \"many\"")]
    [InlineData("reinforcement.smaples=2,3", "Did you mean \"samples\"?")]
    public void What_cannot_be_swept_is_said_before_anything_is_trained(string sweep, string said)
    {
        CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--sweep", sweep).ShouldBeUserMistake().ShouldContain(said);
        Directory.Exists(Path.Combine(_folder.Root, "runs")).ShouldBeFalse();
    }
}
