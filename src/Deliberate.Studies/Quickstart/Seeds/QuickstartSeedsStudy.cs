using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce quickstart</c>: which of the figures that the quickstart's page shows are the recipes', and which are its seed's. Its trained chapters
/// over several seeds, the gain of each with an interval over seeds.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class QuickstartSeedsStudy(QuickstartSeedsPlan plan, string root, string command) : SeededStudy(root)
{
    public const string Name = "quickstart", Block = "reproduce quickstart";

    public override StudyClaim Claim => plan.Claim;

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default) =>
        Execute(plan, [.. plan.Seeds.Select(seed => new QuickstartSeedChapter(seed))], Write, threads, observer, cancellation);

    public override StudyFindings Findings()
    {
        var gains = Gains(plan.Seeds);
        return new StudyFindings(Docs(plan.Seeds, gains), [Table(gains)], (report, results) => new { IsResult = !plan.Quick, Report = report, Results = results, Gains = plan.Quick ? [] : gains })
        {
            QuickOutcome = QuickOutcome(plan.Seeds),
        };
    }

    private QuickstartGain[] Gains(IReadOnlyList<ulong> seeds) => [.. QuickstartSeedsPlan.Trained.Select(chapter => QuickstartGain.Read(Folder, chapter.Name, seeds))];

    private static string QuickOutcome(IReadOnlyList<ulong> seeds) => ExperimentFindings.QuickOutcome(seeds.Count * QuickstartSeedsPlan.Trained.Count);

    private void Write(StudyProgress<QuickstartSeedsPlan> progress)
    {
        ulong[] done = [.. progress.Done.Cast<QuickstartSeedChapter>().Select(c => c.Seed)];
        if (done.Length == 0) return;
        var gains = Gains(done);
        WritePage(new ReportModel
        {
            Title = $"{(plan.Quick ? "Not a result: " : "")}The quickstart over seeds",
            Lead = plan.Quick ? [ExperimentFindings.QuickWarning, QuickOutcome(done)] : [Design],
            Shows = plan.Quick ? [] : [.. gains.Where(g => g.IsShown).Select(g => g.Sentence)],
            DoesNotShow = plan.Quick ? [] : [.. gains.Where(g => !g.IsShown).Select(g => g.Sentence)],
            Chapters = plan.Quick ? [] : [new ReportChapter("What reinforcement learning gains") { Tables = [Table(gains)] }],
            ToCome = [.. progress.ToCome],
            Provenance = new Provenance(command, done, [("Deliberate", RunInfo.ProgramVersion)]),
        });
        WriteTable(Docs(done, gains));
        WriteResults(new { FormatVersion = 1, IsResult = !plan.Quick, Command = command, DeliberateVersion = RunInfo.ProgramVersion, Seeds = done, Gains = plan.Quick ? [] : gains });
    }

    private string Docs(IReadOnlyList<ulong> seeds, IReadOnlyList<QuickstartGain> gains)
    {
        if (plan.Quick) return string.Join('\n', ["", $"**{ExperimentFindings.QuickWarning}** {QuickOutcome(seeds)}", ""]);
        var table = Table(gains);
        return string.Join('\n', ["", $"`{command}`, seeds {string.Join(", ", seeds)}. {Design}", "", $"**{table.Title}**", "", ExperimentTables.Markdown(table), table.Note, "", .. gains.Select(g => $"- {g.Sentence}"), ""]);
    }

    private const string Design = "The quickstart's recipes as they are, a seed a whole quickstart of its trained chapters: the seed decides weights, corpus, problems to learn from and samples.";

    private static ReportTable Table(IReadOnlyList<QuickstartGain> gains) => new(
        "Right answers before and after reinforcement learning, over seeds", ["run", "before, by seed", "after, by seed", "gain, mean over seeds"],
        [.. gains.Select(g => (IReadOnlyList<ReportCell>)[ReportCell.Of(g.Run), ReportCell.Of(Shares(g.Before)), ReportCell.Of(Shares(g.After)), new ReportCell(NumberText.Value(g.Mean, NumberStyle.Share), g.Low is { } low && g.High is { } high ? NumberText.Range(low, high, NumberStyle.Share) : "", IsNumber: true)])],
        "Held-out problems, one sample each at temperature 1. Behind a gain: Student's 95% interval of the seeds' gains, which no number of problems makes narrower; none of one seed.");

    private static string Shares(IReadOnlyList<double> values) => string.Join(", ", values.Select(v => v.ToString(".000", CultureInfo.InvariantCulture)));
}
