using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>The real process, killed at random moments (SIGKILL) and resumed, ends in the bits of a run left alone.</summary>
public sealed class KilledRunTests : IDisposable
{
    private const string Variable = "DELIBERATE_TEST_RUN", RecipeVariable = "DELIBERATE_TEST_RECIPE";
    private const int Kills = 6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What the child process runs; nothing in an ordinary test run.</summary>
    [Fact]
    public void Child()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder) return;
        using var run = File.Exists(Path.Combine(folder, RunFolder.RecipeFile)) ? TrainingRun.Resume(folder, 1) : TrainingRun.Start(Recipe(Environment.GetEnvironmentVariable(RecipeVariable)!), folder, 1);
        run.Execute().ShouldBe(RunOutcome.Completed);
    }

    [Theory]
    [InlineData("reinforcement")]
    [InlineData("expert iteration and curricula")]
    [InlineData("off-policy")]
    public void Killed_at_random_moments_and_resumed_it_ends_in_the_same_bits(string recipe)
    {
        var expected = TinyRun.Start(Recipe(recipe), _folder.File("whole"));
        var folder = _folder.File("killed");
        var random = new RandomStream((ulong)Environment.TickCount64, StreamStage.Test);
        var moments = new List<string>();
        for (var start = 0; start <= Kills; start++)
        {
            using var child = StartChild(folder, recipe);
            if (start < Kills)
            {
                // Some steps and commits later, and then in the middle of whatever it does.
                var clock = Stopwatch.StartNew();
                var last = Progress(folder);
                for (var changes = random.Next(1, recipe == "reinforcement" ? 12 : 24); changes > 0 && !child.HasExited && clock.Elapsed < TimeSpan.FromSeconds(30); Thread.Sleep(1))
                {
                    var now = Progress(folder);
                    if (now != last) changes--;
                    last = now;
                }

                Thread.Sleep(random.Next(120));
                child.Kill();
                child.WaitForExit();
                moments.Add($"{(new RunFolder(folder).Checkpoints() is [.., var newest] ? newest : "none")}+{Progress(folder)}");
                if (child.ExitCode == 0) break;
            }
            else
            {
                child.WaitForExit(60_000).ShouldBeTrue();
                child.ExitCode.ShouldBe(0, child.StandardOutput.ReadToEnd());
            }
        }

        TinyRun.ShouldEqual(folder, expected);
        Golden.Report($"{recipe} killed at {string.Join(", ", moments)}; kills", moments.Count);
    }

    [Fact]
    public void A_second_process_is_refused()
    {
        var folder = _folder.File("run");
        using var run = TrainingRun.Start(TinyRun.Recipe(), folder, 1);
        using var child = StartChild(folder, "reinforcement");
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        child.ExitCode.ShouldNotBe(0);
        output.ShouldContain($"in use by process {Environment.ProcessId}");
    }

    /// <summary>Bytes of metrics and the number of entries among the checkpoints: changes with every step and commit.</summary>
    private static long Progress(string folder)
    {
        var metrics = new FileInfo(Path.Combine(folder, MetricsStream.MetricsFile));
        var checkpoints = Path.Combine(folder, RunFolder.CheckpointsFolder);
        return (metrics.Exists ? metrics.Length : 0) + (Directory.Exists(checkpoints) ? Directory.GetFileSystemEntries(checkpoints).Length : 0);
    }

    private static TrainRecipe Recipe(string name) => name switch
    {
        "reinforcement" => TinyRun.Recipe(),
        "off-policy" => TinyRun.OffPolicyRecipe(),
        _ => TinyRun.CurriculumRecipe(),
    };

    private static Process StartChild(string folder, string recipe)
    {
        var assembly = typeof(KilledRunTests).Assembly.Location;
        var host = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null)!.TrimEnd('.');
        var start = File.Exists(host) ? new ProcessStartInfo(host) : new ProcessStartInfo("dotnet", ["exec", assembly]);
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add("*" + nameof(KilledRunTests) + "." + nameof(Child));
        start.Environment[Variable] = folder;
        start.Environment[RecipeVariable] = recipe;
        (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
        return Process.Start(start)!;
    }
}
