using System.Diagnostics;

namespace Deliberate.Cli.Tests;

/// <summary>Real processes of Open MPI on one machine: the same bits, a rank that is killed, one that hangs, one with another recipe, and a world of one.</summary>
public sealed class RanksTests : IDisposable
{
    private const string Recipe = """
        name: ranks
        micro_batch_tokens: 512
        family: { name: calculator, levels: [1, 2] }
        environment: { max_turns: 3, turn_tokens: 12 }
        model: { hidden: 32, layers: 2, heads: 2, intermediate: 48, context: 96 }
        supervised: { tokens: 20000, batch_tokens: 1000, schedule: { warmup: 2 } }
        reinforcement: { steps: 12, prompts: 6, samples: 4, max_tokens: 32 }
        evaluation: { problems: 8, quick_problems: 4, vote_problems: 0, max_tokens: 32, budgets: [32], every: 6 }
        checkpoint: { every: 2, keep_last: 2 }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "ranks: { overlap: false }", "")]
    [InlineData(2, "", "ranks: { shard_optimizer: true }")]
    [InlineData(4, "", "")]
    public void Processes_give_the_same_bits_killed_at_random_moments_and_resumed_too(int count, string ranksOfOne, string ranksOfOther)
    {
        SkipWithoutMpi();
        var recipe = _folder.File("recipe.yaml", $"{Recipe}\n{ranksOfOne}");
        var other = _folder.File("other.yaml", $"{Recipe}\n{ranksOfOther}");
        var whole = Path.Combine(_folder.Root, "whole");
        using (var run = Start(count, "train", recipe, "--output", whole))
        {
            run.WaitForExit(180_000).ShouldBeTrue();
            var said = run.StandardError.ReadToEnd();
            run.ExitCode.ShouldBe(0, said);
            said.ShouldContain($"{count} ranks, of which rank 0 writes");
            said.ShouldContain($"for each of {count} ranks");
        }

        var killed = Path.Combine(_folder.Root, "killed");
        var random = new Random();
        for (var start = 0; start <= 2; start++)
        {
            using var run = File.Exists(Path.Combine(killed, "recipe.yaml")) ? Start(count, "resume", killed) : Start(count, "train", other, "--output", killed);
            if (start < 2 && !run.WaitForExit(random.Next(1500, 6000)))
            {
                // Either rank: mpirun ends the other.
                var ranks = Children(run.Id);
                if (ranks.Length > 0) Kill("KILL", ranks[random.Next(ranks.Length)]);
            }

            run.WaitForExit(180_000).ShouldBeTrue("a rank that is gone ends the others");
            if (run.ExitCode == 0) break;
        }

        foreach (var file in new[] { "metrics.jsonl", "samples.jsonl", "evaluations/final.jsonl", "checkpoints/final/model.safetensors", "checkpoints/final/training/optimizer.safetensors" })
            File.ReadAllBytes(Path.Combine(killed, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(whole, file))).ShouldBeTrue(file);
        Directory.GetDirectories(Path.GetTempPath(), "deliberate-rank-*").Where(d => File.GetLastWriteTimeUtc(d) > DateTime.UtcNow.AddMinutes(-1) && Directory.Exists(Path.Combine(d, "run", "checkpoints", "final"))).ShouldBeEmpty("ranks clean up behind them");
    }

    [Fact]
    public void A_rank_that_hangs_is_named_within_the_time_that_is_said()
    {
        SkipWithoutMpi();
        var recipe = _folder.File("recipe.yaml", Recipe.Replace("steps: 12", "steps: 100000", StringComparison.Ordinal));
        using var run = Launch(["-n", "2", .. Program("train", recipe, "--output", Path.Combine(_folder.Root, "run"))], seconds: "5");
        var metrics = Path.Combine(_folder.Root, "run", "metrics.jsonl");
        for (var i = 0; i < 600 && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0); i++) Thread.Sleep(100);
        var second = Children(run.Id).Single(id => File.ReadAllText($"/proc/{id}/environ").Contains("OMPI_COMM_WORLD_RANK=1\0", StringComparison.Ordinal));
        Kill("STOP", second);
        var isOver = run.WaitForExit(180_000);
        if (!isOver) Kill("KILL", second);
        isOver.ShouldBeTrue("it is waited for 5 s");
        run.ExitCode.ShouldNotBe(0);
        run.StandardError.ReadToEnd().ShouldContain("rank 0 waited 5 s for rank 1");
    }

    [Fact]
    public void A_rank_with_another_recipe_is_named_and_nothing_is_trained()
    {
        SkipWithoutMpi();
        var (one, other) = (_folder.File("one.yaml", Recipe), _folder.File("other.yaml", Recipe.Replace("steps: 12", "steps: 13", StringComparison.Ordinal)));
        using var run = Launch(["-n", "1", .. Program("train", one, "--output", Path.Combine(_folder.Root, "run")), ":", "-n", "1", .. Program("train", other, "--output", Path.Combine(_folder.Root, "run"))]);
        run.WaitForExit(180_000).ShouldBeTrue();
        run.ExitCode.ShouldBe(2);
        run.StandardError.ReadToEnd().ShouldContain("rank 1 of 2 has another recipe than rank 0");
        Directory.Exists(Path.Combine(_folder.Root, "run")).ShouldBeFalse();
    }

    [Fact]
    public void A_sweep_is_not_shared()
    {
        SkipWithoutMpi();
        var (recipe, sweep) = (_folder.File("recipe.yaml", Recipe), Path.Combine(_folder.Root, "sweep"));
        Refused("train", recipe, "--seeds", "2", "--output", sweep);
        Directory.Exists(sweep).ShouldBeFalse();
        Directory.CreateDirectory(sweep);
        File.WriteAllText(Path.Combine(sweep, "sweep.json"), "{}");
        Refused("resume", sweep);

        static void Refused(params string[] arguments)
        {
            using var run = Start(2, arguments);
            run.WaitForExit(120_000).ShouldBeTrue();
            var said = run.StandardError.ReadToEnd();
            run.ExitCode.ShouldBe(2, said);
            said.ShouldContain("A sweep is not shared among ranks.");
        }
    }

    [Fact]
    public void A_world_of_one_trains_and_says_so()
    {
        SkipWithoutMpi();
        var recipe = _folder.File("recipe.yaml", Recipe.Replace("steps: 12", "steps: 1", StringComparison.Ordinal));
        using var run = Start(1, "train", recipe, "--output", Path.Combine(_folder.Root, "run"));
        run.WaitForExit(120_000).ShouldBeTrue();
        var said = run.StandardError.ReadToEnd();
        run.ExitCode.ShouldBe(0, said);
        said.ShouldContain("a world of one rank");
    }

    private static void SkipWithoutMpi() => Assert.SkipUnless(File.Exists("/usr/bin/mpirun") || File.Exists("/usr/local/bin/mpirun"), "Open MPI is not installed: scripts/install-mpi.sh.");

    private static string[] Program(params string[] arguments) => ["dotnet", "exec", typeof(CommandApp).Assembly.Location, .. arguments];

    private static Process Start(int ranks, params string[] arguments) => Launch(["-n", ranks.ToString(System.Globalization.CultureInfo.InvariantCulture), .. Program(arguments)]);

    private static Process Launch(string[] arguments, string seconds = "60")
    {
        var start = new ProcessStartInfo("mpirun", ["--oversubscribe", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["DELIBERATE_MPI_TIMEOUT_S"] = seconds;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>The processes that mpirun started.</summary>
    private static int[] Children(int parent) => [.. Directory.GetDirectories("/proc").Select(d => Path.GetFileName(d)).Where(name => int.TryParse(name, out _)).Where(name =>
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{name}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false;
        }
    }).Select(name => int.Parse(name, System.Globalization.CultureInfo.InvariantCulture))];

    private static void Kill(string signal, int process) => Process.Start("kill", [$"-{signal}", process.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();
}
