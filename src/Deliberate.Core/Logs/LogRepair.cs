using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Core;

/// <summary>
/// Makes a log one that can be gone on with: cuts off what is not whole, and keeps it in a file beside. A torn record is cut without
/// asking; where records were changed, what follows them is cut only if the user says so, since records after them may be evidence.
/// </summary>
/// <param name="Kept">Records.</param>
/// <param name="CutBytes">0 where there was nothing to do.</param>
/// <param name="CutFile">Where they are now.</param>
internal sealed record LogRepair(int Kept, long CutBytes, string? CutFile)
{
    /// <param name="cutAtDamage">Cut off a damaged record and all that follow it.</param>
    public static LogRepair Run(string path, bool cutAtDamage)
    {
        LogReader.CheckIsFile(path);
        using var held = FileLock.Acquire(LogWriter.LockOf(path), path, "The log");
        var check = LogCheck.Of(path);
        if (check.Damage is { } damage && !cutAtDamage)
        {
            throw new UserError(
                string.Create(CultureInfo.InvariantCulture, $"{damage.Problem} {damage.WholeAfter} records after it are whole."), path,
                advice: "To go on from the record before it, cut there with --cut: what is cut is kept in a file beside the log.");
        }

        var keep = check.Damage?.Offset ?? check.Bytes - check.TornBytes;
        if (keep == check.Bytes) return new LogRepair(check.Records, 0, null);
        if (check.Records == 0) throw new UserError("Not even the head of the log is whole: there is nothing to keep.", path);
        var cut = string.Create(CultureInfo.InvariantCulture, $"{path}.cut-{keep}");
        try
        {
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            {
                AtomicFile.Write(cut, stream => Copy(file, keep, stream));
                RandomAccess.SetLength(file, keep);
                RandomAccess.FlushToDisk(file);
            }
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(path, "Nothing was cut.", error);
        }

        Disk.TryDelete(LogIndex.PathOf(path));
        return new LogRepair(check.Records, check.Bytes - keep, cut);
    }

    private static void Copy(SafeFileHandle file, long from, Stream to)
    {
        var buffer = new byte[1 << 20];
        for (var at = from; RandomAccess.Read(file, buffer, at) is var read and > 0; at += read) to.Write(buffer, 0, read);
    }
}
