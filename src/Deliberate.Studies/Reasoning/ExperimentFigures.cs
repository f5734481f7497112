using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The charts of an experiment. Whiskers are 95% intervals; one thing has one tone throughout.</summary>
internal static class ExperimentFigures
{
    private const string HowMade = "sampled at temperature 1, no filter; over problems, pooled over seeds";

    private static readonly ChartAxis Axis = ChartAxis.Share("share of right answers");

    private static readonly (Subject Subject, string Name, ChartTone Tone)
        Before = (new(ExperimentModel.Base), "before RL", ChartTone.Slate),
        After = (new(ExperimentModel.Reinforced), "after RL", ChartTone.Blue),
        Expert = (new(ExperimentModel.Expert), "expert iteration", ChartTone.Green),
        Careful = (new(ExperimentModel.Careful), "careful only", ChartTone.Ochre),
        Direct = (new(ExperimentModel.DirectReinforced), "no thought", ChartTone.Orange),
        Without = (new(ExperimentModel.Without), "RL on the others", ChartTone.Purple);

    public static ReportFigure Learning(ExperimentSummary summary) => ByFamily(
        summary, "Before and after reinforcement learning",
        summary.Families.Count == 1 ? "The family before and after reinforcement learning." : "Each family before and after one run of reinforcement learning on all of them.", Before, After);

    public static ReportFigure CarryOver(ExperimentSummary summary) => ByFamily(
        summary, "Left out of reinforcement learning", "A family before reinforcement learning, after reinforcement learning on all families but this one, and after reinforcement learning on all of them. What carries over is the way from the first bar to the second.",
        Before, Without, After);

    public static ReportFigure Deeper(ExperimentSummary summary) => ByFamily(
        summary, "Deeper problems than were trained on", "Problems of a level that neither the corpus nor reinforcement learning had, before and after.",
        Before with { Subject = new(ExperimentModel.Base, Deeper: true) }, After with { Subject = new(ExperimentModel.Reinforced, Deeper: true) });

    /// <summary>Whether there is a model to stand beside the reinforced one: a part of the experiment may have none.</summary>
    public static bool HasControls(ExperimentSummary summary) => There(summary, Expert, Careful, Direct).Length > 0;

    /// <summary>The models side by side, a small panel a family.</summary>
    public static ReportFigure Controls(ExperimentSummary summary) => new(
        [.. summary.Columns.Select(f => new BarChart(f ?? "all families", Axis, [.. There(summary, Before, After, Expert, Careful, Direct).Select(b => Group(summary, b.Name, f, b))]))],
        Beside(summary),
        ExperimentTables.Sample(summary), Made(summary, Before, After, Expert, Careful, Direct))
    { IsSmallMultiples = true };

    /// <summary>What stands beside reinforcement learning, of what was tested.</summary>
    private static string Beside(ExperimentSummary summary)
    {
        string[] controls = [.. new[]
        {
            (Expert, "expert iteration on as many samples"), (Careful, "imitation of careful writers only on as many tokens"), (Direct, "the same stages without thought, after RL"),
        }.Where(c => There(summary, c.Item1).Length > 0).Select(c => c.Item2)];
        return $"{(There(summary, After).Length > 0 ? "Reinforcement learning" : "What it starts from")} beside {(controls.Length == 1 ? "a control" : "its controls")}: {string.Join(", ", controls.SkipLast(1))}{(controls.Length > 1 ? " and " : "")}{controls[^1]}.";
    }

    private static ReportFigure ByFamily(ExperimentSummary summary, string title, string caption, params (Subject Subject, string Name, ChartTone Tone)[] bars)
    {
        string?[] families = [.. summary.Columns];
        bars = There(summary, bars);
        var half = families.Length / 2;
        return new(
            [.. new[] { families[..half], families[half..] }.Where(g => g.Length > 0).Select(part => new BarChart(title, Axis, [.. part.Select(f => Group(summary, f ?? "all", f, bars))]))],
            caption, ExperimentTables.Sample(summary), Made(summary, bars));
    }

    /// <summary>Those of them that were tested at all.</summary>
    private static (Subject Subject, string Name, ChartTone Tone)[] There(ExperimentSummary summary, params (Subject Subject, string Name, ChartTone Tone)[] bars) =>
        [.. bars.Where(bar => summary.Families.Any(family => summary.Score(bar.Subject, family) is not null))];

    private static BarGroup Group(ExperimentSummary summary, string name, string? family, params (Subject Subject, string Name, ChartTone Tone)[] bars) => new(
        name, [.. bars.Select(b => summary.Score(b.Subject, family)?.Rate.Bar(b.Name, b.Tone) ?? new ChartBar(b.Name, b.Tone, double.NaN))]);

    private static string Made(ExperimentSummary summary, params (Subject Subject, string Name, ChartTone Tone)[] bars) =>
        EstimateWords.Made(HowMade, summary.FamiliesAndAll.SelectMany(f => bars.Select(b => summary.Score(b.Subject, f)?.Rate)).OfType<Estimate>());
}
