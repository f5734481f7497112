using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

public sealed class FamilyTaskTests
{
    [Fact]
    public async Task Items_are_the_problems_that_a_run_holds_out()
    {
        var task = EvaluationTasks.Get("family:arithmetic@3");
        var items = await task.Items(new TaskContext { Seed = 7, Limit = 5 }, CancellationToken.None).ToListAsync();
        var family = FamilyRegistry.Get("arithmetic");
        var drawn = new ProblemSet(family, 3).Draw(Split.Test, 5, 7);
        items.Select(i => i.Messages.Single()).ShouldBe(drawn.Select(p => new ChatMessage("user", p.Prompt)));
        items.Select(i => i.ToProblem(task)).ShouldBe(drawn);
        items.Select(i => i.Place).ShouldBe([0, 1, 2, 3, 4]);
    }
}
