using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Studies.Tests;

public sealed class TransferStudyTests
{
    [Fact]
    public void The_quick_study_trains_every_model_goes_on_where_it_was_and_says_that_it_is_no_result()
    {
        using var folder = new TemporaryFolder();
        var plan = new TransferPlan([1], Quick: true);
        var root = folder.File("study");
        plan.Claim.Claim(root);
        new TransferStudy(plan, root, "deliberate reproduce transfer --quick").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, TransferStudy.ResultsFile)));
        results.RootElement.GetProperty("is_result").GetBoolean().ShouldBeFalse();
        results.RootElement.GetProperty("left_out").GetArrayLength().ShouldBe(0);
        foreach (var file in TransferStudy.Files.Where(f => f != TransferStudy.ResultsFile))
        {
            var text = File.ReadAllText(Path.Combine(root, file));
            text.ShouldContain("Not a result");
            text.ShouldNotContain("95%");
        }

        // Killed before the last model was measured: that one is measured again, to the same text, and no other.
        var study = new StudyFolder(root);
        var (kept, lost) = (TransferChapter.Scores(study, 1, "base"), TransferChapter.Scores(study, 1, plan.Arms[^1].Key));
        var before = (Time: File.GetLastWriteTimeUtc(kept), Text: File.ReadAllText(lost));
        File.Delete(lost);
        File.Delete(Path.Combine(root, "seed-1", "scores", "done"));
        new TransferStudy(plan, root, "again").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        File.GetLastWriteTimeUtc(kept).ShouldBe(before.Time);
        File.ReadAllText(lost).ShouldBe(before.Text);
        Should.Throw<UserError>(() => new TransferPlan([1, 2], Quick: true).Claim.Claim(root)).Message.ShouldContain("other options");
    }

    [Fact]
    public void Every_family_is_left_out_equally_often_and_no_model_learns_what_it_is_tested_on_as_left_out()
    {
        var plan = new TransferPlan([1], Quick: false);
        foreach (var count in plan.Counts)
            foreach (var family in plan.Families) plan.Arms.Count(a => a.Families.Count == count && !a.IsHeld && !a.Families.Contains(family.Name)).ShouldBe(plan.Families.Count - count);
        plan.Arms.Count(a => a.IsHeld).ShouldBe(plan.Families.Count);
        plan.Arms.ShouldAllBe(a => !a.Families.Contains(plan.Far.Name));
        plan.Arms.Select(a => a.Key).ShouldBeUnique();
        foreach (var arm in plan.Arms) plan.Recipe(arm, 1, "base").Family.Parts.Select(p => p.Name).ShouldBe(arm.Families);
    }

    [Fact]
    public void What_is_gained_is_told_on_families_that_were_left_out_and_only_where_every_seed_agrees()
    {
        // The base is right in 3 of 8, a model in 5 on what it was rewarded on; on what it left out in 4 in one seed, in 2 or 4 in the other.
        var plan = new TransferPlan([1, 2], Quick: false);
        TransferRows Rows(int inTheSecond) => new(plan, plan.Seeds.SelectMany(s => plan.Arms.Select(a => (Seed: s, Arm: a)).Append((Seed: s, Arm: new TransferArm(TransferChapter.Base, [], IsHeld: false)))).ToDictionary(
            k => (k.Seed, k.Arm.Key),
            k => (IReadOnlyDictionary<string, ChoiceScores>)plan.Tested.ToDictionary(f => f, f => Scores(k.Arm.Families.Count == 0 ? 3 : k.Arm.Families.Contains(f) ? 5 : k.Seed == 1 ? 4 : inTheSecond))));
        var agreed = Rows(4);
        agreed.LeftOut(1).Value.ShouldBe(0.5);
        agreed.Rewarded(1).Value.ShouldBe(0.625);
        agreed.Gain(1).Difference.Value.ShouldBe(0.125, 1e-12);
        agreed.Gain(1).Seeds.ShouldBe([0.125, 0.125]);
        agreed.Gain(4, "variables").Difference.N.ShouldBe(8);
        TransferReport.Docs("it", agreed).ShouldContain("left out: more right answers, +12.5");
        var apart = Rows(2);
        apart.Gain(1).Seeds.ShouldBe([0.125, -0.125]);
        TransferReport.Docs("it", apart).ShouldContain("left out: a difference, 0.0");

        static ChoiceScores Scores(int right) => new([1], [[.. Enumerable.Range(0, 8).Select(i => i < right ? 1.0 : 0)]], [[.. new double[8]]]);
    }
}
