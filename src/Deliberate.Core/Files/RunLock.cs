namespace Deliberate.Core;

/// <summary>The exclusive right to write into a run folder: the lock of <c>run.lock</c> in it.</summary>
internal static class RunLock
{
    private const string LockName = "run.lock";

    /// <summary>Takes the lock of <paramref name="folder"/>, which is created where it is missing.</summary>
    /// <exception cref="UserError">Another process, or another opener in this one, holds it.</exception>
    public static FileLock Acquire(string folder, TimeProvider? time = null) => FileLock.Acquire(Path.Combine(folder, LockName), folder, "The run folder", time);

    /// <inheritdoc cref="FileLock.Holder"/>
    public static string? Holder(string folder) => FileLock.Holder(Path.Combine(folder, LockName));
}
