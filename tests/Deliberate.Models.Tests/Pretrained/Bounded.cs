using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>What every bad input must keep to: one user error, within two seconds and 200 MB.</summary>
internal static class Bounded
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(2);
    private const long MostBytes = 200 << 20;

    public static UserError ShouldBeRefused(Action open, string? what = null) => Within(() => Should.Throw<UserError>(open, what), what);

    public static T Within<T>(Func<T> run, string? what = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var result = run();
        clock.Elapsed.ShouldBeLessThan(MostTime, what);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostBytes, what);
        return result;
    }
}
