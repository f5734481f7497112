using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using ChatTurn = Deliberate.Models.ChatMessage;
using Evaluated = Microsoft.Extensions.AI.Evaluation.EvaluationResult;

namespace Deliberate.Evaluation;

/// <summary>
/// Any scorer or judge of ours as an evaluator of Microsoft.Extensions.AI.Evaluation. The verdict is a metric of yes and no under the
/// scorer's name, without a value where nothing was found out (an error of the judge, a refusal, a thought that was cut), which is told
/// as a diagnostic; further scores are numeric metrics beside it. The model of the <see cref="ChatConfiguration"/> is not used: a
/// judge of ours brings its own.
/// </summary>
/// <param name="scorer">What judges.</param>
public sealed class ScorerEvaluator(IScorer scorer) : IEvaluator
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> EvaluationMetricNames => [scorer.Name];

    /// <inheritdoc/>
    public async ValueTask<Evaluated> EvaluateAsync(IEnumerable<ChatMessage> messages, ChatResponse modelResponse, ChatConfiguration? chatConfiguration = null, IEnumerable<EvaluationContext>? additionalContext = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(modelResponse);
        var sample = SampleOf([.. messages], modelResponse, additionalContext?.FirstOrDefault(c => c.Name == ReferenceContext.ContextName));
        var verdict = (await scorer.ScoreAsync([sample], cancellationToken).ConfigureAwait(false))[0];
        var metrics = new List<EvaluationMetric> { Metric(verdict) };
        foreach (var score in verdict.Scores.Where(s => s.Name != scorer.Name)) metrics.Add(new NumericMetric(score.Name, score.Value, score.Reason.Length > 0 ? score.Reason : null));
        return new Evaluated(metrics);
    }

    private BooleanMetric Metric(Verdict verdict)
    {
        var isGraded = verdict.IsReadable;
        var metric = new BooleanMetric(scorer.Name, isGraded ? verdict.IsRight : null, verdict.Reason.Length > 0 ? verdict.Reason : null)
        {
            Interpretation = !isGraded
                ? new EvaluationMetricInterpretation(EvaluationRating.Inconclusive, failed: true, verdict.Reason)
                : new EvaluationMetricInterpretation(verdict.IsRight ? EvaluationRating.Exceptional : EvaluationRating.Unacceptable, failed: !verdict.IsRight, verdict.Reason),
        };
        if (!isGraded) metric.Diagnostics = [EvaluationDiagnostic.Error($"{Core.RecipeWriter.Scalar(verdict.Outcome)}: {verdict.Reason}")];
        return metric;
    }

    private static Sample SampleOf(IReadOnlyList<ChatMessage> messages, ChatResponse response, EvaluationContext? reference)
    {
        var prompt = messages.LastOrDefault(m => m.Role == ChatRole.User)?.Text ?? "";
        var expected = reference is ReferenceContext own ? own.Reference : reference is null ? "" : string.Concat(reference.Contents.OfType<TextContent>().Select(c => c.Text));
        var thought = string.Concat(response.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(c => c.Text));
        var isCut = response.FinishReason == ChatFinishReason.Length;
        var completion = CompletionText.Of(thought.Length > 0 ? thought : null, response.Text, isCut);
        return new Sample
        {
            Problem = new Problem("evaluator", 0, Split.Test, 0, prompt, "{}", prompt, expected),
            Attempt = 0,
            Completion = completion,
            Answer = response.Text,
            Truncated = isCut,
            CompletionTokens = (int)Math.Min(int.MaxValue, response.Usage?.OutputTokenCount ?? 0),
            Messages = [.. messages.Select(m => new ChatTurn(m.Role.Value, m.Text))],
        };
    }
}
