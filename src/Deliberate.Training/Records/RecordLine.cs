using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// JSON Lines as the records of a run write and read them: the shortest digits that read back to the same number, and NaN and
/// infinities as strings, since JSON has none.
/// </summary>
internal static class RecordLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void WriteValue(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    public static void WriteValue(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    public static double ReadNumber(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? double.Parse(element.GetString()!, CultureInfo.InvariantCulture)
        : element.GetDouble();

    /// <summary>A value by the name that recipes and records give it.</summary>
    public static T ReadName<T>(string? name)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (RecipeWriter.Scalar(value) == name) return value;
        throw new FormatException($"There is no {typeof(T).Name} {name}.");
    }

    /// <summary>
    /// The complete lines of a file, with their numbers from 1. A last line without newline is one that a killed process did not
    /// finish: it is left out.
    /// </summary>
    public static IEnumerable<(int Number, string Line)> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        var number = 0;
        var line = new StringBuilder();
        var buffer = new char[16 * 1024];
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, '\n', start, read - start)) >= 0; start = end + 1)
            {
                line.Append(buffer, start, end - start);
                number++;
                if (line.Length > 0) yield return (number, line.ToString());
                line.Clear();
            }

            line.Append(buffer, start, read - start);
        }
    }

    /// <exception cref="UserError">The line is not a record of this kind.</exception>
    public static T Parse<T>(string path, int number, string line, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserError("This line is not a record of a run.", file: path, line: number, advice: "Remove it, or restore the file.", inner: error);
        }
    }
}
