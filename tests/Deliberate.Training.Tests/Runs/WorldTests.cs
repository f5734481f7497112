using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Runs of several ranks, here threads: the same bits again, the same gradient to rounding, checkpoints for any number of ranks, and ranks that differ.</summary>
public sealed class WorldTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 10)]
    [InlineData(3, 10)]
    [InlineData(4, 3)]
    [InlineData(5, 0)]
    public void Shares_are_neighbours_that_cover_everything_once_and_weigh_about_the_same(int size, int count)
    {
        var random = new RandomStream(7, StreamStage.Test);
        int[] tokens = [.. Enumerable.Range(0, count * 40).Select(_ => random.Next(1, 200))];
        var shares = ThreadTransport.Run(size, world => world.Share(tokens.Length, i => tokens[i]));
        shares[0].Begin.ShouldBe(0);
        shares[^1].End.ShouldBe(tokens.Length);
        for (var rank = 1; rank < size; rank++) shares[rank].Begin.ShouldBe(shares[rank - 1].End);
        var sums = shares.Select(s => tokens[s.Begin..s.End].Sum()).ToArray();
        if (tokens.Length > 0) (sums.Max() - sums.Min()).ShouldBeLessThan(2 * 200);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("options: { kl_coefficient: 0.01 }\n  dynamic_sampling: true\n  updates: 2", false)]
    [InlineData("objective: ppo\n  iterations: 2\n  staleness: 1\n  top_p: 0.95\n  sampler_correction: { mode: token_truncate }\n  advantage: gae", false)]
    [InlineData("shared_prompt: on\n  kl: { in_reward: 0.02 }", true)]
    [InlineData("skip_idle_samples: on\n  updates: 2", false)]
    public void Two_ranks_write_the_same_run_twice_and_every_rank_has_it(string reinforcement, bool hasRounds)
    {
        var recipe = EnvironmentRunTests.Recipe(reinforcement);
        if (hasRounds) recipe = recipe with { ExpertIteration = new ExpertIterationRecipe { Rounds = 1, Prompts = 12, Samples = 4, MaxTokens = 48, BatchTokens = 150, Keep = KeepSamples.All } };
        Train(recipe, "first", 2);
        Train(recipe, "second", 2);
        TinyRun.ShouldEqual(_folder.File("second0"), _folder.File("first0")).ShouldBeGreaterThan(6);
        TinyRun.ShouldEqual(_folder.File("first1"), _folder.File("first0"));
        var timings = MetricsStream.Read(Path.Combine(_folder.File("first0"), MetricsStream.TimingsFile)).Select(s => s.Values).Where(v => v.ContainsKey("ranks/waited_share/1")).ToArray();
        timings.ShouldNotBeEmpty();
        timings.ShouldAllBe(v => v["ranks/waited_share/0"] <= 1 && v["ranks/waited_share/1"] <= 1 && v["ranks/processor_seconds/1"] > 0, "of the step alone");
    }

    [Fact]
    public void A_run_of_two_ranks_begins_as_that_of_one_and_its_gradient_is_the_same_to_a_millionth()
    {
        var recipe = EnvironmentRunTests.Recipe(steps: 1);
        TinyRun.Start(recipe, _folder.File("one"));
        foreach (var size in new[] { 2, 3 })
        {
            Train(recipe, $"of{size}-", size);
            // The first supervised step has the same weights whatever the number of ranks.
            var (one, several) = (First(_folder.File("one")), First(_folder.File($"of{size}-0")));
            foreach (var metric in new[] { OptimizerMetrics.Supervised.Loss, OptimizerMetrics.Supervised.GradNorm })
                Math.Abs((several.Values.Find(metric)!.Value / one.Values.Find(metric)!.Value) - 1).ShouldBeLessThan(1e-6, metric.Name);
            // What was sampled from the same weights to within rounding are the same samples, but for a rare coin.
            SampleStore.Read(Path.Combine(_folder.File($"of{size}-0"), SampleStore.FileName)).Count().ShouldBe(24);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 4)]
    [InlineData(1, 2)]
    public void A_checkpoint_of_some_ranks_is_gone_on_with_by_others(int before, int after)
    {
        var recipe = EnvironmentRunTests.Recipe();
        Train(recipe, "a", before, stopAfter: 2);
        // Each rank's folder is the whole run's; of more ranks than there were, the first one's.
        for (var rank = before; rank < after; rank++) CopyFolder(_folder.File("a0"), _folder.File($"a{rank}"));
        Resume("a", after).ShouldAllBe(outcome => outcome == RunOutcome.Completed);
        Directory.Exists(new RunFolder(_folder.File("a0")).Checkpoint(RunFolder.Final)).ShouldBeTrue();
    }

    [Fact]
    public void Stopped_together_and_resumed_two_ranks_end_in_the_same_bits()
    {
        var recipe = EnvironmentRunTests.Recipe("updates: 2");
        Train(recipe, "whole", 2);
        Train(recipe, "parts", 2, stopAfter: 3);
        Resume("parts", 2);
        TinyRun.ShouldEqual(_folder.File("parts0"), _folder.File("whole0"));
    }

    [Fact]
    public void What_the_first_rank_keeps_of_the_best_all_keep_though_another_no_longer_knows_them()
    {
        // At a rate of 0 no checkpoint is better than the first: whoever has forgotten that one would take the last.
        var recipe = EnvironmentRunTests.Recipe("optimizer: { kind: adamw, learning_rate: 0 }");
        Train(recipe, "a", 2, stopAfter: 3);
        File.Delete(new RunFolder(_folder.File("a1")).Checkpoint(BestCheckpoints.FileName));
        Resume("a", 2).ShouldAllBe(outcome => outcome == RunOutcome.Completed);
        BestCheckpoints.Read(new RunFolder(_folder.File("a0"))).Single().Checkpoint.ShouldBe(RunFolder.Base);
        BestCheckpoints.Read(new RunFolder(_folder.File("a1"))).ShouldBeEmpty();
    }

    [Fact]
    public void Ranks_that_differ_are_named_before_anything_is_trained()
    {
        var error = Should.Throw<UserError>(() => ThreadTransport.Run(3, world =>
        {
            world.Agree("recipe", world.Rank == 2 ? "b" : "a", "Give every rank the same recipe file.");
            return 0;
        }));
        error.Message.ShouldContain("rank 2 of 3 has another recipe than rank 0");
    }

    [Fact]
    public void Weights_that_have_come_apart_stop_the_run_at_the_next_update()
    {
        var recipe = EnvironmentRunTests.Recipe(steps: 0);
        var error = Should.Throw<UserError>(() => ThreadTransport.Run(2, world => TrainOne(world, world.Rank == 0 ? recipe : recipe with { Seed = 2 }, "x")));
        error.Message.ShouldContain("rank 1 of 2 has another hash of the weights");
    }

    [Fact]
    public void Ranks_that_no_longer_do_the_same_say_where_they_are()
    {
        var error = Should.Throw<UserError>(() => ThreadTransport.Run(2, world => world.Gather(world.Rank == 0 ? "samples" : "timings", [1, 2]).Length));
        error.Message.ShouldContain("they no longer do the same");
    }

    private static MetricsRecord First(string folder) => MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).First();

    private void Train(TrainRecipe recipe, string name, int size, int? stopAfter = null) => ThreadTransport.Run(size, world => TrainOne(world, recipe, name, stopAfter));

    private RunOutcome TrainOne(World world, TrainRecipe recipe, string name, int? stopAfter = null)
    {
        using var stop = new CancellationTokenSource();
        // One of them is asked to stop; all do.
        using var run = TrainingRun.Start(recipe, _folder.File($"{name}{world.Rank}"), 1, new StepObserver((stage, done) =>
        {
            if (stage == RunStage.Reinforcement && done == stopAfter && world.Rank == world.Size - 1) stop.Cancel();
        }), world: world);
        var outcome = run.Execute(stop.Token);
        outcome.ShouldBe(stopAfter is null ? RunOutcome.Completed : RunOutcome.Interrupted);
        return outcome;
    }

    private RunOutcome[] Resume(string name, int size) => ThreadTransport.Run(size, world =>
    {
        using var run = TrainingRun.Resume(_folder.File($"{name}{world.Rank}"), 1, world: world);
        return run.Execute();
    });

    internal static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
