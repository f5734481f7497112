using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The chapter that trains reward models on what the arithmetic chapter's policy draws, with a real, tiny run.</summary>
public sealed class VerifiersChapterTests : IDisposable
{
    private static readonly string[] Tiny =
    [
        "model.hidden=16", "model.layers=1", "model.heads=2", "model.intermediate=16", "model.context=160", "supervised.tokens=20000", "supervised.batch_tokens=500", "reinforcement.steps=1", "reinforcement.prompts=2", "reinforcement.samples=2",
        "reinforcement.max_tokens=24", "evaluation.problems=4", "evaluation.quick_problems=4", "evaluation.vote_problems=0", "evaluation.max_tokens=60", "evaluation.budgets=[12,24]", "evaluation.every=1", "micro_batch_tokens=512",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reward_models_choose_among_the_policys_solutions_and_the_page_says_what_came_of_it()
    {
        var root = _folder.File("q");
        var study = QuickstartStudy.Open(QuickstartPlanTests.Plan(1, Tiny), root, "verifiers");
        study.Execute(1).ShouldBe(RunOutcome.Completed);
        study.Runs.Select(r => Path.GetFileName(r)).ShouldBe(["arithmetic"]);
        var page = File.ReadAllText(study.Report);
        page.ShouldContain("Who can tell a right solution?");
        page.ShouldContain("the policy after RL, without labels");
        foreach (var kind in new[] { "prm", "orm" })
            File.Exists(Path.Combine(root, "verifiers", kind, "checkpoints", "final", "reward_model.json")).ShouldBeTrue();
    }
}
