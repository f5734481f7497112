using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>The chapter of one run: how it was trained, then figures, a table and transcripts of what it learned.</summary>
internal static class RunChapter
{
    public static ReportChapter Build(RunEvidence run, RunEvidence? control) => new(RunWords.Name(run))
    {
        Prose = [.. Learned(run), .. LearnedFromReport.Outcomes(run), .. Control(run, control), .. Best(run)],
        Figures = [.. Figures(run, control)],
        Tables = [.. Tables(run, control)],
        TranscriptsNote = TranscriptChoice.Note,
        Transcripts = run is { Base: { } before, Final: { } after } && !run.AnswersAtOnce ? TranscriptChoice.Choose(before, after, run.Learning) : [],
    };

    private static IEnumerable<ReportTable> Tables(RunEvidence run, RunEvidence? control)
    {
        if (ExpertRoundsReport.Table(run) is { } rounds) yield return rounds;
        if (run.Evaluations.Count > 0) yield return Table(run, control);
        if (RunChange.Of(run) is { Count: > 0 } changes) yield return Changes(changes);
    }

    private static IEnumerable<ReportFigure> Figures(RunEvidence run, RunEvidence? control)
    {
        foreach (var curriculum in CurriculumReport.Figures(run)) yield return curriculum;
        if (ExpertRoundsReport.Figure(run) is { } rounds) yield return rounds;
        if (run.HasCourse) yield return RunFigures.Learning(run, control);
        if (RewardFigure.Build(run) is { } rewards) yield return rewards;
        if (EnvironmentFigure.Build(run) is { } played) yield return played;
        if (run is not { Base: { } before, Final: { } after }) yield break;
        yield return RunFigures.Comparison(run, control);
        if (!run.Thinks) yield break;
        yield return RunFigures.Budgets(run, run.First(before), run.First(after));
        if (RunFigures.Votes(run, before, after) is { } votes) yield return votes;
        yield return RunFigures.Lengths(run, run.First(before), run.First(after));
    }

    /// <summary>What it learned from and by, by its facts; nothing where it wrote none.</summary>
    private static IEnumerable<string> Learned(RunEvidence run)
    {
        if (!run.HasFacts) return [];
        var facts = run.Facts;
        return
        [
            .. facts.Problems is { } problems ? [LearnedFromReport.Description(problems)] : Array.Empty<string>(),
            $"{RunHeading.Start(facts)}. {LearnedFromReport.Corpus(facts) ?? "There was no supervised stage."}",
            .. LearnedFromReport.Filtered(facts),
            .. TaughtBy(facts), .. ExpertRoundsReport.Prose(run), Reinforcement(facts), .. CurriculumReport.Prose(run),
        ];
    }

    private static IEnumerable<string> TaughtBy(RunFacts facts)
    {
        if (facts.Teacher is not { } teacher) yield break;
        string?[] ways = [teacher.Samples ? "its samples were imitated" : null, teacher.Labels ? "its distribution over the next token was learned" : null, teacher.Compares ? "the model was compared with it, token by token, on samples of its own" : null];
        yield return string.Create(CultureInfo.InvariantCulture, $"It learned from a teacher, `{teacher.Path}` ({teacher.Layers} layers of width {teacher.Hidden}): {string.Join(", and ", ways.OfType<string>())}.");
    }

    private static string Reinforcement(RunFacts facts)
    {
        if (facts.Reinforcement is not { } rl) return "There was no reinforcement learning.";
        var passes = rl.Passes is { } over ? string.Create(CultureInfo.InvariantCulture, $" ({over:0.##} passes over the problems)") : "";
        var fresh = rl.Passes is null ? "fresh " : "";
        var advantages = AdvantageEstimators.Find(rl.Advantage).Words;
        var flat = rl.DynamicSampling ? string.Create(CultureInfo.InvariantCulture, $" Problems whose samples are all right or all wrong are replaced, in at most {rl.ResamplingRounds} rounds a step.") : "";
        return string.Create(CultureInfo.InvariantCulture, $"Reinforcement learning: {rl.Steps} steps (`{rl.Objective}`) on {rl.Prompts} {fresh}problems x {rl.Samples} samples each{passes}, at temperature {rl.Temperature:0.##}; {advantages}.{flat} ")
            + Further(rl) + (facts.Teacher is { Compares: true } ? "Rewards are measured and not learned from." : $"The reward is {RewardWords.Terms(facts)}; {RewardWords.Rewarded(facts)}.");
    }

    /// <summary>What else was not as the objective has it: its weights of KL and entropy, and every other key of the recipe.</summary>
    private static string Further(ReinforcementFacts rl)
    {
        List<string> said = [];
        if (rl.KlCoefficient != 0) said.Add(string.Create(CultureInfo.InvariantCulture, $"`options.kl_coefficient` {rl.KlCoefficient:0.######}"));
        if (rl.EntropyCoefficient != 0) said.Add(string.Create(CultureInfo.InvariantCulture, $"`options.entropy_coefficient` {rl.EntropyCoefficient:0.######}"));
        foreach (var (key, value) in rl.Further ?? new Dictionary<string, string>()) said.Add($"`{key}` {value}");
        return said.Count == 0 ? "" : $"Beyond the objective's defaults: {string.Join(", ", said)}. ";
    }

    private static IEnumerable<string> Control(RunEvidence run, RunEvidence? control)
    {
        if (control is null) yield break;
        var differences = run.DifferencesFrom(control);
        yield return "The control without thought learned from the same generator's corpus with the thoughts left out. "
            + (differences.Count == 0
                ? "It had the same number of corpus tokens, optimizer steps, RL problems and samples, and was asked the same held-out problems."
                : $"Its budget was not the same: {string.Join(", ", differences)}.");
    }

    private static IEnumerable<string> Best(RunEvidence run)
    {
        if (run.Best.Count == 0) yield break;
        var problems = Math.Min(run.Recipe.Evaluation.QuickProblems, run.Recipe.Evaluation.Problems);
        yield return string.Create(CultureInfo.InvariantCulture, $"Of its checkpoints `{run.Best[0].Checkpoint}` is the best by `{run.Recipe.Checkpoint.BestMetric}`, {run.Best[0].Value:0.###} on the first {problems} held-out problems: ")
            + "`checkpoints/best`. As the best of several it is an optimistic figure; measure it on other problems before you quote it.";
    }

    private static ReportTable Table(RunEvidence run, RunEvidence? control)
    {
        var rows = new List<IReadOnlyList<ReportCell>>();
        void Add(string name, RunEvidence of, IReadOnlyList<ScoredSample>? all)
        {
            if (all is null) return;
            var s = of.First(all);
            rows.Add(
            [
                ReportCell.Of(name), ReportCell.Of((double)SampleMeasure.Accuracy.Of(s).N), Cell(SampleMeasure.Accuracy), of.Thinks ? Cell(SampleMeasure.StepsRight) : new ReportCell("no steps", "", IsNumber: true),
                Cell(SampleMeasure.CompletionLengthRight), Cell(SampleMeasure.CompletionLengthWrong), Cell(SampleMeasure.Truncated),
            ]);
            ReportCell Cell(SampleMeasure measure) => ReportCell.Of(measure.Of(s), measure.PageStyle);
        }

        if (run.Facts.Learns) Add(LearningWords.OfImitation(run.Facts).Before, run, run.Start);
        Add(run.Learning.Before, run, run.Base);
        Add(run.Learning.After, run, run.Final);
        if (control is not null)
        {
            Add("control, " + control.Learning.Before, control, control.Base);
            Add("control, " + control.Learning.After, control, control.Final);
        }

        return new ReportTable("In numbers", ["", "n", "answer right", "every step right", "length, right", "length, wrong", "cut off"], rows,
            $"Held-out problems, {run.Recipe.Evaluation.Drawn}, with 95% intervals below; n is their number. Lengths are mean tokens of the whole completion, answer included and end token not, over right and over wrong answers.");
    }

    private static ReportTable Changes(IReadOnlyList<RunChange> changes) => new(
        "What changed", ["by", "n", "before", "after", "difference", "p", "would be found"],
        [
            .. changes.Select(c => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(c.By), ReportCell.Of((double)c.Accuracy.Difference.N), ReportCell.Of(c.Accuracy.From), ReportCell.Of(c.Accuracy.To), ReportCell.Of(c.Accuracy.Difference),
                new ReportCell(PText.Of(c.Accuracy.PValue), "", IsNumber: true), c.Detectable is { } least ? ReportCell.Of(least, NumberStyle.Percent) : new ReportCell("none", "", IsNumber: true),
            ]),
        ],
        "Right answers on the n held-out problems that both evaluations asked, paired by problem; p is that of no difference, by Student's t. What would be found: the least true difference that these problems show with a probability of 80% (two-sided level of 5%), by the spread of the differences; where at most three problems differ, as `deliberate eval plan` has it.");
}
