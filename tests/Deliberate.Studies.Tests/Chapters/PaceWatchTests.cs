using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>Whoever waits is told within twenty seconds that a machine is slower than planned; a machine as fast as planned is not spoken of.</summary>
public sealed class PaceWatchTests
{
    [Theory]
    [InlineData(0.1, null)]
    [InlineData(0.125, null)]
    [InlineData(0.2, 2.0)]
    [InlineData(1.0, 10.0)]
    public void A_slow_machine_is_noticed_once_and_soon(double secondsAStep, double? factor)
    {
        var time = new Clock();
        var told = new List<(double Factor, double At)>();
        var watch = new PaceWatch(new RunObserver(), time, 0.1, slower => told.Add((slower, time.Seconds)));
        watch.StageStarted(RunStage.Supervised, 0, 1000);
        // The first step also compiles, and does not count.
        time.Seconds += 2.5;
        for (var step = 1; step <= 400; step++)
        {
            time.Seconds += secondsAStep;
            watch.StepDone(RunStage.Supervised, step, 1000, [], []);
        }

        if (factor is null)
        {
            told.ShouldBeEmpty();
            return;
        }

        told.ShouldHaveSingleItem().Factor.ShouldBe(factor.Value, 0.05);
        told[0].At.ShouldBeLessThan(20);
    }

    [Fact]
    public void Steps_of_another_stage_say_nothing_of_it()
    {
        var time = new Clock();
        var watch = new PaceWatch(new RunObserver(), time, 0.1, _ => Assert.Fail("It was told."));
        watch.StageStarted(RunStage.Reinforcement, 0, 10);
        for (var step = 1; step <= 10; step++)
        {
            time.Seconds += 5;
            watch.StepDone(RunStage.Reinforcement, step, 10, [], []);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => (long)(Seconds * TimestampFrequency);
    }
}
