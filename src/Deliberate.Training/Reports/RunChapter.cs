using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The chapter of one run: how it was trained, then figures, a table and transcripts of what it learned.</summary>
internal static class RunChapter
{
    public static ReportChapter Build(RunEvidence run, RunEvidence? control) => new(RunWords.Name(run))
    {
        Prose = [run.Recipe.Problems is { } own ? OwnDataReport.Description(own) : run.Recipe.Family.Instance.Description, OwnDataReport.Corpus(run.Recipe.Supervised) ?? Corpus(run), .. ExpertRoundsReport.Prose(run), Reinforcement(run), .. CurriculumReport.Prose(run), .. OwnDataReport.Outcomes(run), .. Control(run, control), .. Best(run)],
        Figures = [.. Figures(run, control)],
        Tables = [.. Tables(run, control)],
        TranscriptsNote = TranscriptChoice.Note,
        Transcripts = run is { Base: { } before, Final: { } after } && (run.Thinks || run.IsOwn) ? TranscriptChoice.Choose(before, after, run.Learning) : [],
    };

    private static IEnumerable<ReportTable> Tables(RunEvidence run, RunEvidence? control)
    {
        if (ExpertRoundsReport.Table(run) is { } rounds) yield return rounds;
        if (run.Evaluations.Count > 0) yield return Table(run, control);
    }

    private static IEnumerable<ReportFigure> Figures(RunEvidence run, RunEvidence? control)
    {
        foreach (var curriculum in CurriculumReport.Figures(run)) yield return curriculum;
        if (ExpertRoundsReport.Figure(run) is { } rounds) yield return rounds;
        if (run.Evaluations.Count > 1) yield return RunFigures.Learning(run, control);
        if (run is not { Base: { } before, Final: { } after }) yield break;
        yield return RunFigures.Comparison(run, control);
        if (!run.Thinks) yield break;
        yield return RunFigures.Budgets(run, run.First(before), run.First(after));
        if (RunFigures.Votes(run, before, after) is { } votes) yield return votes;
        yield return RunFigures.Lengths(run, run.First(before), run.First(after));
    }

    private static string Corpus(RunEvidence run)
    {
        var (family, supervised) = (run.Recipe.Family, run.Recipe.Supervised);
        var split = "Test problems occur neither in it nor in what the model practises on: a hash of the problem decides the split.";
        if (supervised.Steps == 0) return "This run had no supervised stage of its own: it goes on from a checkpoint.";
        return string.Create(CultureInfo.InvariantCulture, $"The base imitated {supervised.Tokens:N0} tokens of a made-up corpus that stands for a pretraining corpus: ")
            + (family.IsMixed ? string.Join(" ", family.Parts.Select(p => $"{p.Name}: {Writers(p.Part.Writers, "writers")}.")) : $"{Writers(family.Writers, "its writers")}.") + $" {split}";
    }

    private static string Writers(CorpusMixture m, string who) =>
        $"{RunWords.Percent(m.Careful)} of {who} are careful, {RunWords.Percent(m.SlipProne)} slip, {RunWords.Percent(m.SystematicallyWrong)} hold a misconception and apply it every time, {RunWords.Percent(m.GivesUpEarly)} give up early";

    private static string Reinforcement(RunEvidence run)
    {
        var rl = run.Recipe.Reinforcement;
        if (rl.Steps == 0) return "There was no reinforcement learning.";
        var reward = rl.Rewards.AllStepsRight > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{rl.Rewards.Correct:0.##} for a right answer and {rl.Rewards.AllStepsRight:0.##} more where the checker found every step right")
            : string.Create(CultureInfo.InvariantCulture, $"{rl.Rewards.Correct:0.##} for a right answer, nothing for steps");
        return string.Create(CultureInfo.InvariantCulture, $"Then {rl.Steps} steps of reinforcement learning (`{rl.Objective}`) on {rl.Prompts} fresh problems x {rl.Samples} samples each, at temperature {rl.Temperature:0.##}. ")
            + $"The reward is {reward}; {LengthRule(run)}.";
    }

    /// <summary>What the reward says about length.</summary>
    public static string LengthRule(RunEvidence run) => run.Recipe.Reinforcement.Overlong.Cache == 0
        ? "nothing rewards or punishes length, up to the token budget"
        : string.Create(CultureInfo.InvariantCulture, $"the last {run.Recipe.Reinforcement.Overlong.Cache} tokens before the budget are punished, and nothing rewards length");

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

        Add(run.Learning.Before, run, run.Base);
        Add(run.Learning.After, run, run.Final);
        if (control is not null)
        {
            Add("control, " + control.Learning.Before, control, control.Base);
            Add("control, " + control.Learning.After, control, control.Final);
        }

        return new ReportTable("In numbers", ["", "n", "answer right", "every step right", "length, right", "length, wrong", "cut off"], rows,
            "Held-out problems at temperature 1, with 95% intervals below; n is their number. Lengths are mean tokens of the whole completion, answer included and end token not, over right and over wrong answers.");
    }
}
