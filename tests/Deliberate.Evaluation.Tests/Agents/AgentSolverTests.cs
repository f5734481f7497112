using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using Shouldly;
using ChatMessage = Deliberate.Models.ChatMessage;

namespace Deliberate.Evaluation.Tests.Agents;

public sealed class AgentSolverTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_runs_commands_until_it_answers_in_words_and_is_then_asked(bool callsTools)
    {
        string[] commands = ["cat note", "echo done > out"];
        var turn = 0;
        var client = new ScriptedClient(_ => turn < commands.Length ? Command(commands[turn++], callsTools) : ScriptedClient.Said(turn++ == commands.Length ? "I wrote out." : "No."));
        var left = (VirtualFiles?)null;
        var result = await Run(client, shell => left = shell.Files);
        result.Sample.Completion.ShouldBe("No.");
        result.Sample.Messages[^1].Content.ShouldBe("Did you?");
        left!.Text("/work/out").ShouldBe("done\n");
        AgentCommands.Ran(result.Sample.Messages).ShouldBe(commands);
    }

    [Fact]
    public async Task Who_never_reports_is_asked_to_after_its_turns()
    {
        var client = new ScriptedClient(question => question.Contains(AgentCommands.NoTurns, StringComparison.Ordinal) ? ScriptedClient.Said("I did nothing.") : Command("ls", callsTools: false));
        var result = await Run(client, _ => { });
        AgentCommands.Ran(result.Sample.Messages).Count().ShouldBe(4);
        result.Sample.Messages.ShouldContain(m => m.Role == "assistant" && m.Content == "I did nothing.");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"command\": 7}")]
    public async Task A_call_that_asks_for_nothing_is_told_so(string arguments)
    {
        var turn = 0;
        var client = new ScriptedClient(_ => turn++ == 0 ? new ChatResponse(new Microsoft.Extensions.AI.ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", AgentCommands.Tool, System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments.StartsWith('{') ? arguments : "{}"))])) : ScriptedClient.Said("Never mind."));
        var result = await Run(client, _ => { });
        result.Sample.Messages.ShouldContain(m => m.Role == "tool" && m.Content.StartsWith("error:", StringComparison.Ordinal));
        AgentCommands.Ran(result.Sample.Messages).ShouldBeEmpty();
    }

    [Fact]
    public void A_command_is_read_from_a_block_or_a_line()
    {
        AgentCommands.OfText("I look.\n```sh\nls\ncat a\n```\n").ShouldBe("ls\ncat a");
        AgentCommands.OfText("$ ls -l").ShouldBe("ls -l");
        AgentCommands.OfText("It costs $ 5 or so.").ShouldBeNull();
        AgentCommands.OfText("```python\nprint()\n```").ShouldBeNull();
    }

    internal static ChatResponse Command(string command, bool callsTools) => callsTools
        ? new ChatResponse(new Microsoft.Extensions.AI.ChatMessage(ChatRole.Assistant, [new FunctionCallContent(Guid.NewGuid().ToString("N"), AgentCommands.Tool, new Dictionary<string, object?> { ["command"] = command })]))
        : ScriptedClient.Said($"```sh\n{command}\n```");

    private static async Task<EvaluatedSample> Run(ScriptedClient client, Action<IAgentShell> done)
    {
        var task = new EvaluationTask
        {
            Name = "agents",
            Title = "agents",
            Items = (_, _) => new[] { new EvaluationItem { Id = "0", Messages = [new ChatMessage("user", "Do it.")] } }.ToAsyncEnumerable(),
            Solver = new AgentSolver("test", _ => new AgentEnvironment
            {
                Shell = new VirtualShell(VirtualFiles.OfTexts(new Dictionary<string, string> { ["/work/note"] = "hello\n" }), "/work"),
                Interview = ["Did you?"],
                Judge = (shell, _) =>
                {
                    done(shell);
                    return Task.FromResult<Verdict?>(Verdict.Pass());
                },
            }, new AgentOptions { MostTurns = 4 }),
            Scorer = _ => throw new InvalidOperationException("Nobody asks it."),
            Metrics = [TaskMetric.Accuracy],
        };
        EvaluatedSample? kept = null;
        await using var model = new EvaluationModel("scripted", client);
        await Evaluations.RunAsync(task with { Scorer = _ => new IncludesScorer() }, model, observer: new Keeper(sample => kept = sample), cancellationToken: TestContext.Current.CancellationToken);
        return kept!;
    }

    private sealed class Keeper(Action<EvaluatedSample> keep) : EvaluationObserver
    {
        public override void Done(EvaluatedSample sample) => keep(sample);
    }
}
