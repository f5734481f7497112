namespace Deliberate.Cli.Tests;

public sealed class TrainCommandTests
{
    /// <summary>Long enough to be met in the middle.</summary>
    private static readonly string[] Long = ["train", "run.yaml", "--set", "supervised.tokens=400000", "--threads", "1"];

    [Fact]
    public void A_run_that_was_interrupted_and_resumed_ends_in_the_weights_of_one_left_alone()
    {
        using var folder = new TemporaryFolder();
        folder.File("run.yaml", TinyRun.Recipe("run"));
        using (var interrupted = CliProcess.Start(folder.Root, Long))
        {
            interrupted.WaitFor("supervised: 800 steps");
            var metrics = new FileInfo(Path.Combine(folder.Root, "runs/run/metrics.jsonl"));
            SpinWait.SpinUntil(() => Written(metrics) > 0, TimeSpan.FromMinutes(2)).ShouldBeTrue("no step was done");
            interrupted.Signal(CliProcess.Interrupt);
            var stopped = interrupted.Wait();
            stopped.ExitCode.ShouldBe(130, stopped.Error);
            stopped.Error.ShouldContain("Continue with: deliberate resume runs/run");
        }

        var resumed = CliProcess.Run(folder.Root, "resume", "runs/run").ShouldSucceed();
        resumed.Error.ShouldContain("of 800 steps are done");
        CliProcess.Run(folder.Root, [.. Long, "--output", "runs/alone"]).ShouldSucceed();
        foreach (var file in new[] { "checkpoints/final/model.safetensors", "metrics.jsonl", "evaluations/final.jsonl" })
            File.ReadAllBytes(Path.Combine(folder.Root, "runs/run", file)).ShouldBe(File.ReadAllBytes(Path.Combine(folder.Root, "runs/alone", file)), file);
    }

    [Fact]
    public void A_plan_says_the_whole_command_that_trains_it()
    {
        using var folder = new TemporaryFolder();
        folder.File("run.yaml", TinyRun.Recipe("run"));
        CliProcess.Run(folder.Root, "train", "run.yaml", "--dry-run", "--set", "family.levels=[2]", "--device", "cpu", "--output", "my runs/$first").ShouldSucceed()
            .Output.ShouldContain("Train it: deliberate train run.yaml --set 'family.levels=[2]' --device cpu --output 'my runs/$first'\n");
        CliProcess.Run(folder.Root, "train", "run.yaml", "--dry-run").ShouldSucceed().Output.ShouldContain("Train it: deliberate train run.yaml\n");
    }

    [Fact]
    public void A_second_process_on_a_run_folder_is_refused_and_a_second_start_too()
    {
        using var folder = new TemporaryFolder();
        folder.File("run.yaml", TinyRun.Recipe("run"));
        using (var first = CliProcess.Start(folder.Root, [.. Long, "--set", "supervised.tokens=40000000"]))
        {
            first.WaitFor("supervised: ");
            CliProcess.Run(folder.Root, Long).ShouldBeUserMistake().ShouldContain("in use by process");
            CliProcess.Run(folder.Root, "resume", "runs/run").ShouldBeUserMistake().ShouldContain("in use by process");
            first.Signal(CliProcess.Interrupt);
            first.Wait().ExitCode.ShouldBe(130);
        }

        CliProcess.Run(folder.Root, Long).ShouldBeUserMistake().ShouldContain("holds a run already");
    }

    [Fact]
    public void The_recipes_to_edit_train()
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Root, "recipe", "copy").ShouldSucceed();
        foreach (var name in new[] { "arithmetic", "countdown" })
            CliProcess.Run(folder.Root, ["train", Path.Combine("recipes", name + ".yaml"), .. TinyRun.Overrides]).ShouldSucceed().Output.ShouldContain("after RL");
    }

    /// <summary>Bytes that steps have written.</summary>
    private static long Written(FileInfo metrics)
    {
        Thread.Sleep(20);
        metrics.Refresh();
        return metrics.Exists ? metrics.Length : 0;
    }
}
