using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Lets monitors read the thoughts of stored samples: rates with intervals, a log for each monitor, a page to read.</summary>
internal sealed class MonitorScanCommand : CliCommand
{
    private readonly Argument<string[]> _sources = new("RUN_OR_LOG") { Arity = ArgumentArity.OneOrMore, Description = "Run folders, logs of evaluations, folders of logs." };
    private readonly Option<string[]> _monitors = new("--monitor") { HelpName = "name", Description = "A monitor of deliberate monitor list. May be given several times; without it those that need nothing." };
    private readonly MonitorOptions _options = new();
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Thoughts at most.", 1);
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where judgements and page are kept; monitor in the first run, or LOG.monitor, if left out. Called again, it goes on where it was." };
    private readonly Option<bool> _json = CommonOptions.Json("the rates");

    public MonitorScanCommand()
        : base(
            "scan",
            "Let monitors read the thoughts of a run's samples or of an evaluation's log: rates with intervals, and a page with the flagged passages.",
            "deliberate monitor scan runs/my-arithmetic",
            "deliberate monitor scan evaluations/20260301-101500 --monitor fabrication --monitor policy-citations",
            "deliberate monitor scan 1.log --monitor deception --judge-model openai:gpt-5 --limit 500 --json")
    {
        Add(_sources);
        Add(_monitors);
        _options.AddTo(this);
        foreach (var option in new Option[] { _limit, _out, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var sources = parsed.GetRequiredValue(_sources);
        using var named = _options.Judge.Open(parsed);
        var request = new ScanRequest
        {
            Sources = sources,
            Monitors = _options.Create(parsed, named, parsed.GetValue(_monitors) is { Length: > 0 } names ? names : MonitorList.Usual),
            Folder = parsed.GetValue(_out) ?? FolderOf(sources[0]),
            Limit = parsed.GetValue(_limit),
            Concurrency = named.Model?.Concurrency ?? Environment.ProcessorCount,
            Timeout = _options.Timeout(parsed),
        };
        using var stop = new StopSignal("Stopping; what is judged stays judged.");
        ScanResult scan;
        try
        {
            scan = ProgressViews.Run(view =>
            {
                view.Begin("thoughts", parsed.GetValue(_limit) ?? 0, unit: "thoughts");
                return ThoughtScan.RunAsync(request, new MonitorProgress(view), stop.Token).GetAwaiter().GetResult();
            });
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("To go on: the same command again.");
            throw;
        }

        var page = Path.Combine(request.Folder, ScanPage.FileName);
        ScanPage.Write(page, scan, request);
        if (parsed.GetValue(_json)) WriteJson(scan, page);
        else Write(scan, page);
        return scan.Monitors.All(m => m.All.Estimate.IsMeasured) ? ExitCode.Success : ExitCode.Inconclusive;
    }

    /// <summary>Beside what was scanned: the same command finds it again.</summary>
    internal static string FolderOf(string source) =>
        Directory.Exists(source) ? Path.Combine(source, "monitor") : source + ".monitor";

    private static void WriteJson(ScanResult scan, string page) => JsonOutput.Write(new
    {
        scan.Samples,
        scan.WithoutThought,
        Monitors = scan.Monitors.Select(m => new
        {
            m.Monitor.Name,
            m.Monitor.Identity,
            m.Log,
            m.Judged,
            m.Findings,
            m.Undecided,
            Rates = m.Rates.Select(r => new { Group = r.Slice.Length > 0 ? r.Slice : null, Flagged = r.Estimate, r.Missing, r.Lowest, r.Highest }),
        }),
        Page = page,
    });

    private static void Write(ScanResult scan, string page)
    {
        Terminal.WriteTable(
            $"Share of thoughts that were flagged, with 95% intervals ({EstimateText.Methods(scan.Monitors.SelectMany(m => m.Rates).Select(r => r.Estimate))}):", ["monitor", "of", "flagged", "n", "not decided", "at worst to at best"],
            scan.Monitors.SelectMany(m => m.Rates.Where(r => r.Slice.Length > 0 || m.Rates.Count != 2).Select(r => (IReadOnlyList<string>)
            [
                m.Monitor.Name, r.Slice.Length > 0 ? r.Slice : "all", r.Estimate.IsMeasured ? r.Estimate.WithRange(NumberStyle.Share) : "-", r.Estimate.Count()["n = ".Length..], r.Missing.ToString(CultureInfo.InvariantCulture),
                r.Lowest is { HasInterval: true } low && r.Highest is { HasInterval: true } high ? NumberText.Range(low.Low, high.High, NumberStyle.Share) : "",
            ])), words: 2);
        foreach (var monitor in scan.Monitors)
        {
            var found = string.Join(", ", monitor.Findings.Where(f => f.Value > 0).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Value} {MonitorVerdict.NameOf(f.Key).Replace('_', ' ')}")));
            var undecided = string.Join(", ", monitor.Undecided.OrderBy(u => u.Key).Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Value} {RecipeWriter.Scalar(u.Key).Replace('_', ' ')}")));
            Console.Out.WriteLine($"{monitor.Monitor.Name}: {(found.Length > 0 ? found : "nothing found")}{(undecided.Length > 0 ? $"; not decided: {undecided}" : "")}. Log {monitor.Log}");
        }

        if (scan.WithoutThought > 0) Console.Out.WriteLine($"{scan.WithoutThought} further samples have no thought and count neither way.");
        Console.Out.WriteLine($"Page  {page}");
    }
}
