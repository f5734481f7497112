using System.Text.Json;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Checkpoints of this machine call tools through the loop that providers' models go through.</summary>
public sealed class CheckpointToolsTests
{
    private const string Knowing = "{% if tools %}{% for t in tools %}<tool>{{ t.function.name }}</tool>{% endfor %}{% endif %}{% for m in messages %}{{ m.role }}: {{ m.content }}{% for c in m.tool_calls %}<call>{{ c.function.name }}</call>{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

    /// <summary>Goes through the arguments, which a text has none of.</summary>
    private const string Listing = "{% if tools %}{% for t in tools %}<tool>{{ t.function.name }}</tool>{% endfor %}{% endif %}{% for m in messages %}{{ m.role }}: {{ m.content }}{% for c in m.tool_calls %}<call>{{ c.function.name }}{% for k, v in c.function.arguments.items() %} {{ k }}={{ v }}{% endfor %}</call>{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

    private static readonly EvaluationTool s_add = new("add", "Adds.", """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}""", (_, _) => Task.FromResult("7"));

    [Theory]
    [InlineData("test")]
    [InlineData(Knowing)]
    public async Task A_checkpoint_is_told_what_its_call_came_to_and_goes_on(string template)
    {
        using var folder = new TemporaryFolder();
        if (template == Knowing) McpToolsTests.Write(folder.Root, template);
        else McpToolsTests.Write(folder.Root);
        List<string> asked = [];
        var tool = s_add with
        {
            Call = (arguments, _) =>
            {
                lock (asked) asked.Add(arguments);
                return Task.FromResult("7");
            },
        };
        await using var model = CheckpointConnection.Open(folder.Root, "small", [], threads: 1);
        model.CallsTools.ShouldBe(template == Knowing);
        var kept = new List<EvaluatedSample>();
        // Random weights write calls because the answer's form leaves only those and one other text.
        var task = SmallTask.Echo(6) with { Solver = new Held(new ToolLoopSolver([tool], mostTurns: 2)) };
        await Evaluations.RunAsync(task, model, new RunSettings { MaxTokens = 300, Temperature = 1, Seed = 3 }, observer: new Keeper(kept), cancellationToken: TestContext.Current.CancellationToken);
        var called = kept.Where(s => s.Sample.Messages.Any(m => m.Role == "tool")).ToArray();
        called.ShouldNotBeEmpty();
        foreach (var sample in called)
        {
            var call = sample.Sample.Messages.First(m => m.ToolCalls.Count > 0);
            call.ToolCalls[0].Name.ShouldBe("add");
            call.ToolCalls[0].Id.ShouldBe("call_1");
            JsonDocument.Parse(call.ToolCalls[0].Arguments).RootElement.GetProperty("a").ValueKind.ShouldBe(JsonValueKind.Number);
            sample.Sample.Messages.First(m => m.Role == "tool").ShouldSatisfyAllConditions(m => m.Content.ShouldBe("7"), m => m.ToolCallId.ShouldBe("call_1"));
        }

        // A call in the loop's last turn is made too, and nobody is told of it any more.
        asked.Count.ShouldBeGreaterThanOrEqualTo(called.Sum(s => s.Sample.Messages.Count(m => m.Role == "tool")));
    }

    [Fact]
    public void What_a_template_does_not_know_is_said_in_words()
    {
        ChatMessage[] messages = [new("user", "What is 3 and 4?"), new("assistant", "") { ToolCalls = [new ToolCall("call_1", "add", """{"a": 3}""")] }, new("tool", "7") { ToolCallId = "call_1" }];
        var told = CheckpointTools.Told(messages, [s_add], hasSystem: true);
        told.Select(m => m.Role).ShouldBe(["system", "user", "assistant", "user"]);
        told[0].Content.ShouldContain("\"name\":\"add\"");
        told[2].ShouldSatisfyAllConditions(m => m.ToolCalls.ShouldBeEmpty(), m => m.Content.ShouldBe(ToolCallText.Write("add", """{"a": 3}""")));
        told[3].Content.ShouldBe("<tool_response>\n7\n</tool_response>");
        CheckpointTools.Told(messages, [s_add], hasSystem: false)[0].ShouldSatisfyAllConditions(m => m.Role.ShouldBe("user"), m => m.Content.ShouldEndWith("What is 3 and 4?"));
    }

    [Fact]
    public void Calls_are_numbered_through_a_conversation_and_what_only_looks_like_one_is_text()
    {
        ChatMessage[] before = [new("assistant", "") { ToolCalls = [new ToolCall("call_1", "add", "{}")] }];
        var (text, calls) = CheckpointTools.Read($"Let me see. {ToolCallText.Write("add", """{"a": 1}""")}{ToolCallText.Write("add", "{\"a\": 2}")}", [s_add], before);
        text.ShouldBe("Let me see.");
        calls.Select(c => c.Id).ShouldBe(["call_2", "call_3"]);
        CheckpointTools.Read(ToolCallText.Write("erase", "{}"), [s_add], []).ShouldSatisfyAllConditions(r => r.Calls.ShouldBeEmpty(), r => r.Text.ShouldContain("erase"));
        CheckpointTools.Read(ToolCallText.Write("add", "{}"), [], []).Calls.ShouldBeEmpty("nothing was offered");
    }

    /// <summary>No JSON, no object, cut short: the model is told through its template, all is recorded as it was written, and nothing fails but the call.</summary>
    [Theory]
    [InlineData("test", "{\"a\": }")]
    [InlineData("test", "seven")]
    [InlineData(Knowing, "{\"a\": }")]
    [InlineData(Knowing, "")]
    [InlineData(Listing, "{\"a\": ")]
    [InlineData(Listing, "[1, 2]")]
    [InlineData(Listing, "\"seven\"")]
    public async Task Arguments_that_are_no_JSON_are_told_to_the_model_and_kept(string template, string written)
    {
        using var folder = new TemporaryFolder();
        if (template == "test") McpToolsTests.Write(folder.Root);
        else McpToolsTests.Write(folder.Root, template);
        await using var checkpoint = CheckpointConnection.Open(folder.Root, "small", [], threads: 1);
        var scripted = new BeginsWith($"I add. <tool_call>\n{{\"name\": \"add\", \"arguments\": {written}}}\n</tool_call>", new ToolCall("call_1", "add", written), (CheckpointConnection)checkpoint.Connection);
        await using var model = new EvaluationModel("small", scripted, checkpoint.Description, concurrency: 1);
        var tool = s_add with { Call = (arguments, _) => Task.FromResult(JsonDocument.Parse(arguments).RootElement is { ValueKind: JsonValueKind.Object } given ? given.GetProperty("a").GetRawText() : throw new ArgumentException("the arguments are no object")) };
        var log = Path.Combine(folder.Root, "sample.log");
        await Evaluations.RunAsync(SmallTask.Echo(1) with { Solver = new ToolLoopSolver([tool], mostTurns: 2) }, model, new RunSettings { MaxTokens = 8, Temperature = 1 }, log: log, cancellationToken: TestContext.Current.CancellationToken);
        using var file = EvaluationLogFile.Open(log);
        var sample = file.Samples().Single();
        sample.Verdict.Outcome.ShouldNotBe(SampleOutcome.HarnessError, sample.Verdict.Reason);
        sample.Sample.Messages.Single(m => m.ToolCalls.Count > 0).ToolCalls.Single().Arguments.ShouldBe(written);
        var told = sample.Sample.Messages.Single(m => m.Role == "tool");
        told.Content.ShouldStartWith("error: ");
        told.ToolCallId.ShouldBe("call_1");
        // What the checkpoint's own answer was asked with: its template's words of the call, and of the error.
        var read = ((CheckpointConnection)checkpoint.Connection).TextOf(sample.Sample.Messages);
        read.ShouldContain(told.Content);
        if (template == Listing) read.ShouldContain("arguments=");
    }

    [Theory]
    [InlineData("{\"a\": }", "{\"a\": }")]
    [InlineData("\"a: 3\"", "a: 3")]
    public void A_call_with_arguments_that_are_no_JSON_is_a_call(string written, string kept)
    {
        var (said, calls) = CheckpointTools.Read($"I add. <tool_call>\n{{\"name\": \"add\", \"arguments\": {written}}}\n</tool_call>", [s_add], []);
        said.ShouldBe("I add.");
        calls.Single().ShouldBe(new ToolCall("call_1", "add", kept));
        AgentCommands.Ran([new("assistant", "") { ToolCalls = [new ToolCall("c", AgentCommands.Tool, written)] }, new("tool", "error: no") { ToolCallId = "c" }]).ShouldBeEmpty("nothing ran");
    }

    /// <summary>Says one answer first; everything further is the checkpoint's.</summary>
    private sealed class BeginsWith(string text, ToolCall call, CheckpointConnection rest) : IModelConnection
    {
        private bool _said;

        public Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
        {
            if (_said) return rest.AskAsync(messages, options, cancellation);
            _said = true;
            return Task.FromResult(new ModelAnswer { Text = "I add.", Completion = text, FinishReason = "tool_calls", ToolCalls = [call] });
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Held(ISolver inner) : ISolver
    {
        public string Name => inner.Name;

        public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
        {
            context.Options = context.Options with { JsonSchema = """{"const":"x"}""" };
            return inner.SolveAsync(context, cancellationToken);
        }
    }

    private sealed class Keeper(List<EvaluatedSample> kept) : EvaluationObserver
    {
        public override void Done(EvaluatedSample sample)
        {
            lock (kept) kept.Add(sample);
        }
    }
}
