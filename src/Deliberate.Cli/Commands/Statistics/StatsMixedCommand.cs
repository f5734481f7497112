using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A mixed-effects logistic model: which properties move a decision, the templates' own level aside.</summary>
internal sealed class StatsMixedCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _outcome = StatsCommand.Column("--outcome", "1 or true, 0 or false.");
    private readonly Option<string> _columns = new("--columns") { HelpName = "columns", Description = "What may move it, with commas between: numbers, or words, of which the first in order is the baseline.", Required = true };
    private readonly Option<string> _cluster = StatsCommand.Column("--cluster", "What has a level of its own, as the template.");
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsMixedCommand()
        : base("mixed", "A logistic model with a random intercept a cluster: coefficients in logits with intervals.", "deliberate stats mixed decisions.csv --outcome yes --columns gender,race,age --cluster template", "deliberate stats mixed decisions.csv --outcome yes --columns gender --cluster template --json")
    {
        Add(_file);
        foreach (var option in new Option[] { _outcome, _columns, _cluster, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var table = ValueTable.Read(path);
        var outcomes = table.Labels(parsed.GetRequiredValue(_outcome));
        List<(string Name, double[] Values)> columns = [("intercept", [.. Enumerable.Repeat(1.0, table.Rows)])];
        foreach (var name in parsed.GetRequiredValue(_columns).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) columns.AddRange(Column(table, name));
        var clusters = table.Texts(parsed.GetRequiredValue(_cluster));
        string[] known = [.. clusters.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var fit = MixedLogistic.Fit(outcomes, [.. Enumerable.Range(0, table.Rows).Select(i => columns.Select(c => c.Values[i]).ToArray())], [.. clusters.Select(c => Array.BinarySearch(known, c, StringComparer.Ordinal))])
            ?? throw new UserError("No finite model fits.", path, advice: "A column that decides the outcome alone, or that others add up to, has no coefficient: leave it out.");
        List<StatisticRow> rows = [.. fit.Coefficients.Select((c, i) => StatisticRow.Of(columns[i].Name, c)), .. fit.StandardErrors.Select((e, i) => new StatisticRow($"standard error of {columns[i].Name}", e))];
        rows.Add(new StatisticRow("standard deviation of the clusters", fit.Deviation));
        rows.Add(new StatisticRow("log-likelihood, nats", fit.LogLikelihood));
        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetRequiredValue(_outcome)} in logits, {fit.Rows} rows in {fit.Clusters} clusters:"), rows, parsed.GetValue(_json));
        return ExitCode.Success;
    }

    /// <summary>A column of numbers, or one of 0 and 1 for each word but the first.</summary>
    private static IEnumerable<(string Name, double[] Values)> Column(ValueTable table, string name)
    {
        var texts = table.Texts(name);
        if (texts.All(t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return [(name, table.Numbers(name))];
        return texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Skip(1).Select(word => ($"{name} {word}", texts.Select(t => t == word ? 1.0 : 0).ToArray()));
    }
}
