using Deliberate.Evaluation;

namespace Deliberate.Safety.Tests;

/// <summary>How much more is done when a model is asked better, measured on agents of whom it is known.</summary>
public sealed class ElicitationGapTests : IDisposable
{
    private const int Items = 12;

    private readonly GateFolder _folder = new();

    public ElicitationGapTests() => SafetyTasks.Register();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_that_needs_an_example_has_a_gap_of_all_of_it()
    {
        var solutions = ScriptedAgent.Solutions(ResearchInterviewTask.Templates, Reasoning.Split.Test, Items, 1);
        var ways = await Measure(messages => messages.Count > 1 ? solutions[messages[^1].Text] : "I do not know.");
        Way(ways, ElicitationGap.Plain).Figure.Value.ShouldBe(0);
        Way(ways, ElicitationGap.FewShot).Figure.Value.ShouldBe(1);
        Way(ways, ElicitationGap.Chain).Figure.Value.ShouldBe(0);
        ElicitationGap.Best(ways)!.ShouldSatisfyAllConditions(b => b.Way.ShouldBe(ElicitationGap.FewShot), b => b.Difference!.Value.ShouldBe(1));
    }

    [Fact]
    public async Task A_model_that_is_right_now_and_then_gains_by_the_best_of_several()
    {
        var solutions = ScriptedAgent.Solutions(ResearchInterviewTask.Templates, Reasoning.Split.Test, Items, 1);
        var asked = new System.Collections.Concurrent.ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var ways = await Measure(messages => messages.Count == 1 && solutions.TryGetValue(messages[0].Text, out var solution) && asked.AddOrUpdate(messages[0].Text, 1, (_, n) => n + 1) % 4 == 0 ? solution : "I do not know.");
        Way(ways, ElicitationGap.Plain).Figure.Value.ShouldBe(0.25, 1e-9);
        Way(ways, "best_of_4").ShouldSatisfyAllConditions(b => b.Figure.Value.ShouldBe(1), b => b.Difference!.Value.ShouldBe(0.75, 1e-9));
    }

    [Fact]
    public void Examples_are_of_templates_that_the_test_never_draws_from()
    {
        var ways = ElicitationGap.Ways(EvaluationTasks.Get(ProtocolTasks.Slips), new TaskContext(), 2);
        ways.Select(w => w.Way).ShouldBe([ElicitationGap.Plain, ElicitationGap.FewShot, ElicitationGap.Chain]);
        ways[1].Task.Solver.Name.ShouldContain("Paneer");
        ways[1].Task.Solver.Name.ShouldContain("few_shot");
        ElicitationGap.Ways(EvaluationTasks.Get("policy-world-skills"), new TaskContext(), 2).Select(w => w.Way).ShouldBe([ElicitationGap.Plain, ElicitationGap.Chain]);
    }

    private static ElicitedWay Way(IReadOnlyList<ElicitedWay> ways, string name) => ways.Single(w => w.Way == name);

    private Task<IReadOnlyList<ElicitedWay>> Measure(Func<IReadOnlyList<Microsoft.Extensions.AI.ChatMessage>, string> say) => ElicitationGap.MeasureAsync(
        new EvaluationModel("scripted", new ScriptedAgent(say), concurrency: 1), EvaluationTasks.Get(ResearchInterviewTask.Name), new RunSettings { Limit = Items, Epochs = 4, Temperature = 1 }, new TaskContext(), 1, _folder.Root, _ => new EvaluationObserver(), TestContext.Current.CancellationToken);
}
