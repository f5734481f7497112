using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Where a system's ratings stand among people's.</summary>
internal sealed class StatsPercentileCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _rating = StatsCommand.Column("--rating", "The ratings.");
    private readonly Option<string> _source = StatsCommand.Column("--source", "Who wrote what was rated.");
    private readonly Option<string> _system = new("--system") { HelpName = "name", Description = "What stands in that column for the system; everything else is people's.", DefaultValueFactory = _ => "model" };
    private readonly Option<string?> _cluster = StatsCommand.Cluster();
    private readonly Option<bool> _json = CommonOptions.Json("the figure");

    public StatsPercentileCommand()
        : base("percentile", "The percentile of a system's ratings among people's, as of ChangeMyView: P(rated above a random person's), ties by half.", "deliberate stats percentile ratings.csv --rating stars --source author --cluster thread", "deliberate stats percentile ratings.jsonl --rating rating --source source --system model --json")
    {
        Add(_file);
        foreach (var option in new Option[] { _rating, _source, _system, _cluster, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var table = ValueTable.Read(path);
        var (ratings, sources, system) = (table.Numbers(parsed.GetRequiredValue(_rating)), table.Texts(parsed.GetRequiredValue(_source)), parsed.GetRequiredValue(_system));
        var groups = parsed.GetValue(_cluster) is { } column ? table.Texts(column) : null;
        if (!sources.Contains(system)) throw new UserError($"No rating is of \"{system}\".", path, field: "--system", advice: $"The column has {string.Join(", ", sources.Distinct().Take(8))}.");
        if (sources.All(s => s == system)) throw new UserError("No rating is of a person's.", path, field: "--source");
        var estimate = PercentileMetric.Of([.. Enumerable.Range(0, table.Rows).Select(i => (groups?[i] ?? $"{i}", sources[i] == system, ratings[i]))]);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { estimate.Value, estimate.Low, estimate.High, estimate.N, estimate.Clusters, Method = estimate.Method.Words() });
        else Console.Out.WriteLine(FormattableString.Invariant($"P(rated above a random person's): {estimate.WithRange(NumberStyle.Share)}; n = {estimate.N} ratings of {system} in {estimate.Clusters} groups, 95% interval by {estimate.Method.Words()}"));
        return ExitCode.Success;
    }
}
