using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A score against labels.</summary>
internal sealed class StatsScoresCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _label = StatsCommand.Column("--label", "1 or true for a positive, 0 or false for a negative.");
    private readonly Option<string> _score = StatsCommand.Column("--score", "Higher for a positive; probabilities are checked for calibration too.");
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsScoresCommand()
        : base("scores", "A score against labels: ROC AUC, average precision, Brier, log loss, calibration error, temperature, Platt.", "deliberate stats scores judged.csv --label refused --score p", "deliberate stats scores judged.jsonl --label refused --score p --json")
    {
        Add(_file);
        foreach (var option in new Option[] { _label, _score, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var table = ValueTable.Read(parsed.GetRequiredValue(_file));
        var (label, score) = (parsed.GetRequiredValue(_label), parsed.GetRequiredValue(_score));
        var labels = table.Labels(label);
        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{score} against {label}, {labels.Count(l => l)} of {labels.Length} positive:"), ScoresTable.Of(labels, table.Numbers(score)), parsed.GetValue(_json));
        return ExitCode.Success;
    }
}
