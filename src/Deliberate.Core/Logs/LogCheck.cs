using System.Globalization;
using System.Text.Json;

namespace Deliberate.Core;

/// <summary>The first thing that is wrong with a log.</summary>
/// <param name="Record">Which record would be here.</param>
/// <param name="Offset">Byte of the file at which it begins.</param>
/// <param name="Problem">What is wrong, as a sentence.</param>
/// <param name="WholeAfter">Records after it that have their checksums.</param>
internal sealed record LogDamage(int Record, long Offset, string Problem, long WholeAfter);

/// <summary>
/// What a log looks like when every byte of it is looked at: each record's checksum, its place in the chain, its form. A chain that
/// was computed anew from a changed record on is whole again; only a hash that is kept elsewhere tells that.
/// </summary>
/// <param name="Records">Whole records, in their chain.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Hash">SHA-256 of the last of them, in hexadecimal.</param>
/// <param name="TornBytes">Of a last record that is not whole.</param>
/// <param name="Damage">Null where nothing was changed.</param>
/// <param name="Writer">Who is writing it now; null for nobody.</param>
internal sealed record LogCheck(int Records, long Bytes, string Hash, long TornBytes, LogDamage? Damage, string? Writer)
{
    public static LogCheck Of(string path)
    {
        var writer = FileLock.Holder(LogWriter.LockOf(path));
        using var file = LogReader.OpenFile(path);
        LogReader.CheckPreamble(file, path);
        var scan = new LogScan(file, LogFrame.PreambleBytes);
        var hash = LogFrame.HashOfPreamble();
        var records = 0;
        var bytes = RandomAccess.GetLength(file);
        for (var frame = scan.Next(); !frame.IsEmpty; frame = scan.Next())
        {
            var at = scan.Offset - frame.Length;
            var problem = LogFrame.Predecessor(frame).SequenceEqual(hash) ? Form(records, LogFrame.Record(frame)) : "it does not follow the record before it: one was changed, taken away, added or moved";
            if (problem is not null)
            {
                var after = 0;
                while (!scan.Next().IsEmpty) after++;
                return Found(new LogDamage(records, at, Sentence(records, at, problem), after + scan.CountWholeAfter()));
            }

            LogFrame.Hash(frame, hash);
            records++;
        }

        var end = scan.End();
        if (end == LogEnd.Damaged) return Found(new LogDamage(records, scan.Offset, Sentence(records, scan.Offset, "its bytes are not those that were written"), scan.CountWholeAfter()));
        return new LogCheck(records, bytes, Convert.ToHexStringLower(hash), end == LogEnd.Torn ? bytes - scan.Offset : 0, null, writer);

        LogCheck Found(LogDamage damage) => new(records, bytes, Convert.ToHexStringLower(hash), 0, damage, writer);
    }

    private static string Sentence(int record, long offset, string problem) => string.Create(CultureInfo.InvariantCulture, $"Record {record} at byte {offset}: {problem}.");

    private static string? Form(int number, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var record = LogRecord.Read(number, bytes);
            return (number == 0) == (record.Kind == LogRecord.Head) ? null : number == 0 ? "the first record is not the head of a log" : "it is a second head of the log";
        }
        catch (JsonException)
        {
            return "it is not a JSON object with kind and body";
        }
    }
}
