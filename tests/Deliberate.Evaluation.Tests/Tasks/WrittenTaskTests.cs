using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Tasks that are written in YAML.</summary>
public sealed class WrittenTaskTests : IDisposable
{
    private const string Capitals = """
        name: capitals
        title: Capitals
        data:
          file: capitals.jsonl
          fields: { prompt: question, answer: capital }
          tags: [continent]
        solvers:
          - kind: system
            text: One word.
          - kind: template
            text: "Q: {prompt} {x}\nA:"
        scorers:
          - kind: includes
          - kind: pattern
            name: short
            pattern: ^\w+$
        metrics: [accuracy, short, pass@2]
        slice_by: continent
        epochs: 2
        temperature: 1
        thresholds: ["accuracy >= 0.3"]
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private EvaluationTask Task(string text)
    {
        File.WriteAllText(_folder["task.yaml"], text);
        return EvaluationTasks.Get(_folder["task.yaml"]);
    }

    [Fact]
    public async Task Data_solvers_scorers_metrics_and_slices_are_as_the_file_says()
    {
        File.WriteAllLines(_folder["capitals.jsonl"], ["""{"question":"{prompt} of France?","capital":"Paris","continent":"Europe"}""", """{"id":"jp","question":"Of Japan?","capital":"Tokyo","continent":"Asia"}"""]);
        var client = new ScriptedClient(_ => ScriptedClient.Said("Paris"));
        var recorder = new Recorder();
        var result = await SmallTask.Run(Task(Capitals), client, observer: recorder);
        client.Asked.Select(a => a.Question).Distinct().Order(StringComparer.Ordinal).ShouldBe(["Q: Of Japan? {x}\nA:", "Q: {prompt} of France? {x}\nA:"]);
        recorder.Samples.ShouldAllBe(s => s.Sample.Messages[0].Role == "system" && s.Sample.Messages[0].Content == "One word.");
        recorder.Samples.Select(s => s.Sample.Id).Order(StringComparer.Ordinal).ShouldBe(["capitals@1/1/0", "capitals@1/1/1", "capitals@1/jp/0", "capitals@1/jp/1"]);
        result.Metrics.Select(m => (m.Metric.Name, m.Slice, m.Estimate.Value)).ShouldBe(
        [
            ("accuracy", "", 0.5), ("accuracy", "Asia", 0), ("accuracy", "Europe", 1), ("short", "", 1), ("short", "Asia", 1), ("short", "Europe", 1), ("pass@2", "", 0.5), ("pass@2", "Asia", 0), ("pass@2", "Europe", 1),
        ]);
        result.Task.Requirements.ShouldBe(["capitals.accuracy >= 0.3"]);
        Should.Throw<RequirementNotMetException>(() => result.Require("accuracy >= 0.3")).Message.ShouldContain("inconclusive");
    }

    [Fact]
    public async Task Turns_examples_choices_votes_and_tools_lead_to_the_answer()
    {
        var text = """
            name: many
            items:
              - { id: a, prompt: "2+2?", answer: B, choices: ["3", "4"] }
            solvers:
              - kind: few_shot
                examples: [{ prompt: "1+1?", answer: "ANSWER: A" }, { prompt: "2+2?", answer: "ANSWER: B" }]
              - kind: multiple_choice
              - kind: self_consistency
                samples: 3
            scorers: [{ kind: choice }]
            answers: marked
            """;
        var said = new Queue<string>(["ANSWER: A", "ANSWER: B", "so ANSWER: B"]);
        var client = new ScriptedClient(_ => ScriptedClient.Said(said.Dequeue()));
        var recorder = new Recorder();
        await SmallTask.Run(Task(text), client, observer: recorder);
        var sample = recorder.Samples.Single();
        sample.Verdict.Outcome.ShouldBe(SampleOutcome.Pass);
        sample.Sample.Completion.ShouldBe("ANSWER: B");
        sample.Usage.Calls.ShouldBe(3);
        sample.Sample.Messages.Select(m => m.Role).ShouldBe(["user", "assistant", "user"], "the example that is the question itself is left out");
        sample.Sample.Messages[^1].Content.ShouldContain("A) 3\nB) 4");
        client.Asked.Select(a => a.Options.Seed).ShouldBeUnique();
    }

    [Fact]
    public async Task A_tool_is_called_and_its_word_goes_back()
    {
        var asked = 0;
        var client = new ScriptedClient(question =>
        {
            if (asked++ > 0) return ScriptedClient.Said($"it said {question}");
            var call = ScriptedClient.Said("", finish: "tool_calls");
            call.Messages[0].Contents.Add(new Microsoft.Extensions.AI.FunctionCallContent("c1", "double", new Dictionary<string, object?> { ["n"] = 21 }));
            call.Messages[0].Contents.Add(new Microsoft.Extensions.AI.FunctionCallContent("c2", "none", new Dictionary<string, object?>()));
            return call;
        });
        var tool = new EvaluationTool("double", "doubles", """{"type":"object"}""", (arguments, _) => System.Threading.Tasks.Task.FromResult($"{2 * JsonDocument.Parse(arguments).RootElement.GetProperty("n").GetInt32()}"));
        var task = SmallTask.Echo(1) with { Solver = new SolverChain(new ToolLoopSolver([tool])) };
        var recorder = new Recorder();
        await SmallTask.Run(task, client, observer: recorder);
        var messages = recorder.Samples.Single().Sample.Messages;
        messages.Select(m => m.Role).ShouldBe(["user", "assistant", "tool", "tool"]);
        messages[1].ToolCalls.Select(c => c.Name).ShouldBe(["double", "none"]);
        messages[2].ShouldSatisfyAllConditions(m => m.Content.ShouldBe("42"), m => m.ToolCallId.ShouldBe("c1"));
        messages[3].Content.ShouldContain("there is no tool \"none\"");
    }

    [Theory]
    [InlineData("name: x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]\nscoers: 1", "task.yaml:4:1: scoers: Unknown key.")]
    [InlineData("name: x\nscorers: [{kind: exakt}]\nitems: [{prompt: a}]", "Did you mean \"exact\"?")]
    [InlineData("name: x\nscorers: [{kind: exact}]", "A task has its items either in a file")]
    [InlineData("name: x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]\nmetrics: [acuracy]", "Did you mean \"accuracy\"?")]
    [InlineData("name: x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]\nsolvers: [{kind: template, text: hello}]", "does not say where the prompt goes")]
    [InlineData("name: x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]\nthresholds: [accuracy > high]", "is no requirement")]
    [InlineData("name: X x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]", "is no name of a task")]
    [InlineData("name: x\nscorers: [{kind: exact}, {kind: exact}]\nitems: [{prompt: a}]", "Two scorers have the same name")]
    [InlineData("name: x\nscorers: [{kind: exact}]\nitems: [{prompt: a}]\nepochs: 0", "epochs")]
    public void A_mistake_is_one_line_with_its_place(string text, string said) => Should.Throw<UserError>(() => Task(text)).Message.ShouldContain(said);

    [Theory]
    [InlineData("{\"question\": 5, \"capital\": \"x\", \"continent\": \"y\"}", "capitals.jsonl:1: question")]
    [InlineData("{\"question\": \"q\", \"capital\": \"x\"}", "has no \"continent\"")]
    [InlineData("{oops", "capitals.jsonl:1")]
    public async Task A_bad_line_of_data_is_named(string line, string said)
    {
        File.WriteAllText(_folder["capitals.jsonl"], line);
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(Task(Capitals), SmallTask.RightClient()))).Message.ShouldContain(said);
    }

    [Fact]
    public async Task Data_that_is_not_what_was_pinned_is_refused()
    {
        File.WriteAllText(_folder["d.jsonl"], "{\"prompt\":\"a\",\"answer\":\"b\"}\n");
        var task = Task($"name: x\nscorers: [{{kind: exact}}]\ndata: {{ file: d.jsonl, sha256: {new string('0', 64)} }}");
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(task, SmallTask.RightClient()))).Message.ShouldContain("not what the task was written for");
    }

    [Fact]
    public void The_schema_has_every_key() => RecipeSchema.Json<WrittenTask>("x").ShouldSatisfyAllConditions(s => s.ShouldContain("\"self_consistency\""), s => s.ShouldContain("\"slice_by\""), s => s.ShouldContain("\"numeric\""));

    [Fact]
    public async Task A_file_of_problems_is_a_task()
    {
        File.WriteAllLines(_folder["sums.jsonl"], ["""{"prompt":"1+1?","answer":"2"}""", """{"id":"x","prompt":"1+2?","answer":"3","grader":"exact"}"""]);
        var result = await SmallTask.Run(EvaluationTasks.Get(_folder["sums.jsonl"]), new ScriptedClient(q => ScriptedClient.Said($"The answer is {(q == "1+1?" ? "2" : "4")}.")));
        result.Headline.Estimate.Value.ShouldBe(0.5);
        result.Samples.Select(s => s.Item).Order(StringComparer.Ordinal).ShouldBe(["sums@1/1.0", "sums@1/x"]);
    }
}
