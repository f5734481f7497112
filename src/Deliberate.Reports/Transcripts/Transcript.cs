using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>What the checker says of one step.</summary>
internal enum StepMark
{
    Right,
    Wrong,

    /// <summary>The checker has no opinion: a remark, or a step after a broken one.</summary>
    Unchecked,
}

/// <summary>One step of a thought as the model wrote it, the mark, and for a wrong one the reason.</summary>
internal sealed record TranscriptStep(string Text, StepMark Mark, string Reason = "")
{
    /// <summary>What an environment replied to it; null where nothing did.</summary>
    public string? Result { get; init; }
}

/// <summary>One attempt: the steps, the answer, what became of it, and the reason where it is not right (no answer, budget ran out).</summary>
internal sealed record Transcript(string Label, IReadOnlyList<TranscriptStep> Steps, string Answer, SampleOutcome Outcome, string Reason = "")
{
    public bool IsRight => Outcome == SampleOutcome.Pass;

    /// <summary>Tokens of the thought, its tags included; below zero where unknown.</summary>
    public int ThoughtTokens { get; init; } = -1;

    /// <summary>What it says outside of the thought, where more than the answer is to be shown.</summary>
    public string Reply { get; init; } = "";

    /// <summary>What else was measured of it.</summary>
    public IReadOnlyList<Score> Scores { get; init; } = [];

    /// <summary>Where nobody checks steps, the thought is shown as it is.</summary>
    public static Transcript Of(string label, ScoredSample sample)
    {
        if (sample.Sample.Episode is { } episode) return Played(label, sample, episode);
        var verdict = sample.Verdict;
        var steps = verdict.Steps.Count > 0
            ? sample.Steps.Select(step => new TranscriptStep(step.Text, step.Verdict.IsRight ? StepMark.Right : StepMark.Wrong, step.Verdict.IsRight ? "" : step.Verdict.Reason))
            : Lines(sample.Sample.Thinking).Select(text => new TranscriptStep(text, StepMark.Unchecked));
        var isGraded = verdict.IsJudged && verdict.Value is not (0 or 1);
        return new Transcript(label, [.. steps], sample.Answer ?? "", sample.Outcome, sample.IsRight ? "" : verdict.Reason)
        {
            ThoughtTokens = sample.Sample.ThoughtTokens ?? -1,
            Reply = sample.Sample.Text.Trim(),
            Scores = isGraded ? [new Score("score", verdict.Value), .. verdict.Scores] : verdict.Scores,
        };
    }

    /// <summary>An episode: a step a turn, each with its reply. Who spoke is known from the record, not from what the text looks like.</summary>
    private static Transcript Played(string label, ScoredSample sample, Episode episode)
    {
        var turns = episode.Turns.SkipLast(sample.Sample.Answer is null ? 0 : 1).Select(turn => new TranscriptStep(
            turn.Thinking is { } thinking ? $"({thinking.Trim()}) {turn.Said}" : turn.Said, turn.Reward < 0 ? StepMark.Wrong : turn.Reward > 0 ? StepMark.Right : StepMark.Unchecked, turn.Reward < 0 ? "costs" : "")
        { Result = turn.Reply });
        return new Transcript(label, [.. turns], sample.Answer ?? "", sample.Outcome, sample.IsRight ? "" : sample.Verdict.Reason)
        {
            ThoughtTokens = sample.CompletionTokens,
            Scores = sample.IsJudged ? [new Score("score", sample.Verdict.Value), .. sample.Verdict.Scores] : [],
            IsPlayed = true,
        };
    }

    /// <summary>Whether its steps are turns in an environment.</summary>
    public bool IsPlayed { get; init; }

    /// <summary>A thought that nobody checked, a step a line.</summary>
    public static string[] Lines(string? thought) => thought?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

/// <summary>The same problem before and after.</summary>
internal sealed record TranscriptPair(string Problem, string Expected, Transcript Before, Transcript After);
