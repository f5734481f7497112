using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The lock file: name, hash and address of every file of data that was fetched. The first use writes a line, every later one must
/// find the same hash, here and on every machine that has the file. One JSON object, in the order of names, so that it can be kept
/// under version control.
/// </summary>
internal static class DataLock
{
    public const string FileName = "deliberate-data.lock.json";

    private const int Format = 1;
    private const string FormatField = "format_version", FilesField = "files", HashField = "sha256", BytesField = "bytes", AddressField = "address";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <param name="path">Of the lock file.</param>
    /// <param name="used">What is there.</param>
    /// <param name="address">Where it was fetched.</param>
    /// <param name="file">Where it is kept, for the message.</param>
    /// <exception cref="UserError">It is not what was pinned.</exception>
    public static void Check(string path, UsedData used, Uri address, string file)
    {
        var root = Read(path);
        var files = (JsonObject)root[FilesField]!;
        if (files[used.File] is JsonObject pinned)
        {
            var hash = pinned[HashField] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new UserError("Expected the SHA-256 as text.", path, field: $"{FilesField}.{used.File}.{HashField}");
            if (hash == used.Sha256) return;
            throw new UserError(
                $"{used.File} is not the data that was pinned: its SHA-256 is {used.Sha256}, not {hash}.", file, field: path,
                advice: "Results on it cannot be compared with earlier ones. Delete the file to fetch it again; if its source changed and you accept that, delete its entry in the lock file.");
        }

        files[used.File] = new JsonObject { [HashField] = used.Sha256, [BytesField] = used.Bytes, [AddressField] = address.AbsoluteUri };
        root[FilesField] = new JsonObject([.. files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))]);
        AtomicFile.WriteText(path, root.ToJsonString(Indented) + "\n");
    }

    private static JsonObject Read(string path)
    {
        if (!File.Exists(path)) return new JsonObject { [FormatField] = Format, [FilesField] = new JsonObject() };
        try
        {
            if (JsonNode.Parse(Utf8Text.Read(path).Span) is JsonObject root && root[FilesField] is JsonObject && root[FormatField] is JsonValue version && version.TryGetValue<int>(out var format))
                return format <= Format ? root : throw new UserError($"The lock file has format {format}; this program knows up to {Format}.", path, field: FormatField, advice: "Use a newer version of the program.");
        }
        catch (JsonException error)
        {
            throw new UserError("The lock file is not valid JSON.", path, (int)(error.LineNumber ?? 0) + 1, advice: "Mend it, or delete it to pin the data anew.", inner: error);
        }

        throw new UserError("This is no lock file of data.", path, advice: "Delete it, or name another.");
    }
}
