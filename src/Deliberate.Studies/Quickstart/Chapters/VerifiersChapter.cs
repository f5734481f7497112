using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Reward models of steps and of outcomes on comparisons, where half of all guesses are lucky, and what choosing by them comes to on held-out
/// problems beside the majority. The policy imitates writers good and bad; the reader, with which both reward models begin, careful ones alone: what
/// cannot do a step cannot judge it. The reader tells right steps without a label, too. The models are those of <c>reproduce lets-verify</c>.
/// </summary>
internal sealed class VerifiersChapter : Chapter<QuickstartPlan>
{
    private const string Folder = "verifiers", ScoresFile = "verifiers/scores.json";

    /// <summary>At the usual minutes: problems to label four solutions of each, held-out ones, and solutions of each of these.</summary>
    private const int UsualLabelled = 1500, UsualProblems = 300, UsualPool = 64, Samples = 4;

    /// <summary>Of the reader, three fifths of the study's.</summary>
    private const int ReaderTokens = 1_500_000;

    private const double UsualSeconds = 20;

    private static readonly (string Name, string Title)[] Choices = [("prm", "PRM"), ("orm", "ORM"), ("majority", "majority"), ("vote", "vote weighted by the PRM"), ("free", "the reader, without labels")];

    public override string Name => "verifiers";

    public override string About => "reward models of steps and of outcomes, and best of N by them";

    public override IReadOnlyList<string> Outputs => [ScoresFile];

    public override double Seconds(QuickstartPlan plan) => UsualSeconds * Math.Min(1, plan.Scale);

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var (plan, seed) = (work.Plan, work.Plan.Seed);
        var models = new VerifyPlan([seed], Quick: plan.Scale < 0.25);
        var family = VerifyPlan.FamilyOf(other: false);
        int Scaled(int usual, int least) => (int)Math.Clamp(Math.Ceiling(usual * plan.Scale), least, usual);
        if (!Train("policy", () => models.Policy(seed)) || !Train("reader", () => models.Reader(seed, ReaderTokens))) return RunOutcome.Interrupted;
        using var device = Device.Cpu(work.Threads);
        var labels = work.Folder.Path($"{Folder}/labels.jsonl");
        if (!File.Exists(labels))
        {
            var drawn = Draw([.. Enumerable.Range(0, Scaled(UsualLabelled, 8)).Select(i => family.Generate(Split.Train, VerifyPlan.Level, seed, i))], Samples);
            AtomicFile.Write(labels, stream =>
            {
                foreach (var solution in drawn) Prm800kFile.Write(stream, StepLabellers.Exact(family, solution));
            });
        }

        var reader = RunOf("reader").Checkpoint(RunFolder.Final);
        var labelled = Samples * Scaled(UsualLabelled, 8);
        if (!Train("prm", () => models.Reward(new RewardArm(RewardSource.LargeProcess, labelled), seed, reader, labels))) return RunOutcome.Interrupted;
        if (!Train("orm", () => models.Reward(new RewardArm(RewardSource.LargeOutcome, labelled), seed, reader, labels))) return RunOutcome.Interrupted;

        var problems = HeldOutProblems.Draw(family, [VerifyPlan.Level], Scaled(UsualProblems, 8), 1);
        var samples = Scaled(UsualPool, 8);
        var pool = new VerifyPool(problems, Draw(problems, samples), samples);
        int[] ladder = [.. new[] { 1, 4, 16, samples }.Where(n => n <= samples).Distinct()];
        var scores = new Dictionary<string, ChoiceScores> { ["majority"] = pool.Majority(ladder, seed) };
        foreach (var kind in new[] { "prm", "orm" })
        {
            using var judge = RewardModelJudge.Open(RunOf(kind).Checkpoint(RunFolder.Final), device);
            var judged = pool.Judge(judge, cancellation).Scores;
            scores[kind] = pool.Best(judged, ladder);
            if (kind == "prm") scores["vote"] = pool.Weighted(judged, ladder, seed);
        }

        using var free = LabelFreeJudge.Open(reader, device);
        scores["free"] = pool.Best(pool.Judge(free, cancellation).Scores, ladder);
        AtomicFile.WriteJson(work.Folder.Path(ScoresFile), scores, System.Text.Json.JsonSerializerOptions.Default);
        return RunOutcome.Completed;

        RunFolder RunOf(string name) => new(work.Folder.Path($"{Folder}/{name}"));

        bool Train(string name, Func<TrainRecipe> recipe)
        {
            var run = RunOf(name);
            if (Directory.Exists(run.Checkpoint(RunFolder.Final))) return true;
            var observer = work.Observer.Run($"{Folder}, {name}");
            using var training = File.Exists(run.Recipe) ? TrainingRun.Resume(run.Root, work.Threads, observer) : TrainingRun.Start(recipe(), run.Root, work.Threads, observer);
            return training.Execute(cancellation) == RunOutcome.Completed;
        }

        List<DrawnSolution> Draw(IReadOnlyList<Problem> asked, int each) =>
            new PolicySamples(device, seed, VerifyPlan.MaxTokens).Draw(RunOf("policy").Checkpoint(RunFolder.Final), family, VerifyPlan.Level, asked, each, cancellation);
    }

    public override IEnumerable<string> Findings(ChapterWork<QuickstartPlan> work)
    {
        var scores = ScoresOf(work);
        var most = scores["prm"].Ns[^1];
        yield return string.Create(CultureInfo.InvariantCulture, $"Right answers, one chosen of {most}: {string.Join(", ", Choices.Select(c => $"{c.Title} {EstimateWords.Share(Share(scores[c.Name].At(most)))}"))}.");
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<QuickstartPlan> work)
    {
        var scores = ScoresOf(work);
        var (ns, most) = (scores["prm"].Ns, scores["prm"].Ns[^1]);
        yield return new ReportChapter("Who can tell a right solution?")
        {
            Prose =
            [
                "A small policy that imitated writers good and bad compares sums and products modulo 10 with a number: half of all guesses are lucky. It draws many solutions of each held-out problem, and one is chosen: the one that a reward model of steps (PRM) or of outcomes (ORM) scores highest, or any with the most frequent answer. Both learned from other solutions of the same policy; the exact rules labelled them, step by step for the PRM, by the final answer for the ORM.",
                "Both are a head on a reader that imitated careful writers alone, told what the reader knows of a text and how much it is surprised by it. The reader can also judge without having learned a single label: by how much a step surprises it.",
                .. Choices.Where(c => c.Name != "majority").Select(c => Against(c.Name, c.Title)),
            ],
            Tables =
            [
                Table("Right answers", c => n => Share(scores[c].At(n)), Choices),
                Table("Every step of the chosen solution right", c => n => Share(scores[c].StepsAt(n)), [.. Choices.Where(c => scores[c.Name].StepsRight.Length > 0)]),
            ],
        };

        // By the interval of the paired difference, whichever way it comes out.
        string Against(string name, string title)
        {
            var difference = DifferenceMetric.Of(Values(scores["majority"].At(most)), Values(scores[name].At(most)), MeasureKind.Share);
            var found = DifferenceWords.Of(difference, "more right answers than the majority", "fewer right answers than the majority", "not told apart from the majority");
            return string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(title[0])}{title[1..]}, of {most} solutions: {found}, {SignedPoints.Of(difference.Value)} percentage points (95% interval {SignedPoints.Of(difference.Low)} to {SignedPoints.Of(difference.High)}, {difference.Method.Words()}).");
        }

        ReportTable Table(string title, Func<string, Func<int, Estimate>> value, IReadOnlyList<(string Name, string Title)> rows) => new(
            title, ["chosen by", .. ns.Select(n => string.Create(CultureInfo.InvariantCulture, $"N = {n}"))],
            [.. rows.Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Of(r.Title), .. ns.Select(n => ReportCell.Of(value(r.Name)(n)))])],
            string.Create(CultureInfo.InvariantCulture, $"n = {scores["prm"].Right[0].Length} held-out problems; expected over all ways to draw as many of the pool, exactly. A vote chooses an answer and no solution. The longer experiment: deliberate reproduce lets-verify."));
    }

    private static Estimate Share(double[] values) => ShareMetric.Of(Values(values));

    private static ItemValues<int> Values(double[] values) => ItemValues.Of(Enumerable.Range(0, values.Length), i => i, i => values[i]);

    private static Dictionary<string, ChoiceScores> ScoresOf(ChapterWork<QuickstartPlan> work) =>
        System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, ChoiceScores>>(Utf8Text.Read(work.Folder.Path(ScoresFile)).Span)!;
}
