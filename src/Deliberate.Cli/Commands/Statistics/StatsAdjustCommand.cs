using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>p-values of several questions, adjusted.</summary>
internal sealed class StatsAdjustCommand : CliCommand
{
    private readonly Argument<double[]> _p = new("P") { Arity = ArgumentArity.OneOrMore, Description = "p-values." };
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsAdjustCommand()
        : base("adjust", "p-values of several questions: Holm for gates, Benjamini-Hochberg for slices, and others.", "deliberate stats adjust 0.01 0.02 0.03 0.2", "deliberate stats adjust 0.01 0.2 --json")
    {
        Add(_p);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var p = parsed.GetRequiredValue(_p);
        foreach (var value in p)
            if (value is not (>= 0 and <= 1)) throw new UserError($"{StatisticsView.Text(value)} is no p-value.", advice: "It is between 0 and 1.");
        var adjusted = Enum.GetValues<Adjustment>().ToDictionary(by => by, by => Multiplicity.Adjust(p, by));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { P = p, Adjusted = adjusted.ToDictionary(a => RecipeWriter.Scalar(a.Key), a => a.Value) });
        else Terminal.WriteTable("Adjusted p-values: rejected at a level where at most that.", ["p", "Holm", "Benjamini-Hochberg", "Hochberg", "Bonferroni", "Benjamini-Yekutieli"], p.Select((value, i) => (IReadOnlyList<string>)
        [
            StatisticsView.Text(value), Text(Adjustment.Holm, i), Text(Adjustment.BenjaminiHochberg, i), Text(Adjustment.Hochberg, i), Text(Adjustment.Bonferroni, i), Text(Adjustment.BenjaminiYekutieli, i),
        ]));
        return ExitCode.Success;

        string Text(Adjustment by, int i) => StatisticsView.Text(adjusted[by][i]);
    }
}
