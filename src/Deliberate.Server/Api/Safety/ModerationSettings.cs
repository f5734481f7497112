using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>What becomes of what a moderator flags.</summary>
internal enum ModerationMode
{
    /// <summary>It is said in the answer's field <c>moderation</c>, and nothing else.</summary>
    Score,

    /// <summary>A prompt is kept from the model, an answer from whoever asked; so is what the moderator failed to judge.</summary>
    Block,
}

/// <summary>Who reads prompts and answers, and what becomes of what they flag.</summary>
/// <param name="Moderator">Owned by the server.</param>
internal sealed record ModerationSettings(IModerator Moderator, ModerationMode Prompts = ModerationMode.Block, ModerationMode Answers = ModerationMode.Block)
{
    /// <summary>How <c>deliberate gate --filters</c> names it; null for its own name.</summary>
    public string? Filter { get; init; }
}
