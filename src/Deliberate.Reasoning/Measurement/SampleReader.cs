using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Drawn tokens as samples: the text, what of it is thought, the answer, the lengths; all that is known before anybody judges.</summary>
/// <param name="encoder">Of the model's text format.</param>
/// <param name="set">That says where answers stand.</param>
internal sealed class SampleReader(ProblemEncoder encoder, ProblemSet set)
{
    /// <summary>The samples of one problem.</summary>
    public IEnumerable<Sample> Read(Problem problem, Rollout[] rollouts)
    {
        var opened = encoder.ThoughtOpenedBy(problem);
        return rollouts.Select((rollout, attempt) =>
        {
            var truncated = rollout.FinishReason == FinishReason.Length;
            var reader = new AnswerReader(encoder.Format, opened);
            foreach (var token in rollout.Tokens) reader.Push(token);
            var text = Completion(encoder, rollout.Tokens, reader, opened);
            var ended = rollout.Tokens.Length > 0 && encoder.StopIds.Contains(rollout.Tokens[^1]);
            return new Sample
            {
                Problem = problem,
                Attempt = attempt,
                Completion = text,
                Answer = set.AnswerOf(text, truncated, opened),
                Truncated = truncated,
                ThoughtOpenedBy = opened,
                CompletionTokens = rollout.Tokens.Length - (ended ? 1 : 0),
                ThoughtTokens = reader.ThinkingTokens,
                Rollout = rollout,
            };
        });
    }

    /// <summary>As text, special tokens shown; the end token, or from a stop string on, left out.</summary>
    public static string Completion(ProblemEncoder encoder, int[] tokens, AnswerReader reader, string opened)
    {
        var text = encoder.Text(tokens);
        if (!reader.IsOver) return text;
        var said = ThinkingSplit.Of(text, opened).Text;
        return text[..^(said.Length - StopStrings.Cut(said, encoder.Format.StopStrings).Length)];
    }
}
