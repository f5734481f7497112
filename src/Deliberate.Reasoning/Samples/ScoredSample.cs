namespace Deliberate.Reasoning;

/// <summary>A sample and what was found of it; what it says of itself most often is at hand here.</summary>
internal sealed record ScoredSample(Sample Sample, Verdict Verdict)
{
    public Problem Problem => Sample.Problem;

    /// <inheritdoc cref="Sample.Attempt"/>
    public int Attempt => Sample.Attempt;

    public string? Answer => Sample.Answer;

    /// <inheritdoc cref="Sample.CompletionTokens"/>
    public int CompletionTokens => Sample.CompletionTokens;

    public bool Truncated => Sample.Truncated;

    public SampleOutcome Outcome => Verdict.Outcome;

    public bool IsRight => Verdict.IsRight;

    public bool AllStepsRight => Verdict.AllStepsRight;

    /// <inheritdoc cref="Verdict.IsJudged"/>
    public bool IsJudged => Verdict.IsJudged;

    /// <summary>The steps of the thought with what was found of each; none where nobody checks steps.</summary>
    public IReadOnlyList<(string Text, Verdict Verdict)> Steps => Verdict.Steps.Count == 0 ? [] : [.. Sample.Steps.Zip(Verdict.Steps)];

    /// <summary>Whether the sample would have been right within a budget of tokens, the end token included.</summary>
    public bool IsRightWithin(int budget) => IsRight && CompletionTokens + 1 <= budget;
}
