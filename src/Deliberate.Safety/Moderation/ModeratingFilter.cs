using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>A moderator as the filter of a deployed system that is measured: what it flags is withheld, as <c>deliberate serve --moderate</c> does where it blocks.</summary>
internal sealed class ModeratingFilter : ISystemFilter
{
    private readonly ClassifierModerator _moderator;

    /// <param name="file">Of <c>deliberate judge train harmful-prompts</c>.</param>
    /// <exception cref="Core.UserError">It is none.</exception>
    public ModeratingFilter(string file)
    {
        var prompts = HarmfulPromptsFile.Read(file);
        _moderator = new ClassifierModerator(prompts, ClassifierModerator.UsualThreshold);
        Identity = string.Create(CultureInfo.InvariantCulture, $"harmful-prompts {prompts.Hash}, from {ClassifierModerator.UsualThreshold:0.00} on");
    }

    public string Identity { get; }

    public async Task<string?> RefusesPromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation) => Reason(await _moderator.JudgePromptAsync(conversation, cancellation).ConfigureAwait(false));

    public async Task<string?> RefusesAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation) => Reason(await _moderator.JudgeAnswerAsync(conversation, answer, cancellation).ConfigureAwait(false));

    private static string? Reason(ModerationVerdict verdict) => verdict.IsFlagged ? verdict.Reason : null;
}
