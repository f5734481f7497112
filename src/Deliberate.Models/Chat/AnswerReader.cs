using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Reads the tokens of an answer, one by one or at once: its text and its chain of thought apart, without stop tokens and other
/// special tokens, up to the first stop string behind the thought. Tags of thought that are special tokens of the model are seen as
/// tags, and a stop string that is the spelling of a special token is found as that token.
/// </summary>
internal sealed class AnswerReader : ITokenReader
{
    private readonly TextFormat _format;
    private readonly StreamingDecoder _decoder;
    private readonly ThinkingSplitter _splitter;
    private readonly StopStrings _answer;
    private readonly StringBuilder _text = new(), _thinking = new();
    private int _undecided;

    /// <param name="prompt">The text that the model was given.</param>
    /// <param name="watch">Given each piece as it becomes known.</param>
    public AnswerReader(TextFormat format, string prompt, Action<AnswerPiece>? watch = null)
    {
        _format = format;
        _answer = new StopStrings(format.StopStrings, text => Show(new AnswerPiece(text, IsThinking: false)));
        _decoder = format.Tokenizer.StreamDecoder();
        _splitter = new ThinkingSplitter(prompt, piece =>
        {
            if (piece.IsThinking) Show(piece);
            else _answer.Push(piece.Text);
        });

        void Show(AnswerPiece piece)
        {
            (piece.IsThinking ? _thinking : _text).Append(piece.Text);
            watch?.Invoke(piece);
        }
    }

    /// <summary>For <see cref="SampleRequest.Watch"/>: ends samples at stop strings; null where there are none to end them.</summary>
    public static Func<Func<int, bool>>? Watch(TextFormat format, string prompt) => format.StopStrings.Count == 0 ? null : () =>
    {
        var reader = new AnswerReader(format, prompt);
        return token =>
        {
            reader.Push(token);
            return reader.IsOver;
        };
    };

    public string Text => _text.ToString();

    /// <summary>Null where there is none.</summary>
    public string? Thinking => _thinking.Length > 0 ? _thinking.ToString() : null;

    /// <summary>The tags of the thought that is going on; null where none is.</summary>
    public ThinkingTags? OpenThought => _splitter.IsThinking ? _splitter.Tags : null;

    /// <summary>Tokens that belong to the thought, tags included.</summary>
    public int ThinkingTokens { get; private set; }

    /// <summary>Whether a stop string has ended the answer; further tokens are passed over.</summary>
    public bool IsOver { get; private set; }

    public void Push(int token)
    {
        if (IsOver || _format.StopIds.Contains(token)) return;
        var wasThinking = _splitter.IsThinking;
        _splitter.Push(Tag(token) is { } tag ? _decoder.Finish() + tag : _decoder.Push(token));
        // An opening tag may take several tokens: those before its last are known for thought only then.
        if (_splitter.IsUndecided) _undecided++;
        else if (wasThinking || _splitter.IsThinking) (ThinkingTokens, _undecided) = (ThinkingTokens + _undecided + 1, 0);
        else _undecided = 0;
        IsOver = _answer.Found || (!wasThinking && !_splitter.IsThinking && _format.Tokenizer.IsSpecial(token) && _format.StopStrings.Contains(_format.Tokenizer.IdToToken(token)!));
    }

    /// <summary>The last token was pushed.</summary>
    public void Finish()
    {
        _splitter.Push(_decoder.Finish());
        _splitter.Finish();
        _answer.Finish();
    }

    /// <summary>The spelling of a special token that is a tag; null for all others, which the decoder knows how to show.</summary>
    private string? Tag(int token)
    {
        if (!_format.Tokenizer.IsSpecial(token) || _format.Tokenizer.IdToToken(token) is not { } spelling) return null;
        foreach (var tags in ThinkingTags.All)
            if (spelling == tags.Open || spelling == tags.Close) return spelling;
        return null;
    }
}
