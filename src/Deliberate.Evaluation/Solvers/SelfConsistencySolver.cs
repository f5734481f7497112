using System.Globalization;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Draws several answers and gives one whose final answer most of them share (Wang et al. 2022); of equally many the one that was drawn
/// first. Answers without a final answer cast no vote; where none has one, the first is given.
/// </summary>
/// <param name="samples">How many are drawn.</param>
/// <param name="answers">Where their final answers stand.</param>
public sealed class SelfConsistencySolver(int samples, AnswerFormat answers = AnswerFormat.Marked) : ISolver
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"self_consistency({samples})");

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<(ModelAnswer Answer, string? Vote)> drawn = [];
        ChatMessage[] asked = [.. context.Messages];
        for (var i = 0; i < samples; i++)
        {
            var answer = await context.AskAsync(asked, cancellationToken).ConfigureAwait(false);
            drawn.Add((answer, AnswerExtraction.Extract(answer.Completion, answers, answer.IsCut, answer.ThoughtOpenedBy)));
        }

        var votes = drawn.Where(d => d.Vote is not null).GroupBy(d => Normalised(d.Vote!), StringComparer.Ordinal).OrderByDescending(g => g.Count()).FirstOrDefault();
        context.Give(asked, votes?.First().Answer ?? drawn[0].Answer);
    }

    private static string Normalised(string answer) => string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
