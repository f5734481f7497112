using Deliberate.Models;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Deliberate.Evaluation.Tests;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData("yes", SampleOutcome.Pass, 1)]
    [InlineData("no", SampleOutcome.Fail, 0)]
    [InlineData("good", SampleOutcome.Pass, 4)]
    [InlineData("poor", SampleOutcome.Fail, 2)]
    [InlineData("failed", SampleOutcome.Fail, 1)]
    [InlineData("number", SampleOutcome.Unscored, 0)]
    [InlineData("nothing", SampleOutcome.JudgeError, 0)]
    public async Task An_evaluator_scores_and_what_it_does_not_say_is_no_verdict(string says, SampleOutcome outcome, double value)
    {
        var verdict = (await new EvaluatorScorer(new Scripted(says)).ScoreAsync([Asked("4")], CancellationToken.None)).Single();
        (verdict.Outcome, verdict.Value).ShouldBe((outcome, value));
        if (outcome is SampleOutcome.Pass or SampleOutcome.Fail) verdict.Reason.ShouldBe("because");
    }

    [Fact]
    public async Task An_evaluator_is_given_the_conversation_the_reply_without_its_thought_and_the_reference()
    {
        var evaluator = new Scripted("yes");
        await new EvaluatorScorer(evaluator).ScoreAsync([Asked("<think>\nsecret\n</think>\n\n4")], CancellationToken.None);
        evaluator.Seen.ShouldBe("user: 2+2? | 4 | Reference 4");
    }

    [Fact]
    public async Task A_thought_that_was_cut_is_not_given_to_anybody()
    {
        var evaluator = new Scripted("yes");
        var verdict = (await new EvaluatorScorer(evaluator).ScoreAsync([Asked("<think>\nsec") with { Truncated = true }], CancellationToken.None)).Single();
        (verdict.Outcome, evaluator.Seen).ShouldBe((SampleOutcome.CutWhileThinking, ""));
    }

    [Theory]
    [InlineData(SampleOutcome.Pass, true, false)]
    [InlineData(SampleOutcome.Fail, false, true)]
    [InlineData(SampleOutcome.JudgeRefused, null, true)]
    [InlineData(SampleOutcome.HarnessError, null, true)]
    public async Task A_scorer_of_ours_is_an_evaluator(SampleOutcome outcome, bool? value, bool failed)
    {
        IEvaluator evaluator = new ScorerEvaluator(new Fixed(outcome));
        var result = await evaluator.EvaluateAsync([new(ChatRole.User, "2+2?")], new ChatResponse(new Microsoft.Extensions.AI.ChatMessage(ChatRole.Assistant, [new TextReasoningContent("secret"), new TextContent("4")])), additionalContext: [new ReferenceContext("4")]);
        var metric = result.Get<BooleanMetric>("fixed");
        (metric.Value, metric.Interpretation!.Failed).ShouldBe((value, failed));
        (metric.Diagnostics is { Count: > 0 }).ShouldBe(value is null);
        result.Get<NumericMetric>("clarity").Value.ShouldBe(0.5);
        evaluator.EvaluationMetricNames.ShouldBe(["fixed"]);
    }

    [Fact]
    public async Task There_and_back_a_verdict_stays_what_it_was()
    {
        foreach (var outcome in new[] { SampleOutcome.Pass, SampleOutcome.Fail })
            (await new EvaluatorScorer(new ScorerEvaluator(new Fixed(outcome))).ScoreAsync([Asked("4")], CancellationToken.None)).Single().Outcome.ShouldBe(outcome);
        (await new EvaluatorScorer(new ScorerEvaluator(new Fixed(SampleOutcome.JudgeRefused))).ScoreAsync([Asked("4")], CancellationToken.None)).Single().Outcome.ShouldBe(SampleOutcome.JudgeError);
    }

    private static Sample Asked(string completion) => new() { Problem = new Problem("sums", 0, Split.Test, 0, "2+2?", "{}", "2+2?", "4"), Attempt = 0, Completion = completion };

    private sealed class Scripted(string says) : IEvaluator
    {
        public string Seen { get; private set; } = "";

        public IReadOnlyCollection<string> EvaluationMetricNames => ["scripted"];

        public ValueTask<Microsoft.Extensions.AI.Evaluation.EvaluationResult> EvaluateAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatResponse modelResponse, ChatConfiguration? chatConfiguration = null, IEnumerable<EvaluationContext>? additionalContext = null, CancellationToken cancellationToken = default)
        {
            Seen = $"{string.Join(" ", messages.Select(m => $"{m.Role}: {m.Text}"))} | {modelResponse.Text} | {string.Join(" ", additionalContext!.Select(c => $"{c.Name} {((ReferenceContext)c).Reference}"))}";
            EvaluationMetric metric = says switch
            {
                "failed" => new BooleanMetric("scripted", true, "because") { Interpretation = new EvaluationMetricInterpretation(failed: true) },
                "yes" => new BooleanMetric("scripted", true, "because"),
                "no" => new BooleanMetric("scripted", false, "because"),
                "good" => new NumericMetric("scripted", 4, "because") { Interpretation = new EvaluationMetricInterpretation(EvaluationRating.Good) },
                "poor" => new NumericMetric("scripted", 2, "because") { Interpretation = new EvaluationMetricInterpretation(EvaluationRating.Poor, failed: true) },
                "number" => new NumericMetric("scripted", 17, "because"),
                _ => new NumericMetric("scripted"),
            };
            return new(new Microsoft.Extensions.AI.Evaluation.EvaluationResult(metric));
        }
    }

    private sealed class Fixed(SampleOutcome outcome) : IScorer
    {
        public string Name => "fixed";

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
        {
            foreach (var sample in samples) (sample.Problem.Answer, sample.Text.Trim(), sample.Messages[^1].Content).ShouldBe(("4", "4", "2+2?"));
            return new([.. samples.Select(_ => Verdict.Of(outcome, outcome == SampleOutcome.Pass ? 1 : 0, "because") with { Scores = [new Score("clarity", 0.5)] })]);
        }
    }
}
