using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Two systems on the same items; with a margin, whether the second is no worse: exit code 1 where it is worse, 3 where it cannot be told.</summary>
internal sealed class StatsPairedCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _first = StatsCommand.Column("--first", "Values of the first system.");
    private readonly Option<string> _second = StatsCommand.Column("--second", "Values of the second, on the same items.");
    private readonly Option<string?> _cluster = StatsCommand.Cluster();
    private readonly Option<double?> _margin = CommonOptions.OptionalReal("--margin", "Test that the second is no worse than the first by more than this; larger values are better.", 1e-9, 1e9);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsPairedCommand()
        : base("paired", "Two systems on the same items: paired t, McNemar, permutation, clustered and bootstrap intervals, correlation; with --margin, non-inferiority.", "deliberate stats paired results.csv --first old --second new", "deliberate stats paired results.csv --first old --second new --cluster prompt --margin 0.02")
    {
        Add(_file);
        foreach (var option in new Option[] { _first, _second, _cluster, _margin, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var table = ValueTable.Read(parsed.GetRequiredValue(_file));
        var (first, second) = (parsed.GetRequiredValue(_first), parsed.GetRequiredValue(_second));
        double[] from = table.Numbers(first), to = table.Numbers(second);
        var clusters = parsed.GetValue(_cluster) is { } column ? table.Texts(column) : null;
        var test = parsed.GetValue(_margin) is { } margin ? PairedTable.Compare(from, to, clusters, margin) : null;
        StatisticsView.Write(
            string.Create(CultureInfo.InvariantCulture, $"{second} less {first} on {table.Rows} items:"), PairedTable.Of(from, to, clusters, parsed.GetValue(_seed)), parsed.GetValue(_json),
            test is null ? null : new { test.Margin, test.Finding, test.Difference });
        if (test is null) return ExitCode.Success;
        if (!parsed.GetValue(_json)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Margin {test.Margin}: {Words(test.Finding)}, the difference is {test.Difference.WithRange(NumberStyle.Share)}."));
        return test.Finding switch { NonInferiorityFinding.Inferior => ExitCode.RequirementFailed, NonInferiorityFinding.Inconclusive => ExitCode.Inconclusive, _ => ExitCode.Success };
    }

    private static string Words(NonInferiorityFinding finding) => finding switch
    {
        NonInferiorityFinding.Superior => "better",
        NonInferiorityFinding.NotInferior => "no worse by as much",
        NonInferiorityFinding.Inferior => "worse by more than that",
        _ => "it cannot be told with so few items",
    };
}
