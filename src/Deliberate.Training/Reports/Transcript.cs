namespace Deliberate.Training;

/// <summary>What the checker says of one step.</summary>
internal enum StepMark
{
    Right,
    Wrong,

    /// <summary>The checker has no opinion: a remark, or a step after a broken one.</summary>
    Unchecked,
}

/// <summary>One step of a thought as the model wrote it, the mark, and for a wrong one the reason.</summary>
internal sealed record TranscriptStep(string Text, StepMark Mark, string Reason = "");

/// <summary>One attempt: the steps, the answer, whether it is right, and the reason where not (no answer, budget ran out).</summary>
internal sealed record Transcript(string Label, IReadOnlyList<TranscriptStep> Steps, string Answer, bool IsRight, string Reason = "")
{
    /// <summary>Tokens of the thought, its tags included; below zero where unknown.</summary>
    public int ThoughtTokens { get; init; } = -1;
}

/// <summary>The same problem before and after.</summary>
internal sealed record TranscriptPair(string Problem, string Expected, Transcript Before, Transcript After);
