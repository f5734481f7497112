namespace Deliberate.Models;

/// <summary>
/// The marks that models put around their chain of thought, each as its makers write it. To know another, add its line.
/// </summary>
internal readonly record struct ThinkingTags(string Open, string Close)
{
    public static IReadOnlyList<ThinkingTags> All { get; } =
    [
        // DeepSeek-R1, Qwen3, QwQ, SmolLM3 and most others; Deliberate's own models.
        new("<think>", "</think>"),
        new("<thinking>", "</thinking>"),
        new("<thought>", "</thought>"),
        new("<reasoning>", "</reasoning>"),
        // Magistral.
        new("[THINK]", "[/THINK]"),
        // Sky-T1, OpenThinker.
        new("<|begin_of_thought|>", "<|end_of_thought|>"),
        // Seed-OSS.
        new("<seed:think>", "</seed:think>"),
        // Command A and R7B.
        new("<|START_THINKING|>", "<|END_THINKING|>"),
        // Kimi-VL.
        new("◁think▷", "◁/think▷"),
    ];

    /// <summary>The tags whose opening one a prompt ends with, space aside: what the model writes then begins within its thought.</summary>
    public static ThinkingTags? OpenedBy(ReadOnlySpan<char> prompt)
    {
        var end = prompt.TrimEnd();
        foreach (var tags in All)
            if (end.EndsWith(tags.Open, StringComparison.Ordinal)) return tags;
        return null;
    }

    /// <summary>A prompt without the opening tag that it ends with.</summary>
    public static string WithoutOpening(string prompt) => OpenedBy(prompt) is { } opened ? prompt[..(prompt.AsSpan().TrimEnd().Length - opened.Open.Length)] : prompt;

    /// <summary>The tags whose closing one a prompt ends with, space aside: the thought is over before the model writes.</summary>
    public static ThinkingTags? ClosedBy(ReadOnlySpan<char> prompt)
    {
        var end = prompt.TrimEnd();
        foreach (var tags in All)
            if (end.EndsWith(tags.Close, StringComparison.Ordinal)) return tags;
        return null;
    }

    /// <summary>The tags whose closing one comes first in a text, before any opening one; null where there is none.</summary>
    public static ThinkingTags? ClosedFirst(ReadOnlySpan<char> text)
    {
        ThinkingTags? found = null;
        foreach (var tags in All)
        {
            if (text.IndexOf(tags.Close, StringComparison.Ordinal) is var close and >= 0)
            {
                found = tags;
                text = text[..close];
            }

            if (text.IndexOf(tags.Open, StringComparison.Ordinal) is var open and >= 0)
            {
                found = null;
                text = text[..open];
            }
        }

        return found;
    }

    /// <summary>Whether a tag of any kind stands in a text.</summary>
    public static bool Occur(string text)
    {
        foreach (var (open, close) in All)
            if (text.Contains(open, StringComparison.Ordinal) || text.Contains(close, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>Where the last closing tag of any kind ends, 0 without one; -1 where an opening one comes behind it.</summary>
    public static int EndOfLast(string text)
    {
        int begun = -1, ended = 0;
        foreach (var (open, close) in All)
        {
            begun = Math.Max(begun, text.LastIndexOf(open, StringComparison.Ordinal));
            if (text.LastIndexOf(close, StringComparison.Ordinal) is var at and >= 0) ended = Math.Max(ended, at + close.Length);
        }

        return begun >= ended ? -1 : ended;
    }
}
