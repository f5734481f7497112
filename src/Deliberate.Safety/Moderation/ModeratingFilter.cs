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
        Identity = Of(prompts);
    }

    public string Identity { get; }

    public async Task<string?> RefusesPromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation) => Reason(await _moderator.JudgePromptAsync(conversation, cancellation).ConfigureAwait(false));

    public async Task<string?> RefusesAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation) => Reason(await _moderator.JudgeAnswerAsync(conversation, answer, cancellation).ConfigureAwait(false));

    public ValueTask DisposeAsync() => _moderator.DisposeAsync();

    /// <summary>The identity of the filter that a file makes.</summary>
    /// <exception cref="Core.UserError">It is none.</exception>
    public static string IdentityOf(string file) => Of(HarmfulPromptsFile.Read(file));

    private static string Of(HarmfulPrompts prompts) => string.Create(CultureInfo.InvariantCulture, $"harmful-prompts {prompts.Hash}, from {ClassifierModerator.UsualThreshold:0.00} on");

    private static string? Reason(ModerationVerdict verdict) => verdict.IsFlagged ? verdict.Reason : null;
}
