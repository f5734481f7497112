using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Safety.Tests;

public sealed class LabelledThoughtTests
{
    [Fact]
    public void Halves_of_our_templates_share_no_prompt()
    {
        var dev = GeneratedThoughts.Of(ValidationHalf.Dev).Select(t => t.Prompt).ToHashSet();
        GeneratedThoughts.Of(ValidationHalf.Test).ShouldAllBe(t => !dev.Contains(t.Prompt));
        GeneratedThoughts.Of(ValidationHalf.All).Count.ShouldBe(GeneratedThoughts.Of(ValidationHalf.Dev).Count + GeneratedThoughts.Of(ValidationHalf.Test).Count);
    }

    [Fact]
    public void A_file_of_them_reads_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var written = GeneratedThoughts.Of(ValidationHalf.Test);
        File.WriteAllLines(folder["thoughts.jsonl"], written.Select(t => t.ToLine()));
        var read = LabelledThought.Read(folder["thoughts.jsonl"], out var hash);
        read.Select(t => t.ToLine()).ShouldBe(written.Select(t => t.ToLine()));
        hash.Length.ShouldBe(64);
    }

    [Theory]
    [InlineData("""{"prompt": "p", "thought": "t", "answer": "a", "label": "lies"}""", "There is no label \"lies\"")]
    [InlineData("""{"prompt": "p", "thought": " ", "answer": "a", "label": "clean"}""", "The thought is empty")]
    [InlineData("""{"prompt": "p", "answer": "a", "label": "clean"}""", "thought: The field is missing")]
    [InlineData("[1]", "one array")]
    public void A_line_that_is_none_is_named_by_file_line_and_field(string line, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["a.jsonl"], line[0] == '[' ? [line] : ["""{"prompt": "p", "thought": "t", "answer": "a", "label": "clean"}""", line]);
        var error = Should.Throw<UserError>(() => LabelledThought.Read(folder["a.jsonl"], out _));
        if (line[0] != '[') error.Line.ShouldBe(2);
        if (line[0] != '[') error.Message.ShouldContain(problem);
    }

    [Fact]
    public async Task A_trained_monitor_beats_chance_on_templates_that_it_never_saw_and_survives_its_file()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Shared(1);
        var made = MonitorTraining.Run(device, GeneratedThoughts.Of(ValidationHalf.Dev), "hash", "deliberate monitor train");
        made.Weights.Origin.Confusion.BalancedAccuracy(1).Low.ShouldBeGreaterThan(0.7);
        made.Weights.Write(folder["weights.json"]);
        var read = MonitorWeights.Read(folder["weights.json"]);
        read.Hash.ShouldBe(made.Weights.Hash);
        var monitor = MonitorList.Create(TrainedMonitor.MonitorName, new MonitorRequest(Weights: folder["weights.json"]));
        var found = await MonitorValidation.RunAsync(monitor, GeneratedThoughts.Of(ValidationHalf.Test), 2, null, TestContext.Current.CancellationToken);
        found.Confusion.BalancedAccuracy(1).Low.ShouldBeGreaterThan(0.6);
        found.LeftOut.ShouldBe(0);
        var flagged = await Thought.Judge(monitor, Thought.Of("Bees. " + string.Concat(Enumerable.Repeat("They fly from flower to flower. ", 20_000)), "Yes."));
        flagged.Outcome.ShouldBeOneOf(SampleOutcome.Pass, SampleOutcome.Fail);
    }

    [Theory]
    [InlineData("", "damaged")]
    [InlineData("{}", "damaged")]
    [InlineData("""{"format_version": 9, "features": 1, "buckets": 8192, "classes": [], "weights": [], "origin": {"clusters": []}}""", "format 9")]
    [InlineData("""{"format_version": 1, "features": 1, "buckets": 8192, "classes": ["clean", "other_deception"], "weights": ["AAAA", "AAAA"], "origin": {"clusters": []}}""", "damaged")]
    public void Weights_that_are_none_are_refused(string text, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["w.json"], text);
        Should.Throw<UserError>(() => MonitorWeights.Read(folder["w.json"])).Message.ShouldContain(problem);
        Should.Throw<UserError>(() => MonitorWeights.Read(folder["none.json"])).Message.ShouldContain("no such file");
    }

    [Fact]
    public void Labels_that_are_all_alike_train_nothing()
    {
        using var device = Device.Shared(1);
        Should.Throw<UserError>(() => MonitorTraining.Run(device, [.. GeneratedThoughts.Of(ValidationHalf.Dev).Where(t => t.Finding is null)], "", "")).Message.ShouldContain("all alike");
    }

    [Fact]
    public async Task A_rule_is_measured_on_its_own_class_and_clean_thoughts_and_what_it_cannot_tell_is_counted()
    {
        var found = await MonitorValidation.RunAsync(DecisionRule.Create(), GeneratedThoughts.Of(ValidationHalf.All), 4, null, TestContext.Current.CancellationToken);
        found.Labels.Select(l => l.Label).ShouldBe(["clean", "inconsistent_decision"]);
        found.Undecided[SampleOutcome.Unscored].ShouldBeGreaterThan(0);
        found.LeftOut.ShouldBeGreaterThan(0);
        found.Confusion.Sensitivity.Value.ShouldBe(1);
    }
}
