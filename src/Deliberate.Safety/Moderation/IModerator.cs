using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>What a moderator says of a prompt or an answer.</summary>
/// <param name="IsFlagged">Whether it is to be kept from the model, or from whoever asked.</param>
/// <param name="Reason">Why, in a sentence that may be shown; empty where nothing was flagged.</param>
/// <param name="Scores">By category, from 0 to 1; none where the moderator failed.</param>
/// <param name="Problem">Why there is no verdict; null where there is one. Nothing that has none was found harmless.</param>
internal sealed record ModerationVerdict(bool IsFlagged, string Reason, IReadOnlyDictionary<string, double> Scores, string? Problem = null)
{
    public static ModerationVerdict Failed(string problem) => new(IsFlagged: false, "", new Dictionary<string, double>(StringComparer.Ordinal), problem);
}

/// <summary>Stands in front of a model and behind it: reads what is asked and what is answered, never what was thought. Called from several threads at once.</summary>
internal interface IModerator : IAsyncDisposable
{
    /// <summary>What verdicts call it.</summary>
    string Name { get; }

    /// <summary>All that decides what it flags, for evidence to be bound to; null where that is more than can be named, as of a model that judges.</summary>
    string? Identity { get; }

    /// <param name="conversation">As it goes to the model.</param>
    Task<ModerationVerdict> JudgePromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation);

    /// <param name="conversation">That the answer is to.</param>
    /// <param name="answer">Its text, calls of tools included.</param>
    Task<ModerationVerdict> JudgeAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation);
}
