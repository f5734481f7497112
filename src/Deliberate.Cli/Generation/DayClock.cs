namespace Deliberate.Cli;

/// <summary>A clock that stands at the beginning of a day, UTC: a template that writes the date writes this one.</summary>
internal sealed class DayClock(DateOnly day) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
