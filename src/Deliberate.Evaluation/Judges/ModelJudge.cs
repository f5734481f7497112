using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A judging model with a rubric. A reply that is no verdict is asked for once more, with what is wrong; after that the sample ends as
/// judge refused, where the judge declined or its provider's filter held it back, or as judge error: never as safe, right or wrong.
/// The judge is asked with a schema where its provider keeps to one, and a checkpoint is held to it by a grammar (behind its thought, where
/// it thinks), else for a line that ends its reply.
/// </summary>
internal sealed class ModelJudge : IJudge
{
    private const int LongestReason = 300;

    /// <summary>Short prose looks like a refusal to a classifier of answers; only what clearly is one is told as such.</summary>
    private const double SureRefusal = 0.9;

    private readonly EvaluationModel _model;
    private readonly ModelOptions _options;
    private readonly bool _isHeld;
    private volatile bool _isStructured;

    public ModelJudge(Rubric rubric, EvaluationModel model, ModelOptions? options = null)
    {
        (Rubric, _model) = (rubric, model);
        _options = options ?? new ModelOptions { Temperature = 0 };
        _isHeld = model.Description.Kind == "checkpoint";
        _isStructured = _isHeld || model.Description.Kind == "provider";
        Identity = $"{rubric.Name}@{rubric.Version} rubric {rubric.Hash[..16]} model {model.Description.Name} {model.Description.Hash ?? "unverifiable"}";
    }

    public Rubric Rubric { get; }

    public string Name => $"{Rubric.Name} by {_model.Name}";

    public string Identity { get; }

    public JudgeTarget Target => Rubric.Target;

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = await JudgeAsync(samples[i], cancellationToken).ConfigureAwait(false);
        return verdicts;
    }

    private async Task<Verdict> JudgeAsync(Sample sample, CancellationToken cancellation)
    {
        if (Early(sample) is { } early) return early;
        var tag = JudgePrompt.Tag(Rubric, sample, Identity);
        var structured = _isStructured;
        var asked = JudgePrompt.Messages(Rubric, sample, tag, structured);
        var stream = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(tag)));
        var options = _options with { JsonSchema = structured ? Rubric.Schema(bounded: _isHeld) : null, Stream = (stream, 0) };
        ModelAnswer answer;
        try
        {
            answer = await _model.AskAsync(asked, options, cancellation).ConfigureAwait(false);
        }
        catch (UserError error) when (structured && IsOfSchema(error))
        {
            // The provider does not hold answers to a schema: from now on a line is asked for.
            _isStructured = structured = false;
            asked = JudgePrompt.Messages(Rubric, sample, tag, structured);
            options = options with { JsonSchema = null };
            answer = await _model.AskAsync(asked, options, cancellation).ConfigureAwait(false);
        }

        if (answer.IsBlocked) return Refused("the provider's filter held the judge back");
        var problem = Read(answer.Text, out var values);
        if (problem is not null)
        {
            var again = JudgePrompt.Again(asked, answer.Text, problem, tag, structured);
            var second = await _model.AskAsync(again, options with { Stream = (stream, 1) }, cancellation).ConfigureAwait(false);
            if (second.IsBlocked) return Refused("the provider's filter held the judge back");
            if (Read(second.Text, out values) is { } still)
            {
                var said = Excerpt.Of(second.Text.ReplaceLineEndings(" ").Trim(), LongestReason);
                return RefusalClassifier.Shipped.Classify(second.Text, prompt: null).Full >= SureRefusal && !second.Text.Contains(JudgePrompt.VerdictMark(tag), StringComparison.Ordinal)
                    ? Refused($"the judge declined: {said}")
                    : Verdict.Of(SampleOutcome.JudgeError, 0, $"no verdict after two replies: first {problem}, then {still}: {said}");
            }
        }

        return Rubric.Read(values!);

        string? Read(string reply, out RubricValues? read) => JudgeReply.Read(reply, Rubric, tag, structured, out read) ?? Rubric.Objection(read!, sample);
    }

    /// <summary>The verdict where there is nothing to ask about; null where there is.</summary>
    private Verdict? Early(Sample sample)
    {
        if (Rubric.ReadsThought) return string.IsNullOrWhiteSpace(sample.Thinking) ? Verdict.Unscored("there is no thought") : null;
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        return string.IsNullOrWhiteSpace(sample.Text) ? Verdict.Unscored("nothing was said") : null;
    }

    private static bool IsOfSchema(UserError error) =>
        error.Field == "response_format" || error.Message.Contains("response_format", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("json_schema", StringComparison.OrdinalIgnoreCase);

    private static Verdict Refused(string reason) => Verdict.Of(SampleOutcome.JudgeRefused, 0, reason);
}
