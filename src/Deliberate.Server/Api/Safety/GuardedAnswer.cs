using System.Runtime.CompilerServices;
using System.Text;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// An answer between its guards. A prompt that is blocked costs the model nothing. Where answers are blocked, one is shown when it is whole and
/// judged, since what was streamed cannot be taken back; a stream then carries signs of life until it is.
/// </summary>
internal static class GuardedAnswer
{
    /// <param name="draw">The answer without guards.</param>
    /// <param name="place">Given back at once where the prompt is blocked.</param>
    public static async IAsyncEnumerable<AnswerEvent> Read(AnswerGuard guard, PreparedAnswer prepared, QueuePlace? place, Func<IAsyncEnumerable<AnswerEvent>> draw, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ModerationOutcome? outcome = null;
        if (guard.Moderates)
        {
            var (prompt, withheld) = await guard.JudgePromptAsync(cancellation);
            outcome = guard.Outcome(prompt, null);
            if (withheld is not null)
            {
                place?.Release();
                yield return new AnswerEnd(null, IsCut: false, 0, new TokenUsage(prepared.Prompt.Tokens.Length, 0, 0, 0)) { Moderation = outcome, Withheld = withheld };
                yield break;
            }
        }

        var said = new StringBuilder();
        var held = new List<AnswerEvent>();
        await foreach (var happened in draw().WithCancellation(cancellation))
        {
            if (happened is TextPiece piece) said.Append(piece.Text);
            else if (happened is CallEnded call) said.Append('\n').Append(call.Name).Append(' ').Append(call.Arguments);
            if (happened is not AnswerEnd end)
            {
                if (happened is ThoughtPiece ? guard.HoldsThoughts : guard.HoldsAnswers) held.Add(happened);
                else yield return happened;
                continue;
            }

            guard.Watch(end.Thinking, said.ToString());
            string? withheld = null;
            if (outcome is not null)
            {
                var (answer, why) = await guard.JudgeAnswerAsync(said.ToString(), cancellation);
                (outcome, withheld) = (outcome with { Answer = answer }, why);
            }

            if (withheld is null)
            {
                foreach (var kept in held) yield return kept;
                yield return end with { Moderation = outcome };
            }
            else yield return end with { Thinking = null, IsCut = false, Calls = 0, Moderation = outcome, Withheld = withheld };
        }
    }
}
