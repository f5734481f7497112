using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A sampled completion as text, and what its tokens say of its lengths: what is known of a sample before it is graded.</summary>
/// <param name="Text">Special tokens shown; the end token, or from the stop string on, left out.</param>
/// <param name="CompletionTokens">All that was drawn, the end token not counted.</param>
/// <param name="ThoughtTokens">Of these the thought, its tags included; 0 without one.</param>
/// <param name="Truncated">Whether the token budget ended it.</param>
/// <param name="ThoughtOpenedBy">The tag that the prompt opened the thought with; empty where it did not.</param>
internal sealed record SampledText(string Text, int CompletionTokens, int ThoughtTokens, bool Truncated, string ThoughtOpenedBy)
{
    /// <summary>The samples of one problem.</summary>
    public static SampledText[] Of(ProblemEncoder encoder, Problem problem, Rollout[] rollouts)
    {
        var opened = encoder.ThoughtOpenedBy(problem);
        return [.. rollouts.Select(rollout => Of(encoder, opened, rollout))];
    }

    public GradedSample Graded(Problem problem, int sample, Grade grade) =>
        new(problem, sample, Text, CompletionTokens, Truncated, grade) { ThoughtTokens = ThoughtTokens, ThoughtOpenedBy = ThoughtOpenedBy };

    private static SampledText Of(ProblemEncoder encoder, string opened, Rollout rollout)
    {
        var truncated = rollout.FinishReason == FinishReason.Length;
        var reader = new AnswerReader(encoder.Format, opened);
        foreach (var token in rollout.Tokens) reader.Push(token);
        var text = encoder.Text(rollout.Tokens);
        if (reader.IsOver)
        {
            var said = ThinkingSplit.Of(text, opened).Text;
            text = text[..^(said.Length - StopStrings.Cut(said, encoder.Format.StopStrings).Length)];
        }

        var ended = rollout.Tokens.Length > 0 && encoder.StopIds.Contains(rollout.Tokens[^1]);
        return new SampledText(text, rollout.Tokens.Length - (ended ? 1 : 0), reader.ThinkingTokens, truncated, opened);
    }
}
