namespace Deliberate.Models;

/// <summary>A stretch of what a model wrote, as it becomes known.</summary>
/// <param name="Text">The stretch.</param>
/// <param name="IsThinking">Part of the chain of thought, not of the answer.</param>
public readonly record struct AnswerPiece(string Text, bool IsThinking);

/// <summary>
/// Separates a chain of thought from the answer behind it while the text is being written: thought is what stands between the
/// tags of <see cref="ThinkingTags"/> at the very beginning, or from the beginning to a closing tag where the prompt has opened
/// it (some models repeat the opening tag then). Tags are shown nowhere, nor is the space beside them. Holds back only what may
/// still turn out to be part of a tag.
/// </summary>
internal sealed class ThinkingSplitter
{
    private readonly Action<AnswerPiece> _show;
    private ThinkingTags _tags;
    private Phase _phase;
    private string _held = "";

    /// <summary>Whether space is passed over until something else comes.</summary>
    private bool _skipsSpace;

    /// <param name="prompt">What the model was given, which may end with an opening tag.</param>
    /// <param name="show">Given every piece in order.</param>
    public ThinkingSplitter(string prompt, Action<AnswerPiece> show)
    {
        _show = show;
        if (ThinkingTags.OpenedBy(prompt) is { } tags) (_tags, _phase, _skipsSpace, HasThought) = (tags, Phase.Opened, true, true);
    }

    private enum Phase
    {
        /// <summary>It may begin with an opening tag.</summary>
        Undecided,

        /// <summary>The prompt opened the thought; the opening tag may come again.</summary>
        Opened,
        Thinking,
        Answering,
    }

    /// <summary>Whether what comes next is thought, as far as is known.</summary>
    public bool IsThinking => _phase is Phase.Opened or Phase.Thinking;

    /// <summary>Of the thought, once one was begun.</summary>
    public ThinkingTags Tags => _tags;

    /// <summary>Whether the text so far may yet turn out to begin with an opening tag.</summary>
    public bool IsUndecided => _phase == Phase.Undecided;

    /// <summary>Whether a thought was begun, be it empty.</summary>
    public bool HasThought { get; private set; }

    public void Push(string text)
    {
        _held += text;
        if (_phase == Phase.Undecided) Decide();
        if (_phase == Phase.Opened) PassRepeated();
        if (_phase == Phase.Thinking) Think();
        if (_phase == Phase.Answering) Show(_held.Length, isThinking: false);
    }

    /// <summary>The text is over: shows what was held back.</summary>
    public void Finish() => Show(IsThinking ? _held.TrimEnd().Length : _held.Length, IsThinking);

    /// <summary>Sees, as soon as it can be seen, whether the text begins with an opening tag.</summary>
    private void Decide()
    {
        var start = _held.AsSpan().TrimStart();
        var possible = start.IsEmpty;
        foreach (var tags in ThinkingTags.All)
        {
            if (start.StartsWith(tags.Open, StringComparison.Ordinal))
            {
                _held = start[tags.Open.Length..].ToString();
                (_tags, _phase, _skipsSpace, HasThought) = (tags, Phase.Thinking, true, true);
                return;
            }

            possible |= tags.Open.AsSpan().StartsWith(start, StringComparison.Ordinal);
        }

        if (!possible) _phase = Phase.Answering;
    }

    /// <summary>Passes over the opening tag where the model writes the prompt's once more.</summary>
    private void PassRepeated()
    {
        var start = _held.AsSpan().TrimStart();
        if (start.StartsWith(_tags.Open, StringComparison.Ordinal)) _held = start[_tags.Open.Length..].ToString();
        else if (_tags.Open.AsSpan().StartsWith(start, StringComparison.Ordinal)) return;
        _phase = Phase.Thinking;
    }

    private void Think()
    {
        var close = _held.IndexOf(_tags.Close, StringComparison.Ordinal);
        if (close < 0)
        {
            // The end may be the beginning of the closing tag, and the space before it that before the tag.
            Show(_held.AsSpan(0, _held.Length - Overlap(_held, _tags.Close)).TrimEnd().Length, isThinking: true);
            return;
        }

        var behind = _held[(close + _tags.Close.Length)..];
        Show(_held.AsSpan(0, close).TrimEnd().Length, isThinking: true);
        (_held, _phase, _skipsSpace) = (behind, Phase.Answering, true);
    }

    /// <summary>Length of the longest end of the text that a tag begins with.</summary>
    private static int Overlap(string text, string tag)
    {
        for (var length = Math.Min(tag.Length - 1, text.Length); length > 0; length--)
            if (text.AsSpan().EndsWith(tag.AsSpan(0, length), StringComparison.Ordinal)) return length;
        return 0;
    }

    /// <summary>Shows the first characters of what is held.</summary>
    private void Show(int length, bool isThinking)
    {
        var text = _held[..length];
        _held = _held[length..];
        if (_skipsSpace) text = text.TrimStart();
        if (text.Length == 0) return;
        _skipsSpace = false;
        _show(new AnswerPiece(text, isThinking));
    }
}
