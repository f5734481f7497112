using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// A moderator as the filter of a deployed system that is measured: what it flags is withheld, as <c>deliberate serve --moderate</c> does where it
/// blocks. Named by its file, with <c>@THRESHOLD</c> behind it where that is not the usual one.
/// </summary>
/// <param name="named">A file of <c>deliberate judge train harmful-prompts</c>, or <c>FILE@THRESHOLD</c>.</param>
/// <exception cref="UserError">It is none.</exception>
internal sealed class ModeratingFilter(string named) : ISystemFilter
{
    private readonly ClassifierModerator _moderator = Open(named);

    public string Identity => _moderator.Identity;

    public async Task<string?> RefusesPromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation) => Reason(await _moderator.JudgePromptAsync(conversation, cancellation).ConfigureAwait(false));

    public async Task<string?> RefusesAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation) => Reason(await _moderator.JudgeAnswerAsync(conversation, answer, cancellation).ConfigureAwait(false));

    public ValueTask DisposeAsync() => _moderator.DisposeAsync();

    /// <summary>The identity of the filter that a file makes.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static string IdentityOf(string named) => Open(named).Identity;

    /// <summary>How the filter of a file and a threshold is named.</summary>
    public static string NameOf(string file, double threshold) => threshold == ClassifierModerator.UsualThreshold ? file : string.Create(CultureInfo.InvariantCulture, $"{file}@{threshold:0.0##############}");

    private static ClassifierModerator Open(string named)
    {
        var at = File.Exists(named) ? -1 : named.LastIndexOf('@');
        if (at < 0) return new ClassifierModerator(HarmfulPromptsFile.Read(named), ClassifierModerator.UsualThreshold);
        if (!double.TryParse(named.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) || threshold is not (>= 0.01 and <= 1))
            throw new UserError($"\"{named[(at + 1)..]}\" is no threshold from 0.01 to 1.", named, advice: "A filter is named by its file, and with another threshold than the usual one as FILE@0.7.");
        return new ClassifierModerator(HarmfulPromptsFile.Read(named[..at]), threshold);
    }

    private static string? Reason(ModerationVerdict verdict) => verdict.IsFlagged ? verdict.Reason : null;
}
