using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>A step trained again from its stored samples is the step that the run made, bit for bit; and what was changed shows.</summary>
public sealed class StepReplayTests(StepReplayTests.Trained trained) : IClassFixture<StepReplayTests.Trained>
{
    [Fact]
    public void Every_step_with_a_checkpoint_before_it_comes_out_the_same()
    {
        var compared = 0;
        // Two updates a step, dynamic sampling, a temperature, a KL to the reference.
        for (var step = 1; step <= 5; step++)
        {
            var replay = StepReplay.Run(trained.Folder, step, 1);
            replay.DifferentAdvantages.ShouldBe(0);
            foreach (var number in replay.Numbers) number.IsSame.ShouldBeTrue($"step {step}, {number.Name}: {number.Recorded:R} and {number.Again:R}");
            replay.After.ShouldNotBeNull();
            replay.WeightsDiffer.ShouldBe(0);
            replay.IsSame.ShouldBeTrue();
            compared += replay.Numbers.Count;
        }

        Golden.Report("numbers compared", compared);
        compared.ShouldBeGreaterThan(60);
    }

    [Fact]
    public void Other_settings_or_rewards_show()
    {
        var other = StepReplay.Run(trained.Folder, 2, 1, ["reinforcement.optimizer.learning_rate=1e-3"]);
        other.Numbers.Single(n => n.Name == "rl/trained_samples").IsSame.ShouldBeTrue();
        other.Numbers.Single(n => n.Name == "rl/learning_rate").Again.ShouldBe(1e-3);
        other.WeightsDiffer.ShouldBeGreaterThan(0);
        other.IsSame.ShouldBeFalse();
        StepReplay.Run(trained.Folder, 2, 1, ["reinforcement.advantage=none"]).DifferentAdvantages.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        Should.Throw<UserError>(() => StepReplay.Run(trained.Folder, 9, 1)).Message.ShouldContain("Steps that can be trained again: 1, 2, 3, 4, 5");
    }

    /// <summary>A finished run with a checkpoint after every step, whose samples are sometimes right.</summary>
    public sealed class Trained : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Trained()
        {
            var recipe = TinyRun.ExpertRecipe(steps: 5);
            Folder = TinyRun.Start(recipe with { Checkpoint = new CheckpointRecipe { Every = 1, KeepLast = 20 } }, _folder.File("run"));
        }

        public string Folder { get; }

        public void Dispose() => _folder.Dispose();
    }
}
