namespace Deliberate.Models;

/// <summary>
/// Reads the tokens of a completion as they are spelled, tags of thought and special tokens included, without the token that ends it
/// and up to the first stop string behind the thought. Where that is, <see cref="AnswerReader"/> says.
/// </summary>
internal sealed class CompletionReader : ITokenReader
{
    private readonly TextFormat _format;
    private readonly AnswerReader _answer;
    private readonly StreamingDecoder _decoder;
    private readonly Action<AnswerPiece> _show;
    private string _held = "";

    /// <param name="prompt">The text that the model was given.</param>
    /// <param name="show">Given each piece as it becomes known; a thought is text like all other.</param>
    public CompletionReader(TextFormat format, string prompt, Action<AnswerPiece> show)
    {
        (_format, _show) = (format, show);
        _answer = new AnswerReader(format, prompt);
        _decoder = format.Tokenizer.StreamDecoder(skipSpecial: false);
    }

    public bool IsOver => _answer.IsOver;

    public int ThinkingTokens => _answer.ThinkingTokens;

    public void Push(int token)
    {
        if (IsOver || _format.StopIds.Contains(token)) return;
        _answer.Push(token);
        _held += _decoder.Push(token);
        if (IsOver)
        {
            Show(StopStrings.Cut(_held, _format.StopStrings).Length);
            _held = "";
            return;
        }

        Show(_held.Length - StopStrings.Overlap(_held, _format.StopStrings));
    }

    public void Finish()
    {
        if (IsOver) return;
        _held += _decoder.Finish();
        Show(_held.Length);
    }

    private void Show(int length)
    {
        var text = _held[..length];
        _held = _held[length..];
        if (text.Length > 0) _show(new AnswerPiece(text, IsThinking: false));
    }
}
