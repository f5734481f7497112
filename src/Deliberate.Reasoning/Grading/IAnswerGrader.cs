namespace Deliberate.Reasoning;

/// <summary>
/// Compares a final answer with a reference. Graders hold no state, never throw on what a model wrote, and are bounded in time
/// and memory for any text. <see cref="AnswerGraders"/> lists them by name.
/// </summary>
public interface IAnswerGrader
{
    /// <summary>The name in recipes and problem files.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>Whether the answer is the reference.</summary>
    AnswerMatch Compare(string reference, string answer);

    /// <summary>What is wrong with a reference; null where answers can be compared with it.</summary>
    string? Objection(string reference);
}
