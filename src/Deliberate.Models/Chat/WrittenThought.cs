namespace Deliberate.Models;

/// <summary>
/// A text to learn from, its thought and its answer apart as they are written, spaces and all; and how a model has to write it
/// behind the very prompt that it will be asked with.
/// </summary>
/// <param name="Tags">Around the thought; those of our own models where the text has none.</param>
/// <param name="Thought">Null where there is none.</param>
/// <param name="Answer">All behind the closing tag; the whole text where there is no thought.</param>
internal sealed record WrittenThought(ThinkingTags Tags, string? Thought, string Answer)
{
    /// <summary>What stands between the tags where a template is not there to say: each tag on a line of its own.</summary>
    private const string Line = "\n", Gap = "\n\n";

    /// <summary>Reads a text that may begin with a thought, or, where it was written behind a prompt that opened it, hold the closing tag alone.</summary>
    public static WrittenThought Read(string text)
    {
        var start = text.AsSpan().TrimStart();
        foreach (var tags in ThinkingTags.All)
        {
            if (!start.StartsWith(tags.Open, StringComparison.Ordinal)) continue;
            var begin = text.Length - start.Length + tags.Open.Length;
            return text.IndexOf(tags.Close, begin, StringComparison.Ordinal) is var close and >= 0
                ? new WrittenThought(tags, text[begin..close], text[(close + tags.Close.Length)..])
                : new WrittenThought(tags, null, text);
        }

        if (ThinkingTags.ClosedFirst(text) is not { } closed) return new WrittenThought(ThinkingTags.All[0], null, text);
        var end = text.IndexOf(closed.Close, StringComparison.Ordinal);
        return new WrittenThought(closed, text[..end], text[(end + closed.Close.Length)..]);
    }

    /// <summary>A thought that is given apart from the answer.</summary>
    public static WrittenThought Of(ThinkingTags tags, string thought, string answer) => new(tags, $"{Line}{thought.Trim('\n')}{Line}", Gap + answer.TrimStart('\n'));

    /// <summary>
    /// What the model has to write behind a prompt: where that opened the thought, the thought without its opening tag, closed as the
    /// prompt opened it, and without a thought the closing tag at once, since what comes before it would be one.
    /// </summary>
    public string Behind(ReadOnlySpan<char> prompt)
    {
        if (ThinkingTags.OpenedBy(prompt) is not { } opened) return Thought is null ? Answer : Tags.Open + Thought + Tags.Close + Answer;
        var written = prompt[prompt.TrimEnd().Length..];
        var thought = Thought ?? Gap;
        // Of the space behind the opening tag the prompt has written its part.
        if (thought.AsSpan().StartsWith(written, StringComparison.Ordinal)) thought = thought[written.Length..];
        return thought + opened.Close + (Thought is null ? Gap + Answer.TrimStart('\n') : Answer);
    }
}
