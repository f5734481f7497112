namespace Deliberate.Cli.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void Rate_and_time_left_follow_the_recent_steps()
    {
        var clock = new HandClock();
        var meter = new RateMeter(clock, 100);
        meter.Left.ShouldBeNull();
        for (var i = 1; i <= 10; i++)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            meter.Update(i);
        }

        meter.Rate.ShouldBe(1, 1e-9);
        meter.Left.ShouldBe(TimeSpan.FromSeconds(90));
        for (var i = 1; i <= 30; i++)
        {
            clock.Now += TimeSpan.FromSeconds(4);
            meter.Update(10 + i);
        }

        meter.Rate.ShouldBe(0.25, 1e-9);
        meter.Left.ShouldBe(TimeSpan.FromSeconds(240));
    }

    [Fact]
    public void Plain_lines_come_now_and_then_and_at_the_last_step()
    {
        var clock = new HandClock();
        var output = new StringWriter { NewLine = "\n" };
        var view = new PlainProgressView(output, clock);
        view.Begin("x: supervised", 12);
        for (var i = 1; i <= 12; i++)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            view.Advance(i, "loss 1");
        }

        view.End();
        output.ToString().ShouldBe("x: supervised: 12 steps\nx: supervised: 5/12, loss 1, 1 steps/s, 7 s left\nx: supervised: 10/12, loss 1, 1 steps/s, 2 s left\nx: supervised: 12/12, loss 1, 1 steps/s\n");
    }

    private sealed class HandClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
