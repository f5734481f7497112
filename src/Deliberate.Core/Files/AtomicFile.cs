using System.Text;
using System.Text.Json;

namespace Deliberate.Core;

/// <summary>
/// Writes a file so that a reader sees the old content or the new, never a part: a temporary file in the same folder, flushed
/// to the disk, then renamed over the target. Creates missing folders. A failed write leaves the old file and no left-overs.
/// </summary>
internal static class AtomicFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path)!;
        var partial = Disk.Reserve(path, unique: true);
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
            Disk.FlushFolder(folder);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            Disk.TryDelete(partial);
            throw Disk.CannotWrite(path, "The previous content, if any, is untouched; free some space or choose another folder.", error);
        }
        catch
        {
            Disk.TryDelete(partial);
            throw;
        }
        finally
        {
            Disk.Release(partial);
        }
    }

    /// <summary>UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Indented JSON with a final newline; property names in snake_case unless <paramref name="options"/> say otherwise.</summary>
    public static void WriteJson<T>(string path, T value, JsonSerializerOptions? options = null) =>
        Write(path, stream =>
        {
            JsonSerializer.Serialize(stream, value, options ?? Indented);
            stream.WriteByte((byte)'\n');
        });
}
