using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>
/// The objects of a file, however it lays them out: one a line, in one array, in the only list of one object (<c>{"data": [...]}</c>),
/// or over several lines one after another. Files that are not JSON Lines are read into memory.
/// </summary>
internal static class JsonObjects
{
    private static readonly JsonReaderOptions Several = new() { AllowMultipleValues = true, MaxDepth = 128 };

    /// <param name="onError">Takes what cannot be read; of a file that is not JSON Lines, the rest is lost with it.</param>
    /// <returns>Each object with the line that it begins in, and whether the file is JSON Lines.</returns>
    public static (IEnumerable<JsonLine> Objects, bool AreLines) Read(string path, Action<UserError> onError)
    {
        UserError? wrong = null;
        var first = JsonLines.Read(path, error => wrong ??= error).Take(2).ToArray();
        if (wrong is null && !(first is [{ Root: var only }] && ListIn(only) is not null)) return (JsonLines.Read(path, onError), true);
        var bytes = Bytes(path);
        if (Values(bytes, 1, path, null) is { } whole) return (whole, false);
        // Of a file of lines the bad ones are named; an array that breaks off is read up to there.
        return bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..] ? (Values(bytes, 1, path, onError)!, false) : (JsonLines.Read(path, onError), true);
    }

    /// <summary>The objects of some bytes that begin in a line; null where they are not JSON and nobody takes the error.</summary>
    private static List<JsonLine>? Values(ReadOnlySpan<byte> bytes, int line, string path, Action<UserError>? onError)
    {
        var found = new List<JsonLine>();
        var reader = new Utf8JsonReader(bytes, Several);
        var (begin, counted) = (line, 0);
        try
        {
            // The elements of arrays, and what stands outside of them.
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray) continue;
                line += bytes[counted..(int)reader.TokenStartIndex].Count((byte)'\n');
                counted = (int)reader.TokenStartIndex;
                found.Add(new JsonLine(path, line, JsonElement.ParseValue(ref reader)));
            }
        }
        catch (JsonException error)
        {
            if (onError is null) return null;
            var cut = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            onError(new UserError($"This is not valid JSON: {(cut < 0 ? error.Message : error.Message[..cut])}", path, begin + (int)(error.LineNumber ?? 0), advice: "What stands before it was read."));
        }

        if (found is not [{ Root: var only }] || ListIn(only) is not { } list) return found;
        var text = Encoding.UTF8.GetBytes(list.GetRawText());
        return Values(text, begin + bytes[..bytes.IndexOf(text)].Count((byte)'\n'), path, onError);
    }

    /// <summary>The list that a file's only object holds; null where it is an entry itself.</summary>
    private static JsonElement? ListIn(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || ForeignShape.IsOurs(value) || ForeignShape.Of(value) is not null) return null;
        var lists = value.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array && p.Value.GetArrayLength() > 0 && p.Value[0].ValueKind == JsonValueKind.Object).ToArray();
        return lists.Length == 1 ? lists[0].Value : null;
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
