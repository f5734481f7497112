namespace Deliberate.Training;

/// <summary>What each rank did and waited in a step.</summary>
internal static class RankTimings
{
    /// <summary>Adds it to the timings of a step, in every rank; of a run of one nothing.</summary>
    public static void Add(World world, MetricValues timings, double seconds)
    {
        if (world.Size == 1) return;
        var waited = world.TakeWaited().TotalSeconds;
        foreach (var (rank, part) in world.Gather("timings", [world.TakeTokens() / seconds, waited / seconds]).Index())
        {
            timings.Add(TimingMetrics.RankTokens.For(rank), part[0]);
            timings.Add(TimingMetrics.RankWaited.For(rank), part[1]);
        }
    }
}
