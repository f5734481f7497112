using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>What a pair of runs, ours and then the peer's, came to.</summary>
internal sealed record ComparedPair(double Ours, double Peer, double Ratio);

/// <summary>A row of the table: ratios are how many times as fast as the peer we are; processor seconds and memory are of whole processes, medians.</summary>
internal sealed record ComparedRow(
    string Work, double Target, string Unit, double RatioMin, double RatioMedian, double RatioMax, double OursMedian, double PeerMedian, double OursCpuSeconds, double PeerCpuSeconds, double OursPeakMegabytes, double PeerPeakMegabytes, ComparedPair[] Pairs);

/// <summary>
/// Our engine and PyTorch at the same works in turn, A B A B, each run in a process of its own, so that what the machine does
/// besides falls on both; prints a table, and writes the same as JSON.
/// </summary>
internal sealed class PeerComparison(string peers, string torch, int pairs, bool quick)
{
    /// <summary>The block of a page that the table replaces.</summary>
    private const string Mark = "compare";

    /// <summary>Taken away: settings that would halve the peer's matrix library.</summary>
    private static readonly Dictionary<string, string?> Clean = new() { ["OPENBLAS_CORETYPE"] = null, ["OPENBLAS_L2_SIZE"] = null };

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs the works whose rows' names contain one of the texts (all where there is none).</summary>
    /// <param name="json">Where the figures go.</param>
    /// <param name="document">A page whose marked block becomes the table; null for none.</param>
    public int Run(IReadOnlyList<string> only, string json, string? document)
    {
        var rows = new List<ComparedRow>();
        if (document is not null) MarkedBlock.Check(document, Mark);
        foreach (var work in ComparedWork.All)
        {
            if (only.Count > 0 && !work.Figures.Any(f => only.Any(o => f.Name.Contains(o, StringComparison.OrdinalIgnoreCase)))) continue;
            rows.AddRange(Compare(work));
            Console.WriteLine();
        }

        if (rows.Count == 0) throw new UserError($"no work's name contains {string.Join(" or ", only)}.", advice: $"Names: {string.Join(", ", ComparedWork.All.SelectMany(w => w.Figures).Select(f => f.Name))}.");
        var table = Table(rows);
        Console.WriteLine(table);
        AtomicFile.WriteText(json, JsonSerializer.Serialize(new { machine = MachineLine(), pairs, quick, rows }, Json));
        Console.WriteLine($"{json} has every pair.");
        if (document is not null) MarkedBlock.Replace(document, Mark, only.Count == 0 ? table : WithOtherRows(table, MarkedBlock.Content(document, Mark)));
        return rows.All(r => r.RatioMedian >= r.Target) ? 0 : 1;
    }

    private IEnumerable<ComparedRow> Compare(ComparedWork work)
    {
        var ours = new List<MeteredProcess>();
        var theirs = new List<MeteredProcess>();
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(Ours(work));
            theirs.Add(Theirs(work));
            foreach (var figure in work.Figures)
            {
                double a = figure.Read(ours[^1].Output), b = figure.Read(theirs[^1].Output);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Name}: ours {a:G5} {figure.Unit}, PyTorch {b:G5} {figure.Unit}, ratio {figure.Ratio(a, b):F2}"));
            }
        }

        foreach (var figure in work.Figures)
        {
            ComparedPair[] all = [.. ours.Zip(theirs, (o, t) => (O: figure.Read(o.Output), T: figure.Read(t.Output))).Select(p => new ComparedPair(p.O, p.T, figure.Ratio(p.O, p.T)))];
            yield return new ComparedRow(
                figure.Name, figure.Target, figure.Unit, all.Min(p => p.Ratio), Median(all.Select(p => p.Ratio)), all.Max(p => p.Ratio), Median(all.Select(p => p.Ours)), Median(all.Select(p => p.Peer)),
                Median(ours.Select(o => o.CpuSeconds)), Median(theirs.Select(t => t.CpuSeconds)), Median(ours.Select(o => o.PeakMegabytes)), Median(theirs.Select(t => t.PeakMegabytes)), all);
        }
    }

    private MeteredProcess Ours(ComparedWork work)
    {
        var environment = new Dictionary<string, string?>(Clean);
        if (work.WithoutAvx512) environment["DOTNET_EnableAVX512"] = "0";
        return MeteredProcess.Run(Environment.ProcessPath!, [.. work.Arguments.Split(' '), Repeats(work)], environment);
    }

    /// <summary>The peer's own script, which sets its best settings; where AVX-512 is off, its settings are repeated here, for the script would take ours away.</summary>
    private MeteredProcess Theirs(ComparedWork work)
    {
        var environment = new Dictionary<string, string?>(Clean);
        environment["N"] = Repeats(work);
        if (!work.WithoutAvx512) return MeteredProcess.Run("sh", ["./run.sh", torch, .. work.Arguments.Split(' ')], environment, peers);
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["ATEN_CPU_CAPABILITY"] = "avx2",
            ["ONEDNN_MAX_CPU_ISA"] = "AVX2",
            ["OPENBLAS_CORETYPE"] = "Haswell",
            ["SDPA"] = "1",
            ["OMP_NUM_THREADS"] = "2",
            ["MALLOC_TOP_PAD_"] = "4000000000",
            ["MALLOC_MMAP_MAX_"] = "0",
            ["MALLOC_TRIM_THRESHOLD_"] = "100000000000",
        }) environment[name] = value;
        var split = work.Arguments.Split(' ');
        return MeteredProcess.Run("chroot", [torch, "sh", "-c", $"cd /peer && exec python3 {split[0]}.py {string.Join(' ', split[1..])} flush jitrms"], environment);
    }

    private string Repeats(ComparedWork work) => (quick ? Math.Max(2, work.Repeats / 3) : work.Repeats).ToString(CultureInfo.InvariantCulture);

    private string Table(IEnumerable<ComparedRow> rows)
    {
        var text = new StringBuilder();
        text.AppendLine("| work, 2 threads | target | ratio min | **median** | max | ours | PyTorch | CPU s, ours / PyTorch | peak MB, ours / PyTorch |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var r in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Work} | {r.Target} | {r.RatioMin:F2} | **{r.RatioMedian:F2}**{(r.RatioMedian < r.Target ? " (missed)" : "")} | {r.RatioMax:F2} | {Figure(r.OursMedian)} {r.Unit} | {Figure(r.PeerMedian)} {r.Unit} | {r.OursCpuSeconds:F1} / {r.PeerCpuSeconds:F1} | {r.OursPeakMegabytes:F0} / {r.PeerPeakMegabytes:F0} |");
        }

        text.AppendLine();
        text.Append(MachineLine()).Append(CultureInfo.InvariantCulture, $" {pairs} {(pairs == 1 ? "pair" : "pairs")} a row.");
        return text.ToString();
    }

    /// <summary>The page's table with the rows of this one in place of its own, and below it how they were measured where that differs.</summary>
    private static string WithOtherRows(string table, string old)
    {
        static bool IsRow(string line) => line.StartsWith("| ", StringComparison.Ordinal);
        static string Name(string line) => line.Split('|', StringSplitOptions.TrimEntries)[1];
        if (!old.Split('\n').Any(IsRow)) return table;
        var fresh = table.Split('\n').Where(IsRow).Skip(1).ToDictionary(Name);
        var names = string.Join(", ", fresh.Keys);
        var lines = old.Split('\n').Select(l => IsRow(l) && fresh.Remove(Name(l), out var line) ? line : l).ToList();
        lines.InsertRange(lines.FindLastIndex(IsRow) + 1, fresh.Values);
        var measured = table.Split('\n')[^1];
        if (!lines.Contains(measured)) lines.Add($"{names}: {measured}");
        return string.Join('\n', lines);
    }

    private static string Figure(double value) => value.ToString(value >= 1000 ? "N0" : "G4", CultureInfo.InvariantCulture);

    private static string MachineLine()
    {
        var model = File.Exists("/proc/cpuinfo") ? Array.Find(File.ReadAllLines("/proc/cpuinfo"), l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return string.Create(CultureInfo.InvariantCulture, $"Measured {DateTime.UtcNow:yyyy-MM-dd} on {Environment.ProcessorCount} cores of {model ?? RuntimeInformation.ProcessArchitecture.ToString()}; {RuntimeInformation.FrameworkDescription}, PyTorch 2.6 with SDPA and OpenBLAS (OpenMP).");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
