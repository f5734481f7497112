using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>A conversation of several turns: the model answers, then each further message of the user is asked in turn; the last answer counts.</summary>
public sealed class TurnsSolver(params IReadOnlyList<string> turns) : ISolver
{
    public string Name => $"turns({string.Join("; ", turns)})";

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var answer = await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
        foreach (var turn in turns)
        {
            // What was held back or cut within the thought is nothing to go on with.
            if (answer.IsBlocked || (answer.IsCut && answer.Text.Length == 0)) return;
            context.Messages.Add(new ChatMessage("user", turn));
            answer = await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
