using System.Globalization;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Lets the model call tools until it answers, or has had its turns. What a tool says goes back to it, an error too; a tool that there
/// is not is an error that it is told.
/// </summary>
public sealed class ToolLoopSolver(IReadOnlyList<EvaluationTool> tools, int mostTurns = 10) : ISolver
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"tools({string.Join(", ", tools.Select(t => t.Name))}; {mostTurns} turns)");

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Options = context.Options with { Tools = tools };
        for (var turn = 0; turn < mostTurns; turn++)
        {
            var answer = await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
            if (answer.ToolCalls.Count == 0 || answer.IsCut || answer.IsBlocked) return;
            foreach (var call in answer.ToolCalls)
                context.Messages.Add(new ChatMessage("tool", await ToolCaller.CallAsync(tools, call, cancellationToken).ConfigureAwait(false)) { ToolCallId = call.Id });
        }
    }
}
