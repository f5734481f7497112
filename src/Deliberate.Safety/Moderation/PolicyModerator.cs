using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// Moderation by a model that reads a written policy: the rubric <c>policy</c> of judges for answers, one of its own for prompts, each with
/// OpenAI's categories of what it finds disallowed (<see cref="ModerationCategories"/>). Where the judge declines, says nothing that can be read, cannot tell, or takes too long, there is no verdict, which is not a clean one.
/// </summary>
internal sealed class PolicyModerator : IModerator
{
    public const string Category = "policy";

    /// <summary>For one judgement.</summary>
    public static TimeSpan UsualTimeout { get; } = TimeSpan.FromMinutes(1);

    private readonly ModelJudge _answers, _prompts;
    private readonly EvaluationModel _model;
    private readonly TimeSpan _timeout;

    /// <param name="model">Who judges; owned.</param>
    /// <param name="policy">A file, the folder of a specification or a shipped one's name; null for the default policy.</param>
    /// <param name="timeout">For one judgement.</param>
    public PolicyModerator(EvaluationModel model, string? policy, TimeSpan timeout)
    {
        SafetyTasks.Register();
        (_model, _timeout) = (model, timeout);
        _answers = new ModelJudge(ModerationCategories.Asked(PolicyRubric.Create(policy)), model);
        _prompts = new ModelJudge(ModerationCategories.Asked(PromptRubric.Create(PolicyRubric.Text(policy))), model);
        Name = $"policy {(policy is null ? "default" : Path.GetFileName(Path.TrimEndingDirectorySeparator(policy)))} by {model.Name}";
    }

    public string Name { get; }

    public string? Identity => null;

    public Task<ModerationVerdict> JudgePromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation)
    {
        var last = conversation.ToList().FindLastIndex(m => m.Role == "user");
        return last < 0 ? Task.FromResult(Verdict(0, "")) : JudgeAsync(_prompts, [.. conversation.Take(last)], conversation[last].Content, cancellation);
    }

    public Task<ModerationVerdict> JudgeAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation) =>
        string.IsNullOrWhiteSpace(answer) ? Task.FromResult(Verdict(0, "")) : JudgeAsync(_answers, conversation, answer, cancellation);

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private async Task<ModerationVerdict> JudgeAsync(ModelJudge judge, IReadOnlyList<ChatMessage> before, string judged, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(judged)) return Verdict(0, "");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_timeout);
        // Tags that a user writes are no thought: none of it may be passed over.
        var sample = new Sample { Problem = new Problem("moderation", 0, Split.Test, 0, judged, "", judged, ""), Attempt = 0, Completion = judged.Replace("<think>", "<think >", StringComparison.Ordinal).Replace("</think>", "</think >", StringComparison.Ordinal), Messages = [.. before.Where(m => m.Content.Length > 0)] };
        try
        {
            var verdict = (await judge.ScoreAsync([sample], limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false))[0];
            return verdict.Outcome switch
            {
                SampleOutcome.Pass => Verdict(0, ""),
                SampleOutcome.Fail => Verdict(1, verdict.Reason, verdict.Scores),
                _ => ModerationVerdict.Failed(Excerpt.Of(verdict.Reason, 200)),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ModerationVerdict.Failed(string.Create(CultureInfo.InvariantCulture, $"the judge said nothing in {_timeout.TotalSeconds:0} s"));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return ModerationVerdict.Failed($"the judge failed: {error.GetType().Name}");
        }
    }

    /// <param name="found">The categories of what is disallowed.</param>
    private static ModerationVerdict Verdict(double score, string reason, IReadOnlyList<Score>? found = null)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal) { [Category] = score };
        foreach (var name in ModerationCategories.Names) scores[name] = found?.Any(f => f.Name == name) == true ? 1 : 0;
        return new ModerationVerdict(reason.Length > 0, reason, scores);
    }
}
