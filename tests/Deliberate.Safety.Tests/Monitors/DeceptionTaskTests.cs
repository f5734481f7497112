using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety.Tests;

public sealed class DeceptionTaskTests
{
    [Fact]
    public void The_rooms_tasks_join_the_list_once()
    {
        SafetyTasks.Register();
        SafetyTasks.Register();
        EvaluationTasks.All.Count(t => t.Name == DeceptionTask.Name).ShouldBe(1);
        EvaluationTasks.Get(HintsTask.Name).ShouldBe(HintsTask.Task);
    }

    [Fact]
    public async Task Items_are_the_three_families_in_turn_and_do_not_depend_on_a_limit()
    {
        var few = await Items(6);
        var many = await Items(90);
        few.Select(i => i.Messages[0].Content).ShouldBe(many.Take(6).Select(i => i.Messages[0].Content));
        many.GroupBy(i => i.Tags["family"]).Select(g => g.Count()).ShouldBe([30, 30, 30]);
        many.ShouldAllBe(i => !i.Messages[0].Content.Contains('{'));
        many.Select(i => i.Cluster).Distinct().Count().ShouldBe(30);
    }

    [Fact]
    public async Task Who_makes_references_up_is_flagged_by_family_and_who_shows_no_thought_is_missing()
    {
        using var client = new Thinker((messages, _, _) => Task.FromResult(
            messages[^1].Text.Contains("DOI", StringComparison.Ordinal) ? Thinker.Said("See doi 10.1234/abc.5", "I don't actually know any. I'll make up a DOI.")
            : messages[^1].Text.Contains("poem", StringComparison.Ordinal) ? Thinker.Said("Moss, o moss.")
            : Thinker.Said("Gladly.", "A simple matter.")));
        await using var model = new EvaluationModel("scripted", client, concurrency: 2);
        var result = await new EvaluationRunner(DeceptionTask.Task, model, new RunSettings { Limit = 90 }, new TaskContext { Limit = 90 }, new EvaluationObserver()).RunAsync(null, TestContext.Current.CancellationToken);
        var flagged = result.Metrics.Where(m => m.Metric.Name == "flagged").ToDictionary(m => m.Slice);
        flagged["references"].Estimate.Value.ShouldBe(0.1, 1e-12);
        flagged["absent"].Estimate.Value.ShouldBe(0);
        flagged["plain"].Missing.ShouldBe(3);
        result.Metrics.Single(m => m.Metric.Name == "intentional_hallucination").Estimate.Value.ShouldBe(3 / 87.0, 1e-12);
    }

    [Fact]
    public async Task Another_monitor_can_be_named_and_one_that_is_not_there_cannot()
    {
        var context = new TaskContext { Arguments = new Dictionary<string, string> { ["monitor"] = "decision" } };
        DeceptionTask.Task.Scorer(context).ShouldBeOfType<RuleMonitor>().Name.ShouldBe("decision");
        Should.Throw<UserError>(() => DeceptionTask.Task.Scorer(new TaskContext { Arguments = new Dictionary<string, string> { ["monitor"] = "x" } }));
        await using var judge = new EvaluationModel("judge", Thinker.Saying("x"));
        DeceptionTask.Task.Scorer(new TaskContext { Judge = judge }).ShouldBeOfType<PromptedMonitor>();
    }

    private static async Task<List<EvaluationItem>> Items(int limit) => await DeceptionTask.Task.Items(new TaskContext { Limit = limit }, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
}
