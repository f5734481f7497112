using Deliberate.Core;

namespace Deliberate.Evaluation.Tests;

public sealed class TransformedTaskTests
{
    [Fact]
    public async Task Any_task_can_be_asked_under_a_transform_and_counts_each_request_once()
    {
        var plain = await SuiteRun.Items(TransformControlTask.Task);
        var task = EvaluationTasks.Get("transform-control+base64");
        var items = await SuiteRun.Items(task);
        task.Name.ShouldBe("transform-control+base64");
        task.Published.ShouldBeEmpty();
        items.Select(i => i.Id).ShouldBe(plain.Select(i => i.Id + "+base64"));
        items.Select(i => i.Cluster).ShouldBe(plain.Select(i => i.Cluster));
        items.ShouldAllBe(i => i.Tags["transform"] == "base64");
        items.Zip(plain).ShouldAllBe(p => PromptTransforms.Get("base64").Recover(p.First.Messages) == p.Second.Messages[0].Content);
    }

    [Fact]
    public async Task A_random_transform_has_as_many_variants_as_are_asked_and_the_worst_is_measured()
    {
        var task = EvaluationTasks.Get("transform-control+noise");
        var context = new TaskContext { Limit = 2, Arguments = new Dictionary<string, string> { ["variants"] = "3" } };
        var items = await SuiteRun.Items(task, context);
        items.Select(i => i.Id).ShouldBe(["0+noise.0", "0+noise.1", "0+noise.2", "1+noise.0", "1+noise.1", "1+noise.2"]);
        items.Select(i => i.Messages[^1].Content).ShouldBeUnique();

        // Of item 0 one variant in three is answered, of item 1 all: 4 of 6 samples, and the worst variant of one request of two.
        var result = await SuiteRun.Of(task, (item, _) => item.Id.StartsWith('1') || item.Id.EndsWith(".2", StringComparison.Ordinal) ? item.Reference : "no idea", context, new RunSettings { Limit = 6 });
        result.Samples.Count(s => s.Outcome == Deliberate.Reasoning.SampleOutcome.Pass).ShouldBe(4);
        result.Value("accuracy_worst").ShouldBe(0.5);
        result.Get("accuracy_worst").Estimate.N.ShouldBe(2);
    }

    [Fact]
    public void A_transform_that_there_is_not_is_refused_before_anything_is_asked()
    {
        Should.Throw<UserError>(() => EvaluationTasks.Get("people+bsae64")).Message.ShouldContain("Did you mean \"base64\"?");
        Should.Throw<UserError>(() => EvaluationTasks.Get("poeple+base64")).Message.ShouldContain("Did you mean \"people\"?");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public async Task A_number_of_variants_that_is_none_is_refused(string variants)
    {
        var context = new TaskContext { Arguments = new Dictionary<string, string> { ["variants"] = variants } };
        (await Should.ThrowAsync<UserError>(() => SuiteRun.Items(EvaluationTasks.Get("transform-control+noise"), context))).Field.ShouldBe("variants");
    }
}
