using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Recorded answers in place of a model.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_answer_by_item_and_epoch_by_messages_or_by_prompt()
    {
        File.WriteAllLines(_folder["r.jsonl"],
        [
            """{"item":"q0","completion":"0"}""",
            """{"item":"q0","completion":"second"}""",
            """{"messages":[{"role":"user","content":"say 1"}],"text":"1","reasoning":"easy"}""",
            """{"prompt":"say 2","completion":"<think>cut","truncated":true}""",
        ]);
        var recorder = new Recorder();
        await using var model = ReplayConnection.Open(_folder["r.jsonl"], "replay");
        await new EvaluationRunner(SmallTask.Echo(4), model, new RunSettings { Epochs = 2 }, new TaskContext(), recorder).RunAsync(null, CancellationToken.None);
        var outcomes = recorder.Samples.ToDictionary(s => s.Sample.Id, s => s.Verdict.Outcome);
        outcomes["echo@1/q0/0"].ShouldBe(SampleOutcome.Pass);
        outcomes["echo@1/q0/1"].ShouldBe(SampleOutcome.Fail);
        outcomes["echo@1/q1/0"].ShouldBe(SampleOutcome.Pass);
        outcomes["echo@1/q2/0"].ShouldBe(SampleOutcome.CutWhileThinking);
        outcomes["echo@1/q3/0"].ShouldBe(SampleOutcome.HarnessError, "nothing was recorded");
        recorder.Samples.First(s => s.Sample.Id == "echo@1/q1/0").Sample.Thinking.ShouldBe("easy");
    }

    [Fact]
    public async Task A_log_is_judged_again_by_another_scorer_and_no_model_is_asked()
    {
        await SmallTask.Run(SmallTask.Echo(5), new ScriptedClient(q => ScriptedClient.Said($"it is {q["say ".Length..]}", reasoning: "hm")), log: _folder["a.log"]);
        await using var model = ReplayConnection.Open(_folder["a.log"], "again");
        var result = await new EvaluationRunner(SmallTask.Echo(5, new IncludesScorer()), model, new RunSettings(), new TaskContext(), new EvaluationObserver()).RunAsync(null, CancellationToken.None);
        result.Headline.Estimate.Value.ShouldBe(1);
        result.Model.Kind.ShouldBe("replay");
        result.Model.Hash!.Length.ShouldBe(64);
    }

    [Theory]
    [InlineData("""{"completion":"x"}""", "does not say what it answers")]
    [InlineData("""{"item":"q0"}""", "holds no answer")]
    [InlineData("[1]", "array")]
    public void A_bad_line_is_named(string line, string said)
    {
        File.WriteAllText(_folder["r.jsonl"], line);
        Should.Throw<UserError>(() => ReplayConnection.Open(_folder["r.jsonl"], "replay")).Message.ShouldContain(said);
    }
}
