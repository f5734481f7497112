using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Strengths from judgements of two at a time.</summary>
internal sealed class StatsPairwiseCommand : CliCommand
{
    private static readonly string[] s_ties = ["tie", "equal", "both", ""];

    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _first = StatsCommand.Column("--first", "Who is compared.");
    private readonly Option<string> _second = StatsCommand.Column("--second", "With whom.");
    private readonly Option<string> _winner = StatsCommand.Column("--winner", "Who won: the name of either, first or second; tie for neither.");
    private readonly Option<string?> _cluster = StatsCommand.Cluster();
    private readonly Option<TieRule> _ties = ChoiceOption.Of<TieRule>("--ties", "half-win: Bradley and Terry's model; davidson: a tie is an outcome of its own.");
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsPairwiseCommand()
        : base("pairwise", "Strengths from judgements of two at a time (Bradley-Terry, Davidson), with bootstrap intervals on Elo's scale.", "deliberate stats pairwise votes.csv --first a --second b --winner winner --cluster prompt", "deliberate stats pairwise votes.jsonl --first a --second b --winner winner --ties davidson")
    {
        Add(_file);
        foreach (var option in new Option[] { _first, _second, _winner, _cluster, _ties, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var table = ValueTable.Read(path);
        string[] first = table.Texts(parsed.GetRequiredValue(_first)), second = table.Texts(parsed.GetRequiredValue(_second)), winner = table.Texts(parsed.GetRequiredValue(_winner));
        var clusters = parsed.GetValue(_cluster) is { } column ? table.Texts(column) : null;
        string[] names = [.. first.Concat(second).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], groups = [.. (clusters ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Comparison[] games = [.. Enumerable.Range(0, table.Rows).Select(i => new Comparison(Place(names, first[i]), Place(names, second[i]), Won(path, i, first[i], second[i], winner[i]), clusters is null ? i : Place(groups, clusters[i])))];
        var rule = parsed.GetValue(_ties);
        var metric = PairwiseMetric.Of(games, names.Length, rule, parsed.GetValue(_seed));
        if (metric.Model is not { } model)
            throw new UserError("There is no common scale for all: " + string.Join("; ", metric.Groups.Select(g => string.Join(", ", g.Select(i => names[i])))) + " were not compared, or one side never lost to the other.", path, advice: "Each must be reachable from each along wins; add judgements between the groups, or leave one out.");
        var rows = Enumerable.Range(0, names.Length).OrderByDescending(i => model.Strengths[i]).SelectMany(i => (StatisticRow[])[StatisticRow.Of($"Elo of {names[i]}", metric.Elo[i]), new($"log-strength of {names[i]}", model.Strengths[i], null, null), new($"standard error of it", model.StandardErrors[i])]).ToList();
        if (model.TieLogit is { } tie) rows.Add(new StatisticRow("ln of Davidson's tie parameter", tie));
        if (names.Length == 2) rows.Add(new StatisticRow($"P({names[0]} beats {names[1]} | no tie)", model.WinProbability(0, 1)));
        rows.Add(new StatisticRow("negative log-likelihood, nats", model.NegativeLogLikelihood));
        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{games.Length} judgements of {names.Length}, ties as {RecipeWriter.Scalar(rule)}:"), rows, parsed.GetValue(_json));
        if (metric.LostResamples > 0 && !parsed.GetValue(_json)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{metric.LostResamples} of {PairwiseMetric.Resamples} resamples have no common scale, and are left out: there are few judgements."));
        return ExitCode.Success;
    }

    private static int Place(string[] names, string name) => Array.BinarySearch(names, name, StringComparer.Ordinal);

    private static double Won(string path, int row, string first, string second, string winner)
    {
        if (first == second) throw new UserError($"\"{first}\" is compared with itself.", path, row + 2);
        if (winner == first || winner == "first") return 1;
        if (winner == second || winner == "second") return 0;
        return s_ties.Contains(winner, StringComparer.OrdinalIgnoreCase) ? 0.5 : throw new UserError($"\"{winner}\" is neither \"{first}\" nor \"{second}\" nor a tie.", path, row + 2, field: "--winner");
    }
}
