using System.Text;

namespace Deliberate.Server;

/// <summary>One message on the page, and of an answer how far it is.</summary>
internal sealed class ChatTurn(bool isUser, string text = "")
{
    private readonly StringBuilder _text = new(text), _thought = new();

    public bool IsUser { get; } = isUser;

    public string Text => _text.ToString();

    /// <summary>What was thought; empty where it is hidden.</summary>
    public string Thought => _thought.ToString();

    /// <summary>Whether it is being written.</summary>
    public bool IsOpen { get; private set; } = !isUser;

    /// <summary>Whether the model has begun to think and not to answer.</summary>
    public bool IsThinking { get; private set; }

    public bool IsStopped { get; private set; }

    public AnswerEnd? End { get; private set; }

    /// <summary>Why there is no answer, or no more of it.</summary>
    public string? Problem { get; private set; }

    public void Take(AnswerEvent happened, bool showsThought)
    {
        switch (happened)
        {
            case ThoughtPiece piece:
                IsThinking = true;
                if (showsThought) _thought.Append(piece.Text);
                break;
            case TextPiece piece:
                IsThinking = false;
                _text.Append(piece.Text);
                break;
            case AnswerEnd end:
                IsThinking = false;
                (End, Problem) = (end, end.Withheld);
                break;
        }
    }

    /// <summary>There is nothing more to come.</summary>
    public void Close(string? problem = null, bool isStopped = false) => (IsOpen, IsThinking, Problem, IsStopped) = (false, false, problem ?? Problem, isStopped);
}
