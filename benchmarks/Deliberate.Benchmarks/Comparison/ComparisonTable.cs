using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Deliberate.Benchmarks;

/// <summary>The rows of a comparison as a table for a page.</summary>
internal static class ComparisonTable
{
    /// <param name="uncounted">Why instructions were not counted; null where they were.</param>
    public static string Text(IReadOnlyList<ComparedRow> rows, IReadOnlyList<Peer> peers, int threads, int pairs, string? uncounted)
    {
        var sides = string.Join(" / ", peers.Select(p => p.Name).Prepend("ours"));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| work, {threads} {(threads == 1 ? "thread" : "threads")} | target | better peer | ratio min | **median** | max | by CPU | {sides} | CPU a token | peak MB |").AppendLine(uncounted is null ? " thousand instructions a token |" : "");
        text.Append("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|").AppendLine(uncounted is null ? "--:|" : "");
        foreach (var row in rows)
        {
            ComparedSide[] all = [row.Ours, .. row.Peers];
            text.Append(CultureInfo.InvariantCulture, $"| {row.Work} | {row.Target} | {Verdict(row)} | {Sides(all, s => s.Figure)} {row.Unit} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Sides(all, s => s.Cpu)} {(row.Ours.HasTokens ? "µs" : "s in all")} | {Sides(all, s => s.PeakMegabytes)} |");
            text.AppendLine(uncounted is null ? $" {Sides(all, s => s.KiloInstructions)} |" : "");
        }

        text.AppendLine();
        foreach (var note in rows.SelectMany(r => r.Peers.Where(p => p.Missing is not null).Select(p => (r.Work, Text: $"{p.Name} {p.Missing}"))).GroupBy(n => n.Text, n => n.Work))
            text.Append(CultureInfo.InvariantCulture, $"{note.Key} ({string.Join(", ", note)}).").AppendLine().AppendLine();
        if (uncounted is not null) text.Append(CultureInfo.InvariantCulture, $"Instructions a token: {uncounted}.").AppendLine().AppendLine();
        text.Append(Machine(peers)).Append(CultureInfo.InvariantCulture, $" {pairs} {(pairs == 1 ? "round" : "rounds")} a row; load {Load()}.");
        return text.ToString();
    }

    /// <summary>A page's table with the rows of a new one in place of its own, and below it how they were measured where that differs.</summary>
    public static string WithOtherRows(string table, string old)
    {
        static bool IsRow(string line) => line.StartsWith("| ", StringComparison.Ordinal);
        static string Name(string line) => line.Split('|', StringSplitOptions.TrimEntries)[1];
        static string Heading(string text) => Array.Find(text.Split('\n'), IsRow) ?? "";
        // Under other columns the old rows would say something else.
        if (Heading(old) != Heading(table)) return table;
        var fresh = table.Split('\n').Where(IsRow).Skip(1).ToDictionary(Name, StringComparer.Ordinal);
        var names = string.Join(", ", fresh.Keys);
        var lines = old.Split('\n').Select(l => IsRow(l) && fresh.Remove(Name(l), out var line) ? line : l).ToList();
        lines.InsertRange(lines.FindLastIndex(IsRow) + 1, fresh.Values);
        foreach (var note in table.Split('\n').Where(l => l.Length > 0 && l[0] != '|').SkipLast(1).Where(l => !lines.Contains(l))) lines.InsertRange(lines.Count - 1, [note, ""]);
        var measured = table.Split('\n')[^1];
        if (!lines.Contains(measured)) lines.AddRange(["", $"{names}: {measured}"]);
        return string.Join('\n', lines);
    }

    /// <summary>Day, processor and what ran.</summary>
    public static string Machine(IEnumerable<Peer> peers)
    {
        var model = File.Exists("/proc/cpuinfo") ? Array.Find(File.ReadAllLines("/proc/cpuinfo"), l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return string.Create(CultureInfo.InvariantCulture, $"Measured {DateTime.UtcNow:yyyy-MM-dd} on {Environment.ProcessorCount} cores of {model ?? RuntimeInformation.ProcessArchitecture.ToString()}; {RuntimeInformation.FrameworkDescription}, {string.Join(", ", peers.Select(p => p.Name))}.");
    }

    private static string Verdict(ComparedRow row)
    {
        var memory = row.IsOverMemory ? string.Create(CultureInfo.InvariantCulture, $" (over {row.MostMegabytes:F0} MB)") : "";
        if (row.Better is not { } better) return $"none | | no peer{memory} | | ";
        var missed = better.Median < row.Target ? " (missed)" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{better.Peer} | {better.Min:F2} | **{better.Median:F2}**{missed}{memory} | {better.Max:F2} | {(better.ByCpu is { } cpu ? cpu.ToString("F2", CultureInfo.InvariantCulture) : "")}");
    }

    private static string Sides(IEnumerable<ComparedSide> sides, Func<ComparedSide, double?> value) => string.Join(" / ", sides.Select(s => s.Missing is null && value(s) is { } number ? Number(number) : "–"));

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "G3", CultureInfo.InvariantCulture);

    /// <summary>Processes that wanted a processor over the last quarter of an hour, ours among them.</summary>
    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[2] : "unknown";
}
