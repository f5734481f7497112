namespace Deliberate.Server.Tests;

/// <summary>A time that passes when a test says so; it begins now, for browsers' cookies have the system's.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _now;

    public void Pass(TimeSpan time) => _now += time;
}
