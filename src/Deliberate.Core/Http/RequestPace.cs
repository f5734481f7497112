namespace Deliberate.Core;

/// <summary>So much a minute, evenly: a tenth of it may come at once, and what comes faster waits. (The generic cell rate algorithm of ITU-T I.371.)</summary>
internal sealed class RequestPace(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / perMinute;
    private readonly TimeSpan _tolerance = TimeSpan.FromMinutes(1) / perMinute * Math.Max(0, (perMinute / 10) - 1);
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Takes so much and says how long to wait before it is used.</summary>
    public TimeSpan Take(int amount)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var at = _next > now ? _next : now;
            _next = at + (_each * amount);
            var wait = at - _tolerance - now;
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }
}
