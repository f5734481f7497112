namespace Deliberate.Reasoning;

/// <summary>What comes of comparing an answer with the reference.</summary>
public enum AnswerMatch
{
    Equal,

    Different,

    /// <summary>The answer (or the reference) is not of a form that the grader understands, within its limits.</summary>
    Unreadable,
}
