using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>What every bad input must keep to: one user error, within two seconds of work and 200 MB.</summary>
internal static class Bounded
{
    private const double MostSeconds = 2;
    private const long MostBytes = 200 << 20;

    public static UserError ShouldBeRefused(Action open, string? what = null) => Within(() => Should.Throw<UserError>(open, what), what);

    public static T Within<T>(Func<T> run, string? what = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        T result = default!;
        ThreadTime.Of(() => result = run()).TotalSeconds.ShouldBeLessThan(MostSeconds, what);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostBytes, what);
        return result;
    }
}
