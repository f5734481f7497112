using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A step's numbers.</summary>
internal sealed record MetricsRecord(long Step, IReadOnlyDictionary<string, double> Values);

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object a line, <c>step</c> first, then names and doubles in the order given. Holds only what a
/// resumed run must reproduce to the bit; what the clock says goes into a stream of its own, <c>timings.jsonl</c>.
/// </summary>
internal sealed class MetricsStream(string path) : IDisposable
{
    public const string MetricsFile = "metrics.jsonl";

    public const string TimingsFile = "timings.jsonl";

    private readonly AppendStream _stream = new(path);

    /// <summary>Bytes so far; what a checkpoint records.</summary>
    public long Length => _stream.Length;

    public void Append(long step, IEnumerable<KeyValuePair<string, double>> values) => _stream.Append(RecordLine.Write(writer =>
    {
        writer.WriteNumber("step", step);
        foreach (var (name, value) in values)
        {
            writer.WritePropertyName(name);
            RecordLine.WriteValue(writer, value);
        }
    }));

    /// <summary>Everything appended is in the file afterwards; on the disk itself where asked.</summary>
    public void Flush(bool toDisk = true) => _stream.Flush(toDisk);

    public void TruncateTo(long offset) => _stream.TruncateTo(offset);

    public void Dispose() => _stream.Dispose();

    /// <summary>The records of a file, also of a run that is going on.</summary>
    /// <exception cref="UserError">A line is not one.</exception>
    public static IEnumerable<MetricsRecord> Read(string path)
    {
        foreach (var (number, line) in RecordLine.Lines(path)) yield return Parse(path, number, line);
    }

    /// <summary>One line of a file, by whoever follows it as it grows.</summary>
    /// <exception cref="UserError">It is no record.</exception>
    public static MetricsRecord Parse(string path, int number, string line) => RecordLine.Parse(path, number, line, element =>
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
            if (property.Name != "step") values[property.Name] = RecordLine.ReadNumber(property.Value);
        return new MetricsRecord(element.GetProperty("step").GetInt64(), values);
    });
}
