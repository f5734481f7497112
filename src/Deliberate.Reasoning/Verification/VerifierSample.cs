using Deliberate.Models;

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

    /// <summary>The tag that the prompt ended with where it opened the thought, as <c>&lt;think&gt;</c>: the completion then begins within it. Empty where the model opens its thought itself.</summary>
    public string ThoughtOpenedBy { get; init; } = "";

    /// <summary>The thought without its tags; null where there is none.</summary>
    public string? Thinking => Split.Thinking;

    /// <summary>What the completion says outside of its thought; nothing while that is unfinished.</summary>
    public string Text => Split.Text;

    /// <summary>Whether a thought was begun and not ended: such a sample has no answer, and no verifier is asked.</summary>
    internal bool IsUnfinished => Split.IsUnfinished;

    private ThinkingSplit Split => ThinkingSplit.Of(Completion, ThoughtOpenedBy);

    /// <summary>How messages call it: the problem's id and the sample's number.</summary>
    public string Name => $"{OwnProblem.IdOf(Problem)}, sample {Sample}";
}
