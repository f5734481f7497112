using System.Text.Json;
using System.Text.Unicode;

namespace Deliberate.Core;

/// <summary>
/// Streams a JSON Lines file: one JSON value a line, UTF-8, blank lines skipped, a byte order mark allowed. Memory is that of
/// the longest line. A malformed line is a <see cref="UserError"/> with file, line and column.
/// </summary>
internal static class JsonLines
{
    private const int LongestLine = 1 << 28;
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 128 };

    /// <summary>How a file of training data in another form becomes one that is read here.</summary>
    public static string ConvertAdvice(string path) => $"Convert the file: deliberate data convert {path} OUTPUT.jsonl";

    /// <summary>Reads lazily: the file is open while the lines are being enumerated.</summary>
    /// <param name="path">The file.</param>
    /// <param name="onError">Takes malformed lines, which are then left out; without it the first one is thrown. A file that is one array ends there.</param>
    public static IEnumerable<JsonLine> Read(string path, Action<UserError>? onError = null)
    {
        using var stream = Open(path);
        var buffer = new byte[64 * 1024];
        int start = 0, end = 0, scanned = 0, number = 0;
        var isFirst = true;
        while (true)
        {
            var newline = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                number++;
                var stop = scanned + newline;
                if (isFirst && IsArray(buffer.AsSpan(start, stop - start), path, number, onError, ref isFirst)) yield break;
                if (Parse(buffer.AsSpan(start, stop - start), path, number, onError) is { } line) yield return line;
                scanned = start = stop + 1;
                continue;
            }

            // No whole line in the buffer: move what there is to the front, grow if that fills it, and read on.
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            scanned = end;
            if (end == buffer.Length)
            {
                if (end >= LongestLine) throw new UserError($"The line is longer than {Quantity.Bytes(LongestLine)}.", path, number + 1, advice: "JSON Lines hold one value a line.");
                Array.Resize(ref buffer, 2 * buffer.Length);
            }

            var read = Fill(stream, buffer.AsSpan(end), path);
            end += read;
            if (read > 0) continue;
            if (isFirst && IsArray(buffer.AsSpan(0, end), path, number + 1, onError, ref isFirst)) yield break;
            if (end > 0 && Parse(buffer.AsSpan(0, end), path, number + 1, onError) is { } last) yield return last;
            yield break;
        }
    }

    /// <summary>Whether the file's first line that holds something begins an array: none of ours does, so the file is one, in one line or many.</summary>
    private static bool IsArray(ReadOnlySpan<byte> line, string path, int number, Action<UserError>? onError, ref bool isFirst)
    {
        if (number == 1 && line.StartsWith("\uFEFF"u8)) line = line[3..];
        line = line.TrimStart(" \t\r"u8);
        if (line.IsEmpty) return false;
        isFirst = false;
        if (line[0] != '[') return false;
        var error = new UserError("The file is a JSON array, not JSON Lines, which hold an object a line.", path, number, advice: ConvertAdvice(path));
        if (onError is null) throw error;
        onError(error);
        return true;
    }

    private static FileStream Open(string path)
    {
        try
        {
            if (File.Exists(path)) return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }

        if (Directory.Exists(path)) throw new UserError("This is a folder, not a JSON Lines file.", path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var nearest = Directory.Exists(folder) ? NearestName.Find(Path.GetFileName(path), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)) : null;
        throw new UserError("There is no such file.", path, advice: nearest is null ? null : $"Did you mean \"{nearest}\"?");
    }

    private static int Fill(FileStream stream, Span<byte> buffer, string path)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static JsonLine? Parse(ReadOnlySpan<byte> bytes, string path, int number, Action<UserError>? onError)
    {
        try
        {
            return Parse(bytes, path, number);
        }
        catch (UserError error) when (onError is not null)
        {
            onError(error);
            return null;
        }
    }

    private static JsonLine? Parse(ReadOnlySpan<byte> bytes, string path, int number)
    {
        if (number == 1 && bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes.Trim(" \t\r"u8).IsEmpty) return null;
        if (!Utf8.IsValid(bytes)) throw new UserError("The line is not UTF-8 text.", path, number, advice: "Save the file as UTF-8.");
        try
        {
            return new JsonLine(path, number, JsonSerializer.Deserialize<JsonElement>(bytes, Options));
        }
        catch (JsonException error)
        {
            var cut = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
            var message = cut < 0 ? error.Message : error.Message[..cut];
            var column = System.Text.Encoding.UTF8.GetCharCount(bytes[..(int)Math.Clamp(error.BytePositionInLine ?? 0, 0, bytes.Length)]) + 1;
            throw new UserError($"This is not valid JSON: {message}", path, number, column, advice: "JSON Lines hold one whole value a line.", inner: error);
        }
    }
}
