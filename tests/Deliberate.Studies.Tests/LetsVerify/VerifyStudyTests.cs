using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Studies.Tests;

public sealed class VerifyStudyTests
{
    [Fact]
    public void The_quick_study_goes_through_every_reward_model_and_says_that_it_is_no_result()
    {
        using var folder = new TemporaryFolder();
        var plan = new VerifyPlan([1], Quick: true);
        var root = folder.File("study");
        plan.Claim.Claim(root);
        new VerifyStudy(plan, root, "deliberate reproduce lets-verify --quick").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, VerifyStudy.ResultsFile)));
        results.RootElement.GetProperty("is_result").GetBoolean().ShouldBeFalse();
        results.RootElement.GetProperty("choices").GetArrayLength().ShouldBe(0);
        var page = File.ReadAllText(Path.Combine(root, RunReport.FileName));
        page.ShouldContain("Not a result");
        page.ShouldContain("data efficiency of active learning");
        // What active and uniform choice, and the three kinds of labels, are given is as much.
        var seed = new VerifyFolder(new StudyFolder(root), 1);
        foreach (var size in plan.Sizes)
        {
            string[] Solutions(RewardSource source) => [.. LabelFile.Read(seed.Labels(new RewardArm(source, size))).Select(l => l.Example.Prompt)];
            Solutions(RewardSource.Outcome).ShouldBe(Solutions(RewardSource.Process));
            Solutions(RewardSource.JudgedOutcome).ShouldBe(Solutions(RewardSource.Process));
            Solutions(RewardSource.Active).Length.ShouldBe(Solutions(RewardSource.Process).Length);
        }

        // Done is done: another process finds nothing to do, and one that was killed measures what is missing.
        var (kept, lost) = (seed.Scores("orm-60"), seed.Scores(VerifyFolder.Majority));
        var before = (Time: File.GetLastWriteTimeUtc(kept), Text: File.ReadAllText(lost));
        File.Delete(lost);
        File.Delete(Path.Combine(root, "seed-1", "scores", "done"));
        new VerifyStudy(plan, root, "again").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        File.GetLastWriteTimeUtc(kept).ShouldBe(before.Time);
        File.ReadAllText(lost).ShouldBe(before.Text);
        Should.Throw<UserError>(() => new VerifyPlan([1, 2], Quick: true).Claim.Claim(root)).Message.ShouldContain("other options");
    }

    [Fact]
    public void A_slope_is_that_of_the_line_of_best_fit_and_the_ratio_that_of_two()
    {
        // Ten problems, of which a doubling of labels solves one more; actively two more.
        var plan = new VerifyPlan([1], Quick: true);
        double[] Solved(int count) => [.. Enumerable.Range(0, 10).Select(i => i < count ? 1.0 : 0)];
        var scores = new Dictionary<(ulong, string), VerifyScores>();
        foreach (var (size, step) in plan.Sizes.Select((s, i) => (s, i)))
        {
            foreach (var (source, per) in new[] { (RewardSource.Process, 1), (RewardSource.Active, 2) })
                scores[(1, new RewardArm(source, size).Key)] = new VerifyScores(size, size, size, new ChoiceScores([plan.At], [Solved(3 + (per * step))], [Solved(0)]), null, []);
        }

        var rows = new VerifyRows(plan, scores);
        rows.Slope(RewardSource.Process).Value.ShouldBe(0.1, 1e-12);
        rows.Slope(RewardSource.Active).Value.ShouldBe(0.2, 1e-12);
        rows.SlopeRatio.Value.ShouldBe(2, 1e-12);
    }

    [Fact]
    public void What_is_chosen_among_equal_solutions_is_judged_once_and_counted_as_often_as_it_was_drawn()
    {
        var family = VerifyPlan.FamilyOf(other: false);
        var problem = family.Generate(Split.Test, VerifyPlan.Level, 1, 0);
        DrawnSolution Drawn(int attempt, bool isRight) => new(problem, attempt, [isRight ? "a" : "b"], isRight ? "yes" : "no", isRight, isRight);
        var pool = new VerifyPool([problem], [Drawn(0, true), Drawn(1, false), Drawn(2, false), Drawn(3, false)], 5);
        pool.Different.Count.ShouldBe(2);
        // The right one is one of four of which a fifth has no answer: the best of one is right in 1 of 5, of all 1.
        var best = pool.Best([0.9, 0.1, 0.1, 0.1], [1, 5]);
        best.At(1).ShouldBe([0.2]);
        best.At(5).ShouldBe([1.0]);
        pool.Majority([5], 1).At(5).ShouldBe([0.0]);
    }
}
