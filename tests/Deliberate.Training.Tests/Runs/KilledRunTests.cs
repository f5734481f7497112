using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>The real process (<see cref="Program"/>), killed at random moments (SIGKILL) and resumed, ends in the bits of a run left alone.</summary>
public sealed class KilledRunTests(TrainedBase trained) : IDisposable
{
    /// <summary>What all stages of training go through is killed most often; what another recipe adds to it is hit by two.</summary>
    private static int Kills(string recipe) => recipe == "reinforcement" ? 4 : 2;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("reinforcement")]
    [InlineData("expert iteration and curricula")]
    [InlineData("off-policy")]
    [InlineData("with a critic")]
    [InlineData("towards a teacher")]
    [InlineData("an adapter")]
    [InlineData("a model that imitates first")]
    [InlineData("in environments")]
    [InlineData("lean, idle samples left out")]
    [InlineData("sampling ahead")]
    [InlineData("sampling ahead with an adapter")]
    public void Killed_at_random_moments_and_resumed_it_ends_in_the_same_bits(string recipe)
    {
        var file = _folder.File("recipe.yaml");
        File.WriteAllText(file, RecipeWriter.Write(Recipe(recipe)));
        var expected = FinishedRuns.Copy(TrainRecipe.Read(file), _folder.File("whole"));
        var folder = _folder.File("killed");
        var random = new RandomStream((ulong)Environment.TickCount64, StreamStage.Test);
        var kills = Kills(recipe);
        var moments = new List<string>();
        for (var start = 0; start <= kills; start++)
        {
            using var child = StartChild(folder, file);
            if (start < kills)
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
                child.WaitForExit(180_000).ShouldBeTrue();
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
        using var child = StartChild(folder, "none");
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

    private TrainRecipe Recipe(string name) => name switch
    {
        "reinforcement" => TinyRun.Recipe(),
        "off-policy" => TinyRun.OffPolicyRecipe(),
        "with a critic" => Longer(trained.Recipe("objective: ppo\niterations: 2\nupdates: 2\nstaleness: 2\nkl: { in_reward: 0.05 }", "checkpoint: { every: 2, keep_last: 2 }")),
        "towards a teacher" => Longer(trained.Recipe(
            "objective: reinforce\nadvantage: reverse_kl",
            $"teacher: {{ from: \"{trained.Larger}\" }}\nexpert_iteration: {{ rounds: 2, prompts: 24, samples: 4, max_tokens: 6, batch_tokens: 150, sampler: teacher, keep: all }}\ncheckpoint: {{ every: 2, keep_last: 2 }}")),
        "an adapter" => Longer(trained.Recipe("kl: { in_reward: 0.02, renew_every: 7 }", "adapter: { rank: 4, modules_to_save: [norm], base: bf16 }\nrecompute: layers\ncheckpoint: { every: 2, keep_last: 2 }")),
        "a model that imitates first" => Imitating(Longer(trained.Recipe("", "adapter: { rank: 4 }\ncheckpoint: { every: 2, keep_last: 2 }"))),
        "lean, idle samples left out" => Longer(trained.Recipe("objective: grpo\nskip_idle_samples: on\nshared_prompt: on\nupdates: 2", "lean: on\ncheckpoint: { every: 2, keep_last: 2 }")) with { Health = new HealthRecipe { KlEvery = 2, KlSamples = 5 } },
        "in environments" => EnvironmentRunTests.Recipe(steps: 12),
        "sampling ahead" => Longer(trained.Recipe("objective: ppo\nlag: 1\nsampler_correction: { mode: token_truncate }", "checkpoint: { every: 2, keep_last: 2 }")),
        "sampling ahead with an adapter" => Longer(trained.Recipe("objective: ppo\nadvantage: group\nlag: 1\nsampler_correction: { mode: token_truncate }", "adapter: { rank: 4, base: bf16 }\ncheckpoint: { every: 2, keep_last: 2 }")),
        _ => TinyRun.CurriculumRecipe(),
    };

    /// <summary>Of enough steps to be killed among, and with its model's shape as the file of a run has it.</summary>
    private static TrainRecipe Longer(TrainRecipe recipe) => StartingPoint.Resolve(recipe.Reinforced(r => r with { Steps = 30 }));

    /// <summary>Measured before the first of its steps, and long enough in that to be killed within it.</summary>
    private static TrainRecipe Imitating(TrainRecipe recipe) => recipe with
    {
        Supervised = recipe.Supervised with { Tokens = 5000, BatchTokens = 500 },
        Evaluation = new EvaluationRecipe { Problems = 100, Samples = 8, MaxTokens = 6, Every = 0 },
    };

    private static Process StartChild(string folder, string recipe)
    {
        var assembly = typeof(KilledRunTests).Assembly.Location;
        var host = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null)!.TrimEnd('.');
        var start = File.Exists(host) ? new ProcessStartInfo(host) : new ProcessStartInfo("dotnet", ["exec", assembly]);
        (start.Environment[Program.RunVariable], start.Environment[Program.RecipeVariable]) = (folder, recipe);
        (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
        return Process.Start(start)!;
    }
}
