namespace Deliberate.Testing;

/// <summary>
/// Managed bytes that a piece of work allocates once warm, on the calling thread and on all threads together. Only for collections
/// that run alone; the test runner itself allocates now and then, so the least of several tries counts: what is allocated every time
/// is in each of them.
/// </summary>
public static class Allocations
{
    private const int Tries = 10, WarmUps = 3;

    public static (long ThisThread, long AllThreads) Of(Action work)
    {
        for (var i = 0; i < WarmUps; i++) work();
        var (thread, all) = (long.MaxValue, long.MaxValue);
        for (var i = 0; i < Tries; i++)
        {
            var allBefore = GC.GetTotalAllocatedBytes(precise: true);
            var threadBefore = GC.GetAllocatedBytesForCurrentThread();
            work();
            var threadAfter = GC.GetAllocatedBytesForCurrentThread();
            var allAfter = GC.GetTotalAllocatedBytes(precise: true);
            (thread, all) = (Math.Min(thread, threadAfter - threadBefore), Math.Min(all, allAfter - allBefore));
        }

        return (thread, all);
    }
}
