using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>An evaluation that was stopped goes on where it was.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_stopped_run_goes_on_without_asking_a_finished_sample_again()
    {
        using var stop = new CancellationTokenSource();
        var client = SmallTask.RightClient();
        var recorder = new StopAfter(7, stop);
        await Should.ThrowAsync<OperationCanceledException>(() => SmallTask.Run(SmallTask.Echo(30), client, log: _folder["a.log"], observer: recorder, cancellation: stop.Token));
        var before = Ids();
        before.Length.ShouldBeInRange(7, 29);
        var again = SmallTask.RightClient();
        var second = new Recorder();
        var result = await SmallTask.Run(SmallTask.Echo(30), again, log: _folder["a.log"], observer: second);
        second.Finished.ShouldBe(before.Length);
        again.Asked.Count.ShouldBe(30 - before.Length);
        Ids().ShouldBeUnique();
        Ids().Length.ShouldBe(30);
        result.Samples.Count.ShouldBe(30);
        result.Headline.Estimate.Value.ShouldBe(1);
        // Once more, and nothing is asked nor written.
        var hash = result.LogHash;
        var third = SmallTask.RightClient();
        (await SmallTask.Run(SmallTask.Echo(30), third, log: _folder["a.log"])).LogHash.ShouldBe(hash);
        third.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_are_asked_again_where_that_is_wanted_and_the_last_record_counts()
    {
        var flaky = new ScriptedClient(question => question.EndsWith('3') ? throw new IOException("lost") : ScriptedClient.Said(question["say ".Length..]));
        (await SmallTask.Run(SmallTask.Echo(5), flaky, log: _folder["a.log"])).Outcomes[SampleOutcome.HarnessError].ShouldBe(1);
        (await SmallTask.Run(SmallTask.Echo(5), SmallTask.RightClient(), log: _folder["a.log"])).Outcomes[SampleOutcome.HarnessError].ShouldBe(1, "nobody asked for it");
        var mended = await SmallTask.Run(SmallTask.Echo(5), SmallTask.RightClient(), new RunSettings { RetryErrors = true }, log: _folder["a.log"]);
        mended.Outcomes.ShouldBe(new Dictionary<SampleOutcome, int> { [SampleOutcome.Pass] = 5 });
        using var log = EvaluationLogFile.Open(_folder["a.log"]);
        log.Samples().Count(s => s.Verdict.Outcome == SampleOutcome.Pass).ShouldBe(5);
        log.Find("echo@1/q3/0")!.Verdict.Outcome.ShouldBe(SampleOutcome.Pass);
        log.Result()!.Value.GetProperty("outcomes").GetProperty("pass").GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task A_log_of_another_question_is_not_gone_on_with()
    {
        await SmallTask.Run(SmallTask.Echo(3), SmallTask.RightClient(), log: _folder["a.log"]);
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(SmallTask.Echo(4), SmallTask.RightClient(), log: _folder["a.log"]))).Message.ShouldContain("the items are not the same (3 and 4");
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(SmallTask.Echo(3), SmallTask.RightClient(), new RunSettings { MaxTokens = 7 }, log: _folder["a.log"]))).Message.ShouldContain("the token budgets are 2048 and 7");
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(SmallTask.Echo(3) with { Version = 2 }, SmallTask.RightClient(), log: _folder["a.log"]))).Message.ShouldContain("version");
    }

    [Fact]
    public async Task A_sample_reads_back_as_it_was()
    {
        var recorder = new Recorder();
        await SmallTask.Run(SmallTask.Echo(2), new ScriptedClient(_ => ScriptedClient.Said("1", reasoning: "hm\nwell")), log: _folder["a.log"], observer: recorder);
        using var log = EvaluationLogFile.Open(_folder["a.log"]);
        foreach (var was in recorder.Samples)
        {
            var read = log.Find(was.Sample.Id)!;
            read.Sample.Completion.ShouldBe(was.Sample.Completion);
            read.Sample.Thinking.ShouldBe("hm\nwell");
            read.Sample.Messages.ShouldBe(was.Sample.Messages);
            read.Sample.Problem.State.ShouldBe(was.Sample.Problem.State);
            read.Sample.Problem.Id.ShouldBe(was.Sample.Problem.Id);
            (read.Verdict.Outcome, read.Verdict.Reason, read.Verdict.Value).ShouldBe((was.Verdict.Outcome, was.Verdict.Reason, was.Verdict.Value));
            (read.Cluster, read.FinishReason, read.Usage).ShouldBe((was.Cluster, was.FinishReason, was.Usage));
            read.Tags.ShouldBe(was.Tags);
        }

        log.Head.Task.ShouldBe("echo");
        log.Head.Model.Kind.ShouldBe("client");
        log.Head.ItemsHash.Length.ShouldBe(64);
    }

    [Fact]
    public async Task A_changed_log_is_found_before_it_is_gone_on_with()
    {
        await SmallTask.Run(SmallTask.Echo(5), SmallTask.RightClient(), log: _folder["a.log"]);
        var bytes = File.ReadAllBytes(_folder["a.log"]);
        var at = bytes.AsSpan().IndexOf("\"outcome\":\"pass\""u8);
        bytes[at + 12] = (byte)'f';
        File.WriteAllBytes(_folder["a.log"], bytes);
        LogCheck.Of(_folder["a.log"]).Damage.ShouldNotBeNull();
        await Should.ThrowAsync<UserError>(() => SmallTask.Run(SmallTask.Echo(5), SmallTask.RightClient(), log: _folder["a.log"]));
    }

    private string[] Ids()
    {
        using var log = LogReader.Open(_folder["a.log"]);
        return [.. log.Records().Where(r => r.Kind == SampleLog.SampleKind).Select(r => r.Id!)];
    }

    private sealed class StopAfter(int samples, CancellationTokenSource stop) : EvaluationObserver
    {
        private int _done;

        public override void Done(EvaluatedSample sample)
        {
            if (++_done == samples) stop.Cancel();
        }
    }
}
