namespace Deliberate.Reasoning;

/// <summary>What a writer wrote for a problem.</summary>
public sealed record WorkedSolution(Writer Writer, IReadOnlyList<string> Steps, string Answer)
{
    /// <summary>The turns of a solution that is an episode of an environment; none of one that is a single text.</summary>
    public IReadOnlyList<WorkedTurn> Turns { get; init; } = [];

    /// <summary>The completion with its chain of thought; of an episode all that is said and replied, a line each.</summary>
    public string Completion => Turns.Count > 0 ? string.Join('\n', Turns.SelectMany(turn => turn.Reply is null ? [turn.Said] : new[] { turn.Said, turn.Reply })) : ChainOfThought.Format(Steps, Answer);

    /// <summary>The control without chain of thought: the answer that this solution ends in, and nothing before it.</summary>
    public string DirectAnswer => Answer;
}

/// <summary>A turn of a solution that is an episode: what is said, and what the environment replies; null at the end.</summary>
public sealed record WorkedTurn(string Said, string? Reply);
