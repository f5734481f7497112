namespace Deliberate.Training;

/// <summary>What each rank did and waited in a step: begun with it, so that what is waited between steps is not of it.</summary>
internal readonly struct RankTimings
{
    private readonly World _world;
    private readonly TimeSpan _processor;

    private RankTimings(World world, TimeSpan processor) => (_world, _processor) = (world, processor);

    public static RankTimings Begin(World world)
    {
        if (world.Size == 1) return new RankTimings(world, default);
        world.TakeWaited();
        return new RankTimings(world, Environment.CpuUsage.TotalTime);
    }

    /// <summary>Adds it to the timings of the step, in every rank; of a run of one nothing.</summary>
    public void Add(MetricValues timings, double seconds)
    {
        if (_world.Size == 1) return;
        var waited = _world.TakeWaited();
        var processor = Environment.CpuUsage.TotalTime - _processor - waited.Processor;
        foreach (var (rank, part) in _world.Gather("timings", [_world.TakeTokens() / seconds, waited.Clock.TotalSeconds / seconds, processor.TotalSeconds]).Index())
        {
            timings.Add(TimingMetrics.RankTokens.For(rank), part[0]);
            timings.Add(TimingMetrics.RankWaited.For(rank), part[1]);
            timings.Add(TimingMetrics.RankProcessor.For(rank), part[2]);
        }
    }
}
