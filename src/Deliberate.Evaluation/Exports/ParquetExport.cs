using Deliberate.Core;
using Parquet;
using Parquet.Schema;

namespace Deliberate.Evaluation;

/// <summary>The same columns as a Parquet file, in groups of some thousand rows: what a data frame reads at once.</summary>
internal static class ParquetExport
{
    private const int GroupRows = 5000;

    public static void Write(LoggedEvaluation log, string path, CancellationToken cancellation = default) =>
        AtomicFile.Write(path, stream => WriteAsync(log, stream, cancellation).GetAwaiter().GetResult());

    private static async Task WriteAsync(LoggedEvaluation log, Stream stream, CancellationToken cancellation)
    {
        var columns = new ExportColumns(log).All;
        var fields = columns.Select(c => c.Text is not null ? (DataField)new DataField<string>(c.Name, nullable: true) : new DataField<double>(c.Name, nullable: true)).ToArray();
        // Parquet seeks back to write its footer's length; a file may be sought in, whatever stream it lies behind.
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. fields]), stream, cancellationToken: cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var samples in log.Samples().Chunk(GroupRows))
            {
                cancellation.ThrowIfCancellationRequested();
                using var group = writer.CreateRowGroup();
                for (var i = 0; i < columns.Count; i++)
                {
                    if (columns[i].Text is { } text) await group.WriteAsync(fields[i], samples.Select(text).ToArray()!).ConfigureAwait(false);
                    else await group.WriteAsync<double>(fields[i], samples.Select(columns[i].Number!).ToArray().AsMemory(), cancellationToken: cancellation).ConfigureAwait(false);
                }
            }
        }
    }
}
