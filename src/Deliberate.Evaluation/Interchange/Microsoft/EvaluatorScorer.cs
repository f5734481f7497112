using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Deliberate.Evaluation;

/// <summary>
/// Any evaluator of Microsoft.Extensions.AI.Evaluation as a scorer. A metric that its own interpretation calls failed is a wrong answer,
/// one that it does not is a right one; without an interpretation yes and no decide, and a number is kept as a score and decides
/// nothing. A metric without a value is an error of the judge, never a verdict.
/// </summary>
/// <param name="evaluator">What judges.</param>
/// <param name="chat">The model that it judges with; null where it needs none.</param>
/// <param name="metric">Of several, the one that decides; the first where it is null.</param>
/// <param name="context">What it needs besides, such as the text that an answer must be grounded in; null for the reference as <see cref="ReferenceContext"/>.</param>
public sealed class EvaluatorScorer(IEvaluator evaluator, ChatConfiguration? chat = null, string? metric = null, Func<Sample, IEnumerable<EvaluationContext>>? context = null) : IScorer
{
    /// <inheritdoc/>
    public string Name => metric ?? evaluator.EvaluationMetricNames.FirstOrDefault() ?? evaluator.GetType().Name;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = await ScoreAsync(samples[i], cancellationToken).ConfigureAwait(false);
        return verdicts;
    }

    private async ValueTask<Verdict> ScoreAsync(Sample sample, CancellationToken cancellationToken)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        var messages = sample.Messages.Select(m => new ChatMessage(new ChatRole(m.Role), m.Content)).ToArray();
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, sample.Text));
        var given = context?.Invoke(sample) ?? (sample.Problem.Answer.Length > 0 ? [new ReferenceContext(sample.Problem.Answer)] : []);
        var result = await evaluator.EvaluateAsync(messages, response, chat, given, cancellationToken).ConfigureAwait(false);
        var deciding = metric is null ? result.Metrics.Values.FirstOrDefault() : result.Metrics.TryGetValue(metric, out var named) ? named : null;
        if (deciding is null) return Verdict.Of(SampleOutcome.JudgeError, 0, metric is null ? "the evaluator gave no metric" : $"the evaluator gave no metric {metric}");
        Score[] scores = [.. result.Metrics.Values.Where(m => Number(m) is not null).Select(m => new Score(m.Name, Number(m)!.Value, m.Reason ?? m.Interpretation?.Reason ?? ""))];
        return Decide(deciding) with { Scores = scores };
    }

    private static Verdict Decide(EvaluationMetric metric)
    {
        var reason = metric.Reason ?? metric.Interpretation?.Reason ?? "";
        if (Number(metric) is not { } value)
        {
            if (metric is StringMetric { Value: not null } && metric.Interpretation is { Rating: not EvaluationRating.Inconclusive } said) return said.Failed ? Verdict.Fail(reason) : Verdict.Pass(1, reason);
            var error = metric.Diagnostics?.FirstOrDefault(d => d.Severity == EvaluationDiagnosticSeverity.Error)?.Message;
            return Verdict.Of(SampleOutcome.JudgeError, 0, error ?? "the evaluator gave no value");
        }

        // An interpretation may say that it failed and leave the rating at its default.
        if (metric.Interpretation is { Rating: not EvaluationRating.Inconclusive } read && (read.Failed || read.Rating != EvaluationRating.Unknown)) return read.Failed ? Verdict.Fail(reason, value) : Verdict.Pass(value, reason);
        if (metric is BooleanMetric) return value > 0 ? Verdict.Pass(1, reason) : Verdict.Fail(reason);
        return Verdict.Unscored("the evaluator's number is not interpreted as good or bad: it is kept among the scores");
    }

    private static double? Number(EvaluationMetric metric) => metric switch
    {
        NumericMetric { Value: { } value } when double.IsFinite(value) => value,
        BooleanMetric { Value: { } value } => value ? 1 : 0,
        _ => null,
    };
}
