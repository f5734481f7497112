using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>What moderation said of a request and of one of its answers.</summary>
/// <param name="Moderator">Who.</param>
/// <param name="Answer">Null where the prompt was kept from the model.</param>
internal sealed record ModerationOutcome(string Moderator, ModerationVerdict Prompt, ModerationVerdict? Answer);

/// <summary>
/// What stands in front of one request and behind its answers: moderation, which reads prompt and answer, and the monitors, which read the
/// thought. A prompt is judged once, however many answers are drawn to it.
/// </summary>
internal sealed class AnswerGuard
{
    private readonly ApiServer _api;
    private readonly ModerationSettings? _moderation;
    private readonly string _model;
    private readonly IReadOnlyList<ChatMessage> _conversation;
    private readonly Lock _lock = new();
    private Task<ModerationVerdict>? _prompt;

    private AnswerGuard(ApiServer api, ModerationSettings? moderation, AnswerTask task)
    {
        (_api, _moderation, _model) = (api, moderation, task.Model.Name);
        _conversation = task.Continued is { } continued ? [new ChatMessage("user", continued)] : task.Messages;
    }

    /// <summary>Whether answers are shown only when they are whole and judged.</summary>
    public bool HoldsAnswers => _moderation?.Answers == ModerationMode.Block;

    /// <summary>Whether, while they are held, the thought is held too, since it would be shown.</summary>
    public bool HoldsThoughts => HoldsAnswers && _api.Options.ShowsReasoning;

    public bool Moderates => _moderation is not null;

    /// <summary>Null where nobody is to look.</summary>
    /// <param name="asked">What the request itself asks for, which can make the operator's stricter and nothing else; null for nothing.</param>
    public static AnswerGuard? For(ApiServer api, AnswerTask task, ModerationFields? asked)
    {
        var settings = api.Options.Moderation;
        if (settings is not null && asked is not null) settings = settings with { Prompts = Stricter(settings.Prompts, asked.Prompts), Answers = Stricter(settings.Answers, asked.Answers) };
        return settings is null && api.Watch is null ? null : new AnswerGuard(api, settings, task);
    }

    /// <summary>What is said of the prompt.</summary>
    /// <returns>The verdict, and why the prompt may not go to the model; null where it may.</returns>
    public async Task<(ModerationVerdict Verdict, string? Withheld)> JudgePromptAsync(CancellationToken cancellation)
    {
        Task<ModerationVerdict> judging;
        lock (_lock) judging = _prompt ??= JudgeAsync();
        var verdict = await judging.WaitAsync(cancellation);
        return (verdict, Withheld("prompt", verdict, _moderation!.Prompts));

        async Task<ModerationVerdict> JudgeAsync()
        {
            var judged = await _moderation!.Moderator.JudgePromptAsync(_conversation, cancellation);
            Count("prompt", judged, _moderation.Prompts);
            return judged;
        }
    }

    public async Task<(ModerationVerdict Verdict, string? Withheld)> JudgeAnswerAsync(string answer, CancellationToken cancellation)
    {
        var verdict = await _moderation!.Moderator.JudgeAnswerAsync(_conversation, answer, cancellation);
        Count("answer", verdict, _moderation.Answers);
        return (verdict, Withheld("answer", verdict, _moderation.Answers));
    }

    public ModerationOutcome Outcome(ModerationVerdict prompt, ModerationVerdict? answer) => new(_moderation!.Moderator.Name, prompt, answer);

    /// <summary>Lets the monitors read a thought, in their own time.</summary>
    public void Watch(string? thought, string answer)
    {
        if (!string.IsNullOrWhiteSpace(thought)) _api.Watch?.Offer(_model, _conversation, thought, answer);
    }

    private static ModerationMode Stricter(ModerationMode operators, ModerationMode? asked) => asked > operators ? asked.Value : operators;

    private static string? Withheld(string what, ModerationVerdict verdict, ModerationMode mode)
    {
        if (mode != ModerationMode.Block) return null;
        if (verdict.Problem is { } problem) return $"The {what} was withheld: this server has its {what}s moderated, and there is no verdict on this one ({problem}).";
        return verdict.IsFlagged ? $"The {what} was withheld by this server's moderation: {verdict.Reason}." : null;
    }

    private void Count(string what, ModerationVerdict verdict, ModerationMode mode) =>
        _api.Metrics.CountModeration(_model, what, verdict.Problem is not null ? "failed" : !verdict.IsFlagged ? "passed" : mode == ModerationMode.Block ? "blocked" : "flagged");
}
