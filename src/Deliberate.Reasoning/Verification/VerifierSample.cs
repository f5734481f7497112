namespace Deliberate.Reasoning;

/// <summary>A completion to verify.</summary>
public sealed record VerifierSample
{
    /// <summary>The problem; <see cref="Problem.State"/> is the whole line of the problem file as JSON, whatever fields it has.</summary>
    public required Problem Problem { get; init; }

    /// <summary>Which of the problem's samples, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>All that the model wrote, thought included, without its end token.</summary>
    public required string Completion { get; init; }

    /// <summary>The final answer as the recipe's <c>answer_format</c> finds it; null where there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the token budget ended the completion.</summary>
    public bool Truncated { get; init; }

    /// <summary>How messages call it: the problem's id and the sample's number.</summary>
    public string Name => $"{OwnProblem.IdOf(Problem)}, sample {Sample}";
}
