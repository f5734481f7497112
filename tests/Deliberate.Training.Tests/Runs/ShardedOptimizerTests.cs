using System.Globalization;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Optimizers whose state ranks share: the same bits as where each has all of it, less memory by what the plan says, one checkpoint for any number of ranks.</summary>
public sealed class ShardedOptimizerTests(TrainedBase trained) : IDisposable
{
    private static readonly RanksRecipe Sharded = new() { ShardOptimizer = true };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("adamw", 2)]
    [InlineData("sgd", 3)]
    [InlineData("muon", 3)]
    public void The_bits_are_those_of_an_optimizer_that_every_rank_has_whole(string name, int ranks)
    {
        var kind = Enum.Parse<OptimizerKind>(name, ignoreCase: true);
        var recipe = TinyRun.ExpertRecipe(steps: 2);
        recipe = recipe with
        {
            Supervised = recipe.Supervised with { Tokens = 8000, Optimizer = recipe.Supervised.Optimizer with { Kind = kind } },
            ExpertIteration = recipe.ExpertIteration with { Rounds = 1, Keep = KeepSamples.All, Optimizer = recipe.ExpertIteration.Optimizer with { Kind = kind } },
            Reinforcement = recipe.Reinforcement with { Optimizer = recipe.Reinforcement.Optimizer with { Kind = kind } },
        };
        Train(recipe, "whole", ranks);
        Train(recipe with { Ranks = Sharded }, "sharded", ranks);
        SharedGradientsTests.ShouldEqual(_folder.File("sharded0"), _folder.File("whole0"));
    }

    [Fact]
    public void An_adapter_and_what_every_rank_computes_whole_are_shared_too()
    {
        var adapted = trained.Recipe("", "adapter: { rank: 4, modules_to_save: [norm] }") with { Evaluation = new EvaluationRecipe { Problems = 0 } };
        Train(adapted, "adapter", 2);
        Train(adapted with { Ranks = Sharded }, "adapter-sharded", 2);
        TinyRun.ShouldEqual(WithRecipeOf("adapter-sharded0", "adapter0"), _folder.File("adapter0")).ShouldBeGreaterThan(3);
        // A critic is trained by every rank, on all samples.
        var valued = EnvironmentRunTests.Recipe("objective: ppo\n  advantage: gae", steps: 2);
        Train(valued, "critic", 3);
        Train(valued with { Ranks = Sharded }, "critic-sharded", 3);
        SharedGradientsTests.ShouldEqual(_folder.File("critic-sharded0"), _folder.File("critic0"));
        File.Exists(Path.Combine(new RunFolder(_folder.File("critic-sharded0")).Checkpoint(RunFolder.Final), Checkpoint.TrainingFolder, Critic.FolderName, OptimizerFile.FileName)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(2, true, 2, true)]
    [InlineData(2, true, 2, false)]
    [InlineData(2, false, 2, true)]
    public void Stopped_and_gone_on_with_shared_or_not_the_bits_are_the_same(int before, bool wasSharded, int after, bool isSharded)
    {
        var recipe = EnvironmentRunTests.Recipe("updates: 2");
        Train(recipe, "whole", before);
        Train(recipe with { Ranks = wasSharded ? Sharded : null }, "parts", before, stopAfter: 3);
        GoOn("parts", before, after, recipe with { Ranks = isSharded ? Sharded : null });
        SharedGradientsTests.ShouldEqual(_folder.File("parts0"), _folder.File("whole0"));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 4)]
    [InlineData(1, 2)]
    public void A_checkpoint_of_some_ranks_is_gone_on_with_by_others(int before, int after)
    {
        var recipe = EnvironmentRunTests.Recipe() with { Ranks = Sharded };
        Train(recipe, "a", before, stopAfter: 2);
        GoOn("a", before, after, recipe);
        Directory.Exists(new RunFolder(_folder.File("a0")).Checkpoint(RunFolder.Final)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("adamw", 4, 2)]
    [InlineData("sgd", 2, 1)]
    [InlineData("muon", 4, 1)]
    public void A_rank_holds_its_part_of_the_moments_as_the_plan_says(string kind, int ranks, double copies)
    {
        var recipe = TrainRecipe.Parse($"name: a\nmodel: {{ hidden: 160, layers: 4, heads: 4, intermediate: 480 }}\nsupervised: {{ optimizer: {{ kind: {kind} }} }}\nreinforcement: {{ steps: 0 }}\nranks: {{ shard_optimizer: true }}", "a.yaml");
        var plan = Planner.Plan(recipe, ranks: ranks);
        var planned = plan.Memory.Parts.Single(p => p.Name == "optimizer").Bytes;
        string.Join("\n", PlanText.Brief(plan)).ShouldContain($"for each of {ranks} ranks, ");
        var alone = Planner.Plan(recipe).Memory.Parts.Single(p => p.Name == "optimizer").Bytes;
        // Of muon's matrices there is one moment, for which the plan of one process counts two.
        (planned * ranks / alone).ShouldBeInRange(kind == "muon" ? 0.5 : 0.99, 1.02);
        var taken = ThreadTransport.Run(ranks, world =>
        {
            world.Follow(recipe.Ranks);
            using var device = Device.Cpu(1);
            using var model = RunSession.NewModel(plan.Recipe, device).Model;
            using var optimizer = new Optimizer(device, model.Trained, plan.Recipe.Supervised.Optimizer.ToOptions(), world.PeersOfOptimizer());
            return (Bytes: (optimizer.First.Length + (optimizer.Second?.Length ?? 0)) * sizeof(float), Model: model.Trained.Count * sizeof(float));
        });
        Golden.Report(string.Create(CultureInfo.InvariantCulture, $"{kind}, {ranks} ranks: planned {planned / 1e6:0.00} MB, taken {taken.Min(t => t.Bytes) / 1e6:0.00} to {taken.Max(t => t.Bytes) / 1e6:0.00}"), ranks);
        taken.Max(t => (double)t.Bytes).ShouldBe(planned, 1);
        (taken.Min(t => t.Bytes) / planned).ShouldBeGreaterThan(0.9, "all have about the same");
        (taken.Sum(t => (double)t.Bytes) / taken[0].Model).ShouldBeInRange(copies * 0.95, copies * 1.05);
    }

    [Theory]
    [InlineData("ranks: { shard_optimiser: true }", "shard_optimizer")]
    [InlineData("ranks: { overlap: perhaps }", "overlap")]
    public void A_mistake_in_the_recipe_is_named(string ranks, string said) =>
        Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\n{ranks}\n", "a.yaml")).ToString().ShouldContain(said);

    private string WithRecipeOf(string run, string other)
    {
        File.Copy(Path.Combine(_folder.File(other), RunFolder.RecipeFile), Path.Combine(_folder.File(run), RunFolder.RecipeFile), overwrite: true);
        return _folder.File(run);
    }

    private void Train(TrainRecipe recipe, string name, int size, int? stopAfter = null) => ThreadTransport.Run(size, world =>
    {
        using var stop = new CancellationTokenSource();
        using var run = TrainingRun.Start(recipe, _folder.File($"{name}{world.Rank}"), 1, new StepObserver((stage, done) =>
        {
            if (stage == RunStage.Reinforcement && done == stopAfter && world.Rank == 0) stop.Cancel();
        }), world: world);
        var outcome = run.Execute(stop.Token);
        outcome.ShouldBe(stopAfter is null ? RunOutcome.Completed : RunOutcome.Interrupted);
        return outcome;
    });

    /// <summary>As the command does it: the first rank's folder is everybody's.</summary>
    private void GoOn(string name, int before, int after, TrainRecipe recipe)
    {
        for (var rank = 1; rank < before; rank++) Directory.Delete(_folder.File($"{name}{rank}"), recursive: true);
        File.WriteAllText(Path.Combine(_folder.File($"{name}0"), RunFolder.RecipeFile), RecipeWriter.Write(recipe));
        for (var rank = 1; rank < after; rank++) WorldTests.CopyFolder(_folder.File($"{name}0"), _folder.File($"{name}{rank}"));
        ThreadTransport.Run(after, world =>
        {
            using var run = TrainingRun.Resume(_folder.File($"{name}{world.Rank}"), 1, world: world);
            return run.Execute();
        }).ShouldAllBe(outcome => outcome == RunOutcome.Completed);
    }
}
