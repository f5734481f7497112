namespace Deliberate.Models;

/// <summary>Makes text of tokens while they are drawn, and says when it is over.</summary>
internal interface ITokenReader
{
    /// <summary>Whether a stop string has ended the text; further tokens are passed over.</summary>
    bool IsOver { get; }

    /// <summary>Tokens that belong to the thought, tags included.</summary>
    int ThinkingTokens { get; }

    void Push(int token);

    /// <summary>The last token was pushed.</summary>
    void Finish();
}
