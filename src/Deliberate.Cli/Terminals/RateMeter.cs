namespace Deliberate.Cli;

/// <summary>
/// How fast a stage goes and how long it will take: the rate over the last <see cref="Window"/>, since steps of reinforcement
/// learning grow longer with the thought, and the steps left at that rate.
/// </summary>
internal sealed class RateMeter(TimeProvider time, long total)
{
    /// <summary>Long enough to smooth over one slow step.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    private readonly Queue<(long Stamp, long Done)> _marks = new([(time.GetTimestamp(), 0)]);
    private long _last;

    public long Total { get; } = total;

    public long Done { get; private set; }

    /// <summary>Steps a second; 0 before the first.</summary>
    public double Rate { get; private set; }

    /// <summary>Null before the first step.</summary>
    public TimeSpan? Left => Rate > 0 ? TimeSpan.FromSeconds(Math.Max(0, Total - Done) / Rate) : null;

    public void Update(long done)
    {
        Done = done;
        _last = time.GetTimestamp();
        while (_marks.Count > 1 && time.GetElapsedTime(_marks.Peek().Stamp, _last) > Window) _marks.Dequeue();
        var (stamp, before) = _marks.Peek();
        var seconds = time.GetElapsedTime(stamp, _last).TotalSeconds;
        if (seconds > 0) Rate = (done - before) / seconds;
        _marks.Enqueue((_last, done));
    }
}
