using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// JSON Lines that grow, a record a line, of which a kill takes the last one at most: it is cut off when the file is opened again. A record
/// is in the system's hands when <see cref="Append"/> returns.
/// </summary>
/// <typeparam name="T">Of the records.</typeparam>
internal sealed class RecordFile<T> : IDisposable
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    private readonly AppendStream _stream;

    private RecordFile(AppendStream stream) => _stream = stream;

    /// <summary>Opens it with what it holds.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="whole">Records that belong together: a group that is not whole is drawn again.</param>
    /// <param name="known">What is there.</param>
    public static RecordFile<T> Open(string path, int whole, out List<T> known)
    {
        known = [];
        long end = 0;
        if (File.Exists(path))
        {
            var bytes = Utf8Text.Read(path).Span;
            var ends = new List<long>();
            for (var start = 0; start < bytes.Length;)
            {
                var length = bytes[start..].IndexOf((byte)'\n');
                if (length < 0) break;
                known.Add(Read(bytes.Slice(start, length), path, known.Count + 1));
                ends.Add(start += length + 1);
            }

            known.RemoveRange(known.Count - (known.Count % whole), known.Count % whole);
            end = known.Count == 0 ? 0 : ends[known.Count - 1];
        }

        var stream = new AppendStream(path);
        stream.TruncateTo(end);
        return new RecordFile<T>(stream);
    }

    /// <summary>All records of a finished file.</summary>
    public static IReadOnlyList<T> ReadAll(string path)
    {
        Open(path, 1, out var known).Dispose();
        return known;
    }

    public void Append(IEnumerable<T> records)
    {
        foreach (var record in records) _stream.Append(JsonSerializer.Serialize(record, Options));
        _stream.Flush(toDisk: false);
    }

    public void Dispose() => _stream.Dispose();

    private static T Read(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Options) ?? throw new UserError("The record is null.", path, number);
        }
        catch (JsonException error)
        {
            throw new UserError($"The record is damaged: {error.Message}", path, number, advice: "Delete the file to make it again.", inner: error);
        }
    }
}
