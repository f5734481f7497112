using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

public sealed class QuickstartSeedsStudyTests
{
    [Fact]
    public void The_quick_study_trains_every_chapter_of_a_seed_goes_on_where_it_was_and_says_that_it_is_no_result()
    {
        using var folder = new TemporaryFolder();
        var root = folder.File("study");
        var plan = new QuickstartSeedsPlan([3], Quick: true, QuickstartPlanTests.Plan(1, []).Text);
        plan.Claim.Claim(root);
        new QuickstartSeedsStudy(plan, root, "it").Execute(threads: 2, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        foreach (var file in SeededStudy.Files.Where(f => f != SeededStudy.ResultsFile)) File.ReadAllText(Path.Combine(root, file)).ShouldContain("Not a result");

        // Killed before the seed was written down: nothing is trained again.
        var final = new RunFolder(Path.Combine(root, "seed-3", "countdown")).Evaluation(RunFolder.Final);
        var before = File.GetLastWriteTimeUtc(final);
        File.Delete(Path.Combine(root, StudyFolder.ChaptersFolder, "seed-3.json"));
        new QuickstartSeedsStudy(plan, root, "it").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        File.GetLastWriteTimeUtc(final).ShouldBe(before);
        Should.Throw<UserError>(() => (plan with { Seeds = [3, 4] }).Claim.Claim(root)).Message.ShouldContain("other options");
    }

    [Fact]
    public void A_gain_is_shown_where_its_interval_over_seeds_is_above_0_and_is_the_recipes_where_every_seed_is_near_the_mean()
    {
        var steady = new QuickstartGain("it", [0.2, 0.3, 0.25], [0.6, 0.72, 0.63]);
        steady.Mean.ShouldBe(0.4, 1e-12);
        steady.IsShown.ShouldBeTrue();
        steady.Sentence.ShouldContain("the recipe's");
        var lucky = new QuickstartGain("it", [0.2, 0.3, 0.25], [0.3, 0.9, 0.25]);
        lucky.IsShown.ShouldBeFalse();
        lucky.Sentence.ShouldContain("its seed's");
        new QuickstartGain("it", [0.2], [0.6]).IsShown.ShouldBeFalse();
    }
}
