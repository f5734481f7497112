using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The page of an experiment: one table, its charts, and a text made from the numbers; and the same table for the docs.</summary>
internal static class ExperimentReport
{
    /// <summary>The name of the block in the docs.</summary>
    public const string Block = "reproduce reasoning";

    /// <summary>Writes page, results and table into the folder.</summary>
    public static void Write(ExperimentFolder folder, string command, ExperimentSummary summary)
    {
        WritePage(folder, command, summary, []);
        AtomicFile.WriteText(folder.Table, Docs(command, summary));
        ExperimentResults.Write(folder.Results, command, summary);
    }

    /// <param name="folder">The experiment's.</param>
    /// <param name="command">What makes it.</param>
    /// <param name="summary">Of the seeds that are done.</param>
    /// <param name="toCome">The others.</param>
    public static void WritePage(ExperimentFolder folder, string command, ExperimentSummary summary, IReadOnlyList<string> toCome) =>
        AtomicFile.WriteText(folder.Report, ReportPage.Render(Build(command, summary) with { ToCome = toCome }));

    public static ReportModel Build(string command, ExperimentSummary summary)
    {
        var (plan, aims) = (summary.Plan, ExperimentAims.Of(summary));
        return new ReportModel
        {
            Title = $"{(plan.Quick ? "Not a result: " : "")}Reasoning by reinforcement learning{(HasControls(plan) ? ", with its controls" : "")}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"{summary.Families.Count} famil{(summary.Families.Count == 1 ? "y" : "ies")}, {plan.Seeds.Count} seed{(plan.Seeds.Count == 1 ? "" : "s")}, {plan.Cells.Count} small models trained on a CPU."),
            Made = [.. Made(summary)],
            Lead = [.. plan.Quick ? [ExperimentFindings.QuickWarning, ExperimentFindings.QuickOutcome(plan.Cells.Count)] : Lead(summary, aims)],
            KeyNumbers = [.. plan.Quick ? [] : Cards(summary)],
            Shows = [.. plan.Quick ? [] : ExperimentFindings.Shows(summary)],
            DoesNotShow = [.. plan.Quick ? [] : ExperimentFindings.DoesNotShow(summary)],
            Chapters = plan.Quick ? [new ReportChapter("What ran") { Prose = [Design(plan), Depths(plan)] }] :
            [
                new ReportChapter(plan.IsPart ? "The models" : "All models, all families") { Prose = [Design(plan)], Tables = [ExperimentTables.Models(summary), ExperimentTables.Questions(summary)], Figures = [ExperimentFigures.Learning(summary), .. ExperimentFigures.HasControls(summary) ? new[] { ExperimentFigures.Controls(summary) } : []] },
                .. CarriesOver(summary) ? new[] { new ReportChapter("Does the pattern carry over?") { Prose = [.. Question(summary, "carry_over"), .. Question(summary, "share_carried")], Figures = [ExperimentFigures.CarryOver(summary)] } } : [],
                new ReportChapter("Deeper problems") { Prose = [Depths(plan), .. Question(summary, "deeper")], Figures = [ExperimentFigures.Deeper(summary)] },
                new ReportChapter("Every step right") { Prose = ["A right answer may be lucky, most of all where it is yes or no. Here only answers count whose thought has every step right and arrives at them."], Tables = [ExperimentTables.Models(summary, Metric.EveryStepRight)] },
                .. aims.Count > 0 ? new[] { new ReportChapter("The aims of the quickstart, held against this experiment") { Prose = ["They were set for two tasks, each learned by a model of its own. Here one model learns them beside all other families, with a part of the samples."], Tables = [RunTargets.Table(aims)] } } : [],
            ],
            Provenance = new Provenance(command, plan.Seeds,
            [
                ("Deliberate", RunInfo.ProgramVersion), ("Device", summary.Evidence.Device),
                ("Imitation", string.Create(CultureInfo.InvariantCulture, $"{plan.Train.Supervised.Tokens:N0} tokens, {plan.Train.Supervised.Steps} optimizer steps")),
                ("Reinforcement learning", string.Create(CultureInfo.InvariantCulture, $"{plan.Train.Reinforcement.Objective}, {plan.Train.Reinforcement.Steps} steps of {plan.Train.Reinforcement.Prompts} problems x {plan.Train.Reinforcement.Samples} samples")),
                ("Model", string.Create(CultureInfo.InvariantCulture, $"{plan.Train.Model.Layers} layers of width {plan.Train.Model.Hidden}")),
            ]),
        };
    }

    /// <summary>What stands between the marks of the docs.</summary>
    public static string Docs(string command, ExperimentSummary summary)
    {
        var lines = new List<string> { "" };
        if (summary.Plan.Quick) return string.Join('\n', ["", $"**{ExperimentFindings.QuickWarning}** {ExperimentFindings.QuickOutcome(summary.Plan.Cells.Count)}", ""]);
        if (ExperimentFindings.PartOf(summary.Plan) is { } part) lines.AddRange([part, ""]);
        lines.AddRange([$"`{command}`, {string.Join(", ", Made(summary))}. {ExperimentTables.Models(summary).Caption}", "", "Right answers:", "", ExperimentTables.Markdown(ExperimentTables.Models(summary))]);
        lines.AddRange(["Every step right:", "", ExperimentTables.Markdown(ExperimentTables.Models(summary, Metric.EveryStepRight))]);
        lines.AddRange(["What is shown:", "", .. List(ExperimentFindings.Shows(summary)), "", "What is not shown:", "", .. List(ExperimentFindings.DoesNotShow(summary)), ""]);
        var aims = ExperimentAims.Of(summary);
        if (aims.Count > 0) lines.AddRange(["The aims of the quickstart, held against this experiment:", "", ExperimentTables.Markdown(RunTargets.Table(aims))]);
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> List(IEnumerable<string> items) => items.Select(i => "- " + i).DefaultIfEmpty("- Nothing.");

    private static IEnumerable<string> Made(ExperimentSummary summary)
    {
        var (evidence, plan) = (summary.Evidence, summary.Plan);
        yield return evidence.Started.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        if (evidence.Time.Seconds > 0) yield return $"{(evidence.Time.IsWhole ? "" : "at least ")}{Quantity.Duration(TimeSpan.FromSeconds(evidence.Time.Seconds))} for {plan.Cells.Count} models";
        yield return evidence.Device;
    }

    private static IEnumerable<string> Lead(ExperimentSummary summary, List<RunTarget> aims)
    {
        (ExperimentQuestion Question, Contrast Contrast)[] answered = [.. ExperimentFindings.Answered(summary)];
        if (ExperimentFindings.PartOf(summary.Plan) is { } part) yield return part;
        if (answered.Length == 0) yield break;
        var shown = answered.Count(a => a.Contrast.Finding != Finding.NotToldApart);
        if (answered.FirstOrDefault(a => a.Question.Key == "learning") is { Question: { } question, Contrast: { } learned }) yield return ExperimentFindings.Sentence(question, learned);
        yield return string.Create(CultureInfo.InvariantCulture, $"Of {answered.Length} questions asked beforehand {shown} {(shown == 1 ? "has" : "have")} an answer over all families that chance does not explain; the others are said to be not shown.");
        if (aims.Count > 0) yield return RunTargets.Sentence(aims);
    }

    private static IEnumerable<KeyNumber> Cards(ExperimentSummary summary)
    {
        foreach (var (model, label, tone) in new[]
        {
            (ExperimentModel.Reinforced, "right answers after RL, all families", ChartTone.Blue),
            (ExperimentModel.Expert, "after expert iteration instead", ChartTone.Green),
            (ExperimentModel.Careful, "after imitating careful writers only", ChartTone.Ochre),
            (ExperimentModel.DirectReinforced, "without thought, after RL", ChartTone.Orange),
        })
        {
            if (summary.Score(new Subject(model), null) is not { } score) continue;
            var from = model == ExperimentModel.DirectReinforced ? ExperimentModel.Direct : ExperimentModel.Base;
            var before = model == ExperimentModel.Careful ? "" : $"; before {EstimateWords.Percent(summary.Score(new Subject(from), null)!.Rate.Value)}";
            yield return new KeyNumber(EstimateWords.Percent(score.Rate.Value), label, EstimateWords.IntervalMade(score.Rate) + before, tone);
        }
    }

    /// <summary>What is trained of what, in sentences of the models that there are.</summary>
    internal static string Design(ExperimentPlan plan)
    {
        var (rl, expert) = (plan.Train.Reinforcement, plan.Train.ExpertIteration);
        var one = plan.Families.Count == 1;
        string[] fromBase =
        [
            .. Has(plan, ExperimentModel.Reinforced) ? [string.Create(CultureInfo.InvariantCulture, $"reinforcement learning ({Learning()}{(one ? "" : ", every family equally often")})")] : Array.Empty<string>(),
            .. Has(plan, ExperimentModel.Expert) ? [string.Create(CultureInfo.InvariantCulture, $"expert iteration ({expert.Rounds} rounds of as many samples in all)")] : Array.Empty<string>(),
            .. Has(plan, ExperimentModel.Without) ? ["reinforcement learning on all families but one, which is asked as often about each of the others"] : Array.Empty<string>(),
        ];
        string[] fromNothing =
        [
            .. Has(plan, ExperimentModel.Careful) ? ["imitation of careful writers only, on as many tokens"] : Array.Empty<string>(),
            .. Has(plan, ExperimentModel.DirectReinforced) ? [$"{(Has(plan, ExperimentModel.Base) ? "the two stages" : $"imitation and reinforcement learning ({Learning()})")} without thought, in as many optimizer steps on about as many examples"]
                : Has(plan, ExperimentModel.Direct) ? ["imitation of answers without thought, in as many optimizer steps on about as many examples"] : Array.Empty<string>(),
        ];
        var imitated = string.Create(CultureInfo.InvariantCulture, $"{plan.Train.Supervised.Tokens:N0} tokens of worked solutions{(one ? $" of {plan.Families[0]}" : " of all families")}");
        var sentences = new List<string>();
        if (Has(plan, ExperimentModel.Base)) sentences.Add($"For each seed one base imitates {imitated}, by writers good and bad.");
        if (fromBase.Length > 0) sentences.Add($"From it {(fromBase.Length == 1 ? "starts" : "start")} {List(fromBase)}.");
        if (fromNothing.Length == 0) return string.Join(" ", sentences);
        var (controls, begin) = fromNothing.Length == 1 ? ("One control", "begins") : ("Two controls", "begin");
        sentences.Add(sentences.Count > 0 ? $"{controls} {begin} from random weights: {List(fromNothing, "; ")}." : $"For each seed, from random weights on {imitated}: {List(fromNothing, "; ")}.");
        return string.Join(" ", sentences);

        string Learning() => string.Create(CultureInfo.InvariantCulture, $"`{rl.Objective}`, {rl.Steps} steps of {rl.Prompts} problems x {rl.Samples} samples");

        static string List(string[] parts, string between = ", ") => parts.Length == 1 ? parts[0] : string.Join(between, parts[..^1]) + (between == ", " && parts.Length == 2 ? " and " : between + "and ") + parts[^1];
    }

    private static bool HasControls(ExperimentPlan plan) => plan.Cells.Any(c => c.Model is ExperimentModel.Expert or ExperimentModel.Careful or ExperimentModel.Direct or ExperimentModel.DirectReinforced);

    private static bool Has(ExperimentPlan plan, ExperimentModel model) => plan.Cells.Any(c => c.Model == model);

    private static bool CarriesOver(ExperimentSummary summary) => summary.Plan.Cells.Any(c => c.LeftOut is not null);

    private static string Depths(ExperimentPlan plan) =>
        $"Trained on, and tested deeper: {string.Join("; ", plan.Recipe.Tests.Select(t => $"{t.Family} {string.Join(" and ", plan.Train.Family.Parts.First(p => p.Name == t.Family).Levels.Select(l => Level(t, l)))}, then {Level(t, t.Deeper)}"))}.";

    private static string Level(FamilyTestRecipe test, int number) => test.Instance.Levels.First(l => l.Number == number).Name;

    private static IEnumerable<string> Question(ExperimentSummary summary, string key) =>
        ExperimentFindings.Answered(summary).Where(a => a.Question.Key == key).Select(a => $"{ExperimentFindings.Sentence(a.Question, a.Contrast)} {ExperimentFindings.ByFamily(summary, a.Question)}");
}
