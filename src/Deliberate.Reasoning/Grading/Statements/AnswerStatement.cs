namespace Deliberate.Reasoning;

/// <summary>How clearly a place in a text states its answer. The last of the clearest statements is the answer.</summary>
internal enum StatementConfidence
{
    /// <summary>Words that may be an answer or a remark ("the answer is surprising"), or a choice without the word answer.</summary>
    Weak,

    /// <summary>A mark with a value behind it.</summary>
    Clear,
}

/// <summary>A place in a text that states an answer.</summary>
/// <param name="Start">Where its mark begins.</param>
/// <param name="End">Behind what was read of it.</param>
/// <param name="Confidence">How clearly it does.</param>
/// <param name="Value">What it states; null where it takes back what was stated before, or was begun and never finished.</param>
internal sealed record AnswerStatement(int Start, int End, StatementConfidence Confidence, string? Value)
{
    /// <summary>Whether it means nothing unless an answer stands before it: "wait, it is 8".</summary>
    public bool Corrects { get; init; }

    /// <summary>Whether other marks within it belong to it: a box in "the answer is \boxed{7} or \boxed{8}".</summary>
    public bool Covers { get; init; }
}
