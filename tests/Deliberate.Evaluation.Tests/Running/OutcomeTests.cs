using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Every sample ends in exactly one of eight outcomes, and no error is an answer.</summary>
public sealed class OutcomeTests
{
    private static async Task<EvaluatedSample> One(ScriptedClient client, RunSettings? settings = null, IScorer? scorer = null)
    {
        var recorder = new Recorder();
        await SmallTask.Run(SmallTask.Echo(1, scorer), client, settings, observer: recorder);
        return recorder.Samples.Single();
    }

    [Fact]
    public async Task A_right_answer_passes_and_a_wrong_one_fails()
    {
        (await One(SmallTask.RightClient())).Verdict.Outcome.ShouldBe(SampleOutcome.Pass);
        (await One(new ScriptedClient(_ => ScriptedClient.Said("something else")))).Verdict.Outcome.ShouldBe(SampleOutcome.Fail);
    }

    [Fact]
    public async Task A_thought_that_the_budget_cuts_is_no_wrong_answer()
    {
        var cut = await One(new ScriptedClient(_ => ScriptedClient.Said("", reasoning: "let me say 0", finish: "length")));
        cut.Verdict.Outcome.ShouldBe(SampleOutcome.CutWhileThinking);
        cut.Sample.Thinking.ShouldBe("let me say 0");
        cut.Sample.Text.ShouldBe("");
        cut.ToResult().IsCut.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cut_thought_that_the_provider_hides_is_known_by_its_tokens()
    {
        var hidden = ScriptedClient.Said("", finish: "length");
        hidden.Usage!.ReasoningTokenCount = 100;
        (await One(new ScriptedClient(_ => hidden))).Verdict.Outcome.ShouldBe(SampleOutcome.CutWhileThinking);
        (await One(new ScriptedClient(_ => ScriptedClient.Said("", finish: "length")))).Verdict.Outcome.ShouldBe(SampleOutcome.Unscored, "nothing says that it thought");
    }

    [Fact]
    public async Task What_is_thought_is_never_the_answer_whatever_tags_it_holds()
    {
        var sample = await One(new ScriptedClient(_ => ScriptedClient.Said("7", reasoning: "</think>0 <think>")));
        sample.Verdict.Outcome.ShouldBe(SampleOutcome.Fail);
        sample.Sample.Text.Trim().ShouldBe("7");
    }

    [Fact]
    public async Task What_the_providers_filter_holds_back_is_the_providers() =>
        (await One(new ScriptedClient(_ => ScriptedClient.Said("0", finish: "content_filter")))).Verdict.Outcome.ShouldBe(SampleOutcome.ProviderBlocked);

    [Fact]
    public async Task A_time_limit_of_the_client_is_no_end_of_ours() =>
        (await One(new ScriptedClient(_ => throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.")))).Verdict.Outcome.ShouldBe(SampleOutcome.HarnessError);

    [Fact]
    public async Task Nothing_said_cannot_be_read() => (await One(new ScriptedClient(_ => ScriptedClient.Said("")))).Verdict.Outcome.ShouldBe(SampleOutcome.Unscored);

    [Fact]
    public async Task A_tool_that_nobody_gave_is_no_answer()
    {
        var call = ScriptedClient.Said("");
        call.Messages[0].Contents.Add(new Microsoft.Extensions.AI.FunctionCallContent("1", "search", new Dictionary<string, object?> { ["q"] = "0" }));
        var sample = await One(new ScriptedClient(_ => call));
        sample.Verdict.Outcome.ShouldBe(SampleOutcome.Unscored);
        sample.Verdict.Reason.ShouldContain("search");
    }

    [Theory]
    [InlineData(SampleOutcome.JudgeRefused)]
    [InlineData(SampleOutcome.JudgeError)]
    public async Task What_a_judge_does_not_say_is_the_judges(SampleOutcome outcome) =>
        (await One(SmallTask.RightClient(), scorer: new FixedScorer(_ => Verdict.Of(outcome, 0, "no verdict")))).Verdict.Outcome.ShouldBe(outcome);

    [Fact]
    public async Task A_scorer_or_a_model_that_throws_is_a_harness_error_in_its_own_words()
    {
        (await One(SmallTask.RightClient(), scorer: new FixedScorer(_ => throw new InvalidOperationException("the scorer broke")))).Verdict.Reason.ShouldContain("the scorer broke");
        var failed = await One(new ScriptedClient(_ => throw new HttpRequestException("the line broke")));
        failed.Verdict.Outcome.ShouldBe(SampleOutcome.HarnessError);
        failed.Verdict.Reason.ShouldContain("the line broke");
    }

    [Fact]
    public async Task A_time_limit_names_what_was_waited_for_and_hides_no_other_failure()
    {
        var slow = new ScriptedClient(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return ScriptedClient.Said("");
        });
        var late = await One(slow, new RunSettings { TimeLimit = 0.05 });
        late.Verdict.Outcome.ShouldBe(SampleOutcome.HarnessError);
        late.Verdict.Reason.ShouldContain("waiting for the model");
        var broken = await One(new ScriptedClient((_, _) => throw new InvalidOperationException("the real reason")), new RunSettings { TimeLimit = 60 });
        broken.Verdict.Reason.ShouldContain("the real reason");
    }

    [Fact]
    public async Task A_wrong_key_ends_the_run_and_a_refused_request_the_sample()
    {
        var client = new ScriptedClient((_, _) => throw new ProviderFailure(ProviderFailureKind.WrongKey, "the provider \"x\" does not accept the key (401)", "Check the key."));
        (await Should.ThrowAsync<UserError>(() => One(client))).Message.ShouldContain("Check the key.");
        var refused = new ScriptedClient((_, _) => throw new ProviderFailure(ProviderFailureKind.Refused, "too long", ""));
        (await One(refused)).Verdict.Outcome.ShouldBe(SampleOutcome.HarnessError);
    }

    [Fact]
    public async Task A_sample_that_took_its_tokens_has_no_answer()
    {
        var task = SmallTask.Echo(1) with { Solver = new TurnsSolver("again", "and again") };
        var recorder = new Recorder();
        await SmallTask.Run(task, new ScriptedClient(_ => ScriptedClient.Said("0")), new RunSettings { TokenLimit = 20 }, observer: recorder);
        recorder.Samples.Single().Verdict.Outcome.ShouldBe(SampleOutcome.Unscored);
        recorder.Samples.Single().Verdict.Reason.ShouldContain("limit of 20 tokens");
    }

    [Fact]
    public async Task What_is_missing_widens_the_bounds_and_never_counts_as_right()
    {
        // Of ten samples six right, two wrong, two lost.
        var client = new ScriptedClient(question => int.Parse(question["say ".Length..], System.Globalization.CultureInfo.InvariantCulture) switch
        {
            < 6 and var n => ScriptedClient.Said($"{n}"),
            < 8 => ScriptedClient.Said("wrong"),
            _ => throw new IOException("lost"),
        });
        var result = await SmallTask.Run(SmallTask.Echo(10), client, new RunSettings { AllowedMissing = 0.1 });
        var accuracy = result.Headline;
        accuracy.Estimate.Value.ShouldBe(6.0 / 8);
        accuracy.Missing.ShouldBe(2);
        accuracy.Lowest!.Value.ShouldBe(0.6);
        accuracy.Highest!.Value.ShouldBe(0.8);
        result.MissingShare.ShouldBe(0.2);
        result.IsInconclusive.ShouldBeTrue();
        result.Outcomes[SampleOutcome.HarnessError].ShouldBe(2);
    }

    [Fact]
    public async Task A_cost_limit_leaves_samples_unasked_and_they_are_missing()
    {
        var model = new EvaluationModel("priced", new ChatClientConnection(SmallTask.RightClient(), cost: _ => 1), new ModelDescription("client", "priced"), 1) { HasPrice = true };
        var result = await new EvaluationRunner(SmallTask.Echo(10), model, new RunSettings { CostLimit = 3 }, new TaskContext(), new EvaluationObserver()).RunAsync(null, CancellationToken.None);
        result.Samples.Count.ShouldBe(3);
        result.NotAsked.ShouldBe(7);
        result.Usage.Cost.ShouldBe(3);
        result.Headline.Lowest!.Value.ShouldBe(0.3);
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(SmallTask.Echo(1), SmallTask.RightClient(), new RunSettings { CostLimit = 1 }))).Message.ShouldContain("--cost-limit");
    }

    [Fact]
    public async Task Ids_that_are_the_same_text_are_refused()
    {
        var task = SmallTask.Echo(1) with { Items = (_, _) => new[] { "1", "1" }.Select(id => new EvaluationItem { Id = id, Messages = [new("user", "x")] }).ToAsyncEnumerable() };
        (await Should.ThrowAsync<UserError>(() => SmallTask.Run(task, SmallTask.RightClient()))).Message.ShouldContain("two items have the id \"1\"");
    }

    private sealed class FixedScorer(Func<Sample, Verdict> judge) : IScorer
    {
        public string Name => "fixed";

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(judge)]);
    }
}
