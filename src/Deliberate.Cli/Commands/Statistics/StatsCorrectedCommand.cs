using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A judge's rate after correction for its errors, and what a rate can be where outcomes are missing.</summary>
internal sealed class StatsCorrectedCommand : CliCommand
{
    private readonly Argument<string> _observed = new("OBSERVED") { Description = "What the judge found, as 30/200." };
    private readonly Option<string?> _sensitivity = new("--sensitivity") { HelpName = "k/n", Description = "Of n positives by people the judge found k." };
    private readonly Option<string?> _specificity = new("--specificity") { HelpName = "k/n", Description = "Of n negatives by people the judge passed k." };
    private readonly Option<int> _missing = CommonOptions.Whole("--missing", "Items besides that have no outcome.", 0, 0);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsCorrectedCommand()
        : base("corrected", "A judge's rate corrected for its sensitivity and specificity, with the uncertainty of both; worst-case bounds where outcomes are missing.", "deliberate stats corrected 30/200 --sensitivity 45/50 --specificity 95/100", "deliberate stats corrected 30/200 --missing 12")
    {
        Add(_observed);
        foreach (var option in new Option[] { _sensitivity, _specificity, _missing, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (k, n) = Rate(parsed.GetRequiredValue(_observed), "OBSERVED");
        var missing = parsed.GetValue(_missing);
        double[] values = [.. Enumerable.Repeat(1.0, k), .. Enumerable.Repeat(0.0, n - k), .. Enumerable.Repeat(double.NaN, missing)];
        List<StatisticRow> rows = [StatisticRow.Of("as judged", ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, n), i => i, i => values[i])))];
        if (missing > 0)
        {
            var bounds = MissingBounds.Of(k, missing, n + missing);
            rows.Add(new StatisticRow("least and most with the missing", bounds.CompleteCase, bounds.Lower, bounds.Upper));
            rows.Add(StatisticRow.Of("the same with sampling error", MissingBounds.Over(values, [.. Enumerable.Range(0, values.Length)])));
        }

        if (parsed.GetValue(_sensitivity) is { } given)
        {
            var (found, positives) = Rate(given, "--sensitivity");
            var (passed, negatives) = Rate(parsed.GetValue(_specificity) ?? throw new UserError("Sensitivity alone corrects nothing.", field: "--specificity", advice: "Give both."), "--specificity");
            if (((double)found / positives) + ((double)passed / negatives) <= 1) throw new UserError("A judge whose sensitivity and specificity add up to 1 or less says nothing of the rate.", field: "--sensitivity, --specificity");
            var validation = new JudgeConfusion([.. Repeat(found, new(1, 0, 0, 0)), .. Repeat(positives - found, new(0, 1, 0, 0)), .. Repeat(passed, new(0, 0, 1, 0)), .. Repeat(negatives - passed, new(0, 0, 0, 1))]);
            var known = RoganGladen.Of((double)k / n, n, validation.Sensitivity.Value, validation.Specificity.Value);
            rows.Add(StatisticRow.Of("sensitivity", validation.Sensitivity));
            rows.Add(StatisticRow.Of("specificity", validation.Specificity));
            rows.Add(StatisticRow.Of("corrected", CorrectedShareMetric.Of(ItemValues.Of(Enumerable.Range(0, n), i => i, i => values[i]), validation, parsed.GetValue(_seed))));
            rows.Add(new StatisticRow("corrected, not cut off at 0 and 1", known.Raw));
            rows.Add(new StatisticRow("its standard error were both known exactly", known.StandardError));
        }

        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{k} of {n}{(missing > 0 ? $", {missing} missing" : "")}:"), rows, parsed.GetValue(_json));
        return ExitCode.Success;
    }

    private static IEnumerable<ConfusionCounts> Repeat(int count, ConfusionCounts one) => Enumerable.Repeat(one, count);

    private static (int K, int N) Rate(string text, string field)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var k) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 && k <= n
            ? (k, n)
            : throw new UserError($"\"{text}\" is no rate.", field: field, advice: "Write it as 45/50.");
    }
}
