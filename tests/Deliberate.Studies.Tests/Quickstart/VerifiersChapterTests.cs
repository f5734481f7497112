using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The chapter that trains reward models on comparisons, with real, tiny runs.</summary>
public sealed class VerifiersChapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reward_models_choose_among_the_policys_solutions_and_the_page_says_what_came_of_it()
    {
        var root = _folder.File("q");
        var study = QuickstartStudy.Open(QuickstartPlanTests.Plan(1, []), root, "verifiers");
        study.Execute(1).ShouldBe(RunOutcome.Completed);
        study.Runs.ShouldBeEmpty();
        var page = File.ReadAllText(study.Report);
        page.ShouldContain("Who can tell a right solution?");
        page.ShouldContain("the reader, without labels");
        page.ShouldContain("Vote weighted by the PRM, of 8 solutions: ");
        foreach (var kind in new[] { "prm", "orm" })
            File.Exists(Path.Combine(root, "verifiers", kind, "checkpoints", "final", "reward_model.json")).ShouldBeTrue();
    }
}
