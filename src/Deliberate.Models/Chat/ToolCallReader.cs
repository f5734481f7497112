namespace Deliberate.Models;

/// <summary>
/// Separates calls of tools from the text of an answer while it is being written. Calls stand between the tags of <see cref="ToolCallText"/>;
/// an answer that is one JSON object and names one of the tools is a call too (Llama 3). Holds back only what may be one.
/// </summary>
/// <param name="tools">Names of those that are there.</param>
/// <param name="show">Given text that is no call.</param>
/// <param name="call">Given each call: its name and arguments.</param>
internal sealed class ToolCallReader(IReadOnlyCollection<string> tools, Action<string> show, Action<string, Dictionary<string, object?>> call)
{
    private string _held = "";
    private bool _isWithin, _hasShown;

    /// <summary>Whether anything is a call: else all is shown as it comes.</summary>
    public bool ReadsCalls { get; init; } = true;

    public void Push(string text)
    {
        if (!ReadsCalls)
        {
            show(text);
            return;
        }

        _held += text;
        while (true)
        {
            if (_isWithin)
            {
                var end = _held.IndexOf(ToolCallText.Close, StringComparison.Ordinal);
                if (end < 0) return;
                Called(_held[..end], $"{ToolCallText.Open}{_held[..end]}{ToolCallText.Close}");
                (_held, _isWithin) = (_held[(end + ToolCallText.Close.Length)..], false);
                continue;
            }

            if (!_hasShown && _held.TrimStart().StartsWith('{')) return;
            var begin = _held.IndexOf(ToolCallText.Open, StringComparison.Ordinal);
            Show(begin >= 0 ? begin : _held.Length - StopStrings.Overlap(_held, [ToolCallText.Open]));
            if (begin < 0) return;
            (_held, _isWithin) = (_held[ToolCallText.Open.Length..], true);
        }
    }

    /// <summary>The answer is over: what is held back is a call that was not closed, or text.</summary>
    public void Finish()
    {
        if (_held.Length > 0) Called(_held, _isWithin ? ToolCallText.Open + _held : _held);
        _held = "";
    }

    private void Called(string inside, string whole)
    {
        if (ToolCallText.Parse(inside) is { } called && (_isWithin || tools.Contains(called.Name))) call(called.Name, called.Arguments);
        else show(whole);
    }

    private void Show(int length)
    {
        var text = _held[..length];
        _held = _held[length..];
        // White space alone stands between calls.
        if (text.Length == 0 || (!_hasShown && string.IsNullOrWhiteSpace(text))) return;
        _hasShown = true;
        show(text);
    }
}
