namespace Deliberate.Reasoning;

/// <summary>What a writer wrote for a problem.</summary>
public sealed record WorkedSolution(Writer Writer, IReadOnlyList<string> Steps, string Answer)
{
    /// <summary>The completion with its chain of thought.</summary>
    public string Completion => ChainOfThought.Format(Steps, Answer);

    /// <summary>The control without chain of thought: the answer that this solution ends in, and nothing before it.</summary>
    public string DirectAnswer => Answer;
}
