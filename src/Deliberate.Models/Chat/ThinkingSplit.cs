using System.Text;

namespace Deliberate.Models;

/// <summary>
/// A whole completion, its chain of thought and its answer apart: the one place that says so for what chat, generate, graders,
/// verifiers, training data and reports make of it. Thought and text are those of <see cref="ThinkingSplitter"/>; what is looked
/// at for an answer is stricter, since nothing that was only thought may count: the text behind the last thought of any kind.
/// </summary>
/// <param name="Thinking">The first thought, without its tags; null where there is none.</param>
/// <param name="Text">What is said outside of it; nothing while it is unfinished.</param>
/// <param name="Answer">What may be graded; null where a thought is unfinished.</param>
internal sealed record ThinkingSplit(string? Thinking, string Text, string? Answer)
{
    /// <summary>Whether a thought was begun and not ended: then there is no answer yet.</summary>
    public bool IsUnfinished => Answer is null;

    /// <summary>Whether a closing tag shows that there was a thought, although neither the prompt nor the completion opens one.</summary>
    public bool LacksOpening { get; private init; }

    /// <param name="completion">Without its end-of-text token, special tokens shown.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag, the completion begins within the thought.</param>
    public static ThinkingSplit Of(string completion, string prompt = "")
    {
        StringBuilder thinking = new(), text = new();
        var splitter = new ThinkingSplitter(prompt, piece => (piece.IsThinking ? thinking : text).Append(piece.Text));
        splitter.Push(completion);
        splitter.Finish();
        if (!splitter.HasThought && ThinkingTags.ClosedFirst(completion) is { } tags) return Of(completion, tags.Open) with { LacksOpening = true };
        var said = text.ToString();
        var end = splitter.IsThinking ? -1 : ThinkingTags.EndOfLast(said);
        return new ThinkingSplit(splitter.HasThought ? thinking.ToString() : null, said, end < 0 ? null : said[end..]);
    }
}
