using System.Buffers;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// A row a sample as CSV (RFC 4180): UTF-8, a header, quotes where a field needs them, CR LF between rows and as they are within
/// fields. A text that a table program would take for a formula is written behind an apostrophe: a model's answer must compute nothing
/// on the reader's machine.
/// </summary>
internal static class CsvExport
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public static void Write(LoggedEvaluation log, string path, CancellationToken cancellation = default) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\r\n" };
        var columns = new ExportColumns(log).All;
        text.WriteLine(string.Join(',', columns.Select(c => Field(c.Name, isText: false))));
        foreach (var sample in log.Samples())
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < columns.Count; i++)
            {
                if (i > 0) text.Write(',');
                text.Write(Field(columns[i].Cell(sample), columns[i].Text is not null));
            }

            text.WriteLine();
        }
    });

    private static string Field(string value, bool isText)
    {
        if (isText && value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r') value = "'" + value;
        return value.AsSpan().ContainsAny(Quoted) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
