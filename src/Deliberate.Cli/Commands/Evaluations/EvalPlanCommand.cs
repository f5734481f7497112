using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Before a run: how many items it takes to see a difference, what a number of items can show, and where looks in between may stop it.</summary>
internal sealed class EvalPlanCommand : CliCommand
{
    private readonly Option<double> _rate = CommonOptions.Real("--rate", "Rate of the first model, as of an earlier run.", 0.9, 0.0001, 0.9999);
    private readonly Option<double?> _difference = CommonOptions.OptionalReal("--difference", "Difference to be found: how many items it takes.", 1e-6, 1);
    private readonly Option<int?> _items = CommonOptions.OptionalWhole("--items", "Items that there are: what they can show.", 2);
    private readonly Option<double> _correlation = CommonOptions.Real("--correlation", "Of the two models' outcomes on the same items; 0.5 is usual of models that are alike.", 0.5, -1, 0.9999);
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Samples of each item.", 1, 1, 1024);
    private readonly Option<double> _within = CommonOptions.Real("--within", "Share of the variance that is within an item, which more samples shrink.", 0.5, 0, 1);
    private readonly Option<double> _alpha = CommonOptions.Real("--alpha", "Level, two-sided.", 0.05, 1e-6, 0.5);
    private readonly Option<double> _power = CommonOptions.Real("--power", "Probability of finding a difference that is there.", 0.8, 0.5, 0.9999);
    private readonly Option<int> _looks = CommonOptions.Whole("--looks", "Looks at the data, the last one included.", 1, 1, 50);
    private readonly Option<SpendingFunction> _spending = ChoiceOption.Of<SpendingFunction>("--spending", "How the level is spent over the looks.");
    private readonly Option<string?> _save = new("--save") { HelpName = "file", Description = "Keep the plan, for looks that are recorded in it (deliberate eval look)." };
    private readonly Option<bool> _json = CommonOptions.Json("the plan");

    public EvalPlanCommand()
        : base(
            "plan",
            "Before a run: items needed for a difference, the least difference that items can show, boundaries for looks in between.",
            "deliberate eval plan --rate 0.92 --difference 0.03",
            "deliberate eval plan --rate 0.92 --items 250",
            "deliberate eval plan --rate 0.92 --difference 0.03 --looks 4 --spending pocock --save plan.json")
    {
        foreach (var option in new Option[] { _rate, _difference, _items, _correlation, _samples, _within, _alpha, _power, _looks, _spending, _save, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        double rate = parsed.GetValue(_rate), correlation = parsed.GetValue(_correlation), within = parsed.GetValue(_within);
        var (difference, items, samples) = (parsed.GetValue(_difference), parsed.GetValue(_items), parsed.GetValue(_samples));
        if (difference is null && items is null) throw new UserError("What is to be planned?", field: "--difference, --items", advice: "--difference says how many items it takes, --items what they can show; both together, the power.");
        var plan = new SamplePower(parsed.GetValue(_alpha), parsed.GetValue(_power));
        List<StatisticRow> rows = [];
        var other = difference is { } d ? rate + d <= 1 ? rate + d : rate - d : rate;
        if (difference is { } wanted)
        {
            if (other is <= 0 or >= 1) throw new UserError("The second rate would not be between 0 and 1.", field: "--difference");
            rows.Add(new StatisticRow("second rate", other));
            rows.Add(new StatisticRow("Cohen's h", SamplePower.CohenH(rate, other)));
            rows.Add(new StatisticRow("items, the same for both models", Math.Ceiling(plan.PairedSize(rate, other, correlation))));
            rows.Add(new StatisticRow("items a model, were they different ones", Math.Ceiling(plan.PairedSize(rate, other, 0))));
            rows.Add(new StatisticRow("the same, variance pooled", Math.Ceiling(plan.PooledSize(rate, other))));
            rows.Add(new StatisticRow("the same, by arcsines", Math.Ceiling(plan.ArcsineSize(rate, other))));
        }

        if (items is { } n)
        {
            var deviation = SamplePower.Deviation(rate, other, correlation, within, samples);
            rows.Add(new StatisticRow(string.Create(CultureInfo.InvariantCulture, $"least difference that {n} items find"), plan.Detectable(n, deviation)));
            rows.Add(new StatisticRow("the same, one sample an item", plan.DetectableRate(n, rate, correlation)));
            if (difference is { } sought) rows.Add(new StatisticRow("power for the difference", plan.PowerOf(n, sought, deviation)));
        }

        var count = parsed.GetValue(_looks);
        var looks = count > 1 ? GroupSequential.Plan([.. Enumerable.Range(1, count).Select(i => (double)i / count)], plan.Alpha, parsed.GetValue(_spending)) : [];
        if (parsed.GetValue(_save) is { } path)
        {
            if (File.Exists(path)) throw new UserError("There is a plan, and looks may have been taken by it.", path, advice: "Name another file.");
            var planned = items ?? (int)Math.Ceiling(plan.PairedSize(rate, other, correlation));
            new LookPlan { Alpha = plan.Alpha, Spending = parsed.GetValue(_spending), Items = Math.Max(2, planned) }.Write(path);
        }

        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { plan.Alpha, plan.Power, Rate = rate, Correlation = correlation, Samples = samples, Rows = rows, Looks = looks });
            return ExitCode.Success;
        }

        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"At level {plan.Alpha} and power {plan.Power}, first rate {rate}, outcomes that correlate by {correlation}:"), rows, json: false);
        if (looks.Count > 0)
        {
            Terminal.WriteTable(
                $"{looks.Count} looks, {RecipeWriter.Scalar(parsed.GetValue(_spending))}: stop where |z| is beyond, or p below. Each look is taken as planned, and recorded.", ["look", "share of the items", "|z|", "p", "level spent"],
                looks.Select((l, i) => (IReadOnlyList<string>)[(i + 1).ToString(CultureInfo.InvariantCulture), StatisticsView.Text(l.Information), l.Critical.ToString("F4", CultureInfo.InvariantCulture), StatisticsView.Text(l.NominalP), StatisticsView.Text(l.Spent)]));
        }

        return ExitCode.Success;
    }
}
