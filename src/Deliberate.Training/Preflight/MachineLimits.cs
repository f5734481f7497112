namespace Deliberate.Training;

/// <summary>What a run may use of the machine.</summary>
/// <param name="Memory">Bytes that this process may have: the machine's, or its container's.</param>
/// <param name="DiskFree">Bytes free where the run will be.</param>
internal sealed record MachineLimits(long Memory, long DiskFree)
{
    /// <param name="folder">Of the run; it need not be there yet.</param>
    public static MachineLimits At(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there)!;
        return new MachineLimits(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new DriveInfo(there).AvailableFreeSpace);
    }
}
