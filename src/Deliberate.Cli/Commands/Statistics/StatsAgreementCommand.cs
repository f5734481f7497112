using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>How far raters agree.</summary>
internal sealed class StatsAgreementCommand : CliCommand
{
    private readonly Argument<string> _file = StatsCommand.File();
    private readonly Option<string> _raters = new("--raters") { HelpName = "columns", Description = "Columns of ratings, with commas between; an empty field was not rated.", Required = true };
    private readonly Option<RatingScale> _scale = ChoiceOption.Of<RatingScale>("--scale", "What kind of values they are; nominal ones may be words.");
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsAgreementCommand()
        : base("agreement", "How far raters agree: Krippendorff's alpha, Cohen's kappa of each pair, Fleiss' kappa.", "deliberate stats agreement completions_gpt4.csv --raters annotation_1,annotation_2", "deliberate stats agreement marks.csv --raters a,b,c --scale ordinal")
    {
        Add(_file);
        foreach (var option in new Option[] { _raters, _scale, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var table = ValueTable.Read(parsed.GetRequiredValue(_file));
        string[] names = parsed.GetRequiredValue(_raters).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length < 2) throw new UserError("One rater agrees with nobody.", field: "--raters", advice: "Name at least two columns, as --raters first,second.");
        var scale = parsed.GetValue(_scale);
        double[][] ratings = scale == RatingScale.Nominal ? Words([.. names.Select(table.Texts)]) : [.. names.Select(n => table.Numbers(n, mayMiss: true))];
        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{names.Length} raters on {table.Rows} items:"), AgreementTable.Of(names, ratings, scale, parsed.GetValue(_seed)), parsed.GetValue(_json));
        return ExitCode.Success;
    }

    /// <summary>A number for each word, in the words' order.</summary>
    private static double[][] Words(string[][] raters)
    {
        string[] words = [.. raters.SelectMany(r => r).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return [.. raters.Select(r => r.Select(w => w.Length == 0 ? double.NaN : Array.BinarySearch(words, w, StringComparer.Ordinal)).ToArray())];
    }
}
