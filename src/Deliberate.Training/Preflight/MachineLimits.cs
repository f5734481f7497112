using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What a run may use of the machine.</summary>
/// <param name="Memory">Bytes that this process may have: the machine's, or its container's.</param>
/// <param name="DiskFree">Bytes free where the run will be.</param>
/// <param name="Card">The card whose memory it is that must suffice; null for the machine's.</param>
/// <param name="Ranks">That share the machine, each with so much of its memory.</param>
internal sealed record MachineLimits(long Memory, long DiskFree, string? Card = null, int Ranks = 1)
{
    /// <param name="folder">Of the run; it need not be there yet.</param>
    /// <param name="choice">The device that will compute: one of <see cref="GraphicsChoice.All"/>.</param>
    public static MachineLimits At(string folder, string choice)
    {
        var machine = At(folder);
        if (choice == GraphicsChoice.Cpu) return machine;
        using var card = Device.Shared(choice);
        return machine with { Memory = card.FreeMemory ?? machine.Memory, Card = card.Name };
    }

    /// <summary>What each of several ranks on the machine may have.</summary>
    public MachineLimits Shared(int ranks) => this with { Memory = Memory / ranks, Ranks = ranks };

    /// <param name="folder">Of the run; it need not be there yet.</param>
    public static MachineLimits At(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there)!;
        return new MachineLimits(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new DriveInfo(there).AvailableFreeSpace);
    }
}
