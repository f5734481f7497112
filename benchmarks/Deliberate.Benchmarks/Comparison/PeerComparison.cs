using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Benchmarks;

/// <summary>What a comparison does.</summary>
/// <param name="Program">Ours, which takes a work's words.</param>
/// <param name="Pairs">Rounds a row.</param>
/// <param name="IsQuick">Fewer steps a run.</param>
/// <param name="Model">File of the pretrained model; null for none, and then without its rows.</param>
/// <param name="Json">Where the figures go.</param>
/// <param name="Document">A page whose marked block becomes the table; null for none.</param>
internal sealed record ComparisonOptions(string Program, PeerFolders Folders, int Pairs, int Threads, bool IsQuick, string? Model, string Json, string? Document);

/// <summary>
/// Our engine and the peers at the same works in turn, A B C A B C, each run in a process of its own, so that what the machine does
/// besides falls on all; prints a table, and writes the same as JSON. A peer that cannot be set up or fails is missing in its rows,
/// and the rest runs.
/// </summary>
internal sealed class PeerComparison(ComparisonOptions options)
{
    /// <summary>The block of a page that the table replaces.</summary>
    private const string Mark = "compare";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string? _uncounted = InstructionCounter.WhyNot();

    /// <summary>Runs the works whose rows' names contain one of the texts (all where there is none).</summary>
    /// <returns>0 where every target is reached, 1 where one is missed, 3 where a row had no peer to say and none is missed.</returns>
    public int Run(IReadOnlyList<string> only)
    {
        if (options.Document is not null) MarkedBlock.Check(options.Document, Mark);
        ComparedWork[] works = [.. ComparedWork.All.Where(w => only.Count == 0 || w.Figures.Any(f => only.Any(o => f.Name.Contains(o, StringComparison.OrdinalIgnoreCase))))];
        if (works.Length == 0) throw new UserError($"no work's name contains {string.Join(" or ", only)}.", advice: $"Names: {string.Join(", ", ComparedWork.All.SelectMany(w => w.Figures).Select(f => f.Name))}.");
        Peer[] peers = [.. Peer.All.Select(p => p.SetUp(options.Folders))];
        foreach (var peer in peers.Where(p => p.Missing is not null)) Console.WriteLine($"{peer.Name}: {peer.Missing}");
        if (_uncounted is not null) Console.WriteLine($"Instructions a token: {_uncounted}.");
        var rows = new List<ComparedRow>();
        foreach (var work in works)
        {
            if (work.NeedsModel && options.Model is null)
            {
                Console.WriteLine($"{work.Figures[0].Name}: there is no model's file; name one with --model.");
                continue;
            }

            rows.AddRange(Compare(work, peers));
            Console.WriteLine();
        }

        if (rows.Count == 0) throw new UserError("all rows that were asked for need a pretrained model.", advice: "Name its file with --model.");
        var table = ComparisonTable.Text(rows, peers, options.Threads, options.Pairs, _uncounted);
        Console.WriteLine(table);
        AtomicFile.WriteText(options.Json, JsonSerializer.Serialize(new { machine = ComparisonTable.Machine(peers), options.Pairs, options.Threads, quick = options.IsQuick, instructions = _uncounted ?? "counted", rows }, Json));
        Console.WriteLine($"{options.Json} has every run.");
        if (options.Document is not null) MarkedBlock.Replace(options.Document, Mark, only.Count == 0 ? table : ComparisonTable.WithOtherRows(table, MarkedBlock.Content(options.Document, Mark)));
        return rows.Any(r => r.IsReached == false) ? 1 : rows.Any(r => r.IsReached is null) ? 3 : 0;
    }

    private IEnumerable<ComparedRow> Compare(ComparedWork work, Peer[] peers)
    {
        var ours = new List<MeteredProcess>();
        var theirs = peers.Select(p => new List<MeteredProcess>()).ToArray();
        string?[] missing = [.. peers.Select(p => work.Lacking.Contains(p.Key, StringComparer.Ordinal) ? "has no such work" : p.Missing)];
        for (var round = 0; round < options.Pairs; round++)
        {
            ours.Add(MeteredProcess.Run(options.Program, work.Ours(options.Threads, Repeats(work), options.Model), work.WithoutAvx512 ? new Dictionary<string, string?> { ["DOTNET_EnableAVX512"] = "0" } : null, counts: _uncounted is null));
            foreach (var figure in work.Figures) Print(figure, "ours", ours[^1], null);
            for (var p = 0; p < peers.Length; p++)
            {
                if (missing[p] is not null) continue;
                try
                {
                    var run = Theirs(peers[p], work);
                    foreach (var figure in work.Figures) Print(figure, peers[p].Name, run, ours[^1]);
                    theirs[p].Add(run);
                }
                catch (Exception e) when (Peer.IsOfTheProcess(e))
                {
                    missing[p] = $"failed: {Peer.LastLine(e.Message)}";
                    Console.WriteLine($"{work.Figures[0].Name}: {peers[p].Name} {missing[p]}");
                }
            }
        }

        // The start left out where every side says what its steps alone took.
        var isOfSteps = ours.Concat(theirs.Where((_, p) => missing[p] is null).SelectMany(runs => runs)).All(r => PeerTokens.ProcessorOfSteps(r.Output) is not null);
        foreach (var figure in work.Figures)
        {
            var side = new ComparedSide("ours", [.. ours.Select(r => Run(figure, r, PeerTokens.OfOurs(r.Output), isOfSteps))]);
            yield return ComparedRow.Of(figure, work.MostMegabytes, side, [.. peers.Select((peer, p) => new ComparedSide(
                peer.Name, [.. theirs[p].Select(r => Run(figure, r, PeerTokens.Of(peer.Key, work.PeerWords, Repeats(work), r.Output), isOfSteps))], missing[p]))]);
        }
    }

    private static ComparedRun Run(ComparedFigure figure, MeteredProcess run, double? tokens, bool isOfSteps) =>
        new(figure.Read(run.Output), isOfSteps && tokens is { } count ? PeerTokens.ProcessorOfSteps(run.Output)!.Value * count : run.CpuSeconds, run.PeakMegabytes, tokens, run.Instructions);

    private static void Print(ComparedFigure figure, string side, MeteredProcess run, MeteredProcess? ours)
    {
        var value = figure.Read(run.Output);
        var ratio = ours is null ? "" : string.Create(CultureInfo.InvariantCulture, $", ours {figure.Ratio(figure.Read(ours.Output), value):F2} times as fast");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Name}: {side} {value:G5} {figure.Unit}, {run.CpuSeconds:F1} processor seconds{ratio}"));
    }

    /// <summary>The script knows each peer's best settings.</summary>
    private MeteredProcess Theirs(Peer peer, ComparedWork work) => MeteredProcess.Run(
        "sh",
        [Path.Combine(options.Folders.Scripts, "run.sh"), peer.Key, options.Folders.Root, options.Folders.Shared, .. work.Peers(options.Threads, Repeats(work))],
        work.WithoutAvx512 ? new Dictionary<string, string?> { ["WITHOUT_AVX512"] = "1" } : null,
        counts: _uncounted is null);

    private int Repeats(ComparedWork work) => options.IsQuick ? Math.Max(1, work.Repeats / 3) : work.Repeats;
}
