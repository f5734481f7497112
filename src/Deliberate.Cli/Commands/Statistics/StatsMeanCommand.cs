using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A mean with every error that it may be told with.</summary>
internal sealed class StatsMeanCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _value = StatsCommand.Column("--value", "The values.");
    private readonly Option<string?> _cluster = StatsCommand.Cluster();
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsMeanCommand()
        : base("mean", "A mean: plain and clustered errors, design effect, variance within and between, three bootstrap intervals.", "deliberate stats mean scores.csv --value score", "deliberate stats mean attempts.csv --value safe --cluster prompt")
    {
        Add(_file);
        foreach (var option in new Option[] { _value, _cluster, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var table = ValueTable.Read(parsed.GetRequiredValue(_file));
        var clusters = parsed.GetValue(_cluster) is { } column ? table.Texts(column) : null;
        var name = parsed.GetRequiredValue(_value);
        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{name}, {table.Rows} rows:"), MeanTable.Of(table.Numbers(name), clusters, parsed.GetValue(_seed)), parsed.GetValue(_json));
        return ExitCode.Success;
    }
}
