using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Lets the model call tools until it answers, or has had its turns. What a tool says goes back to it, an error too; a tool that there
/// is not is an error that it is told.
/// </summary>
public sealed class ToolLoopSolver(IReadOnlyList<EvaluationTool> tools, int mostTurns = 10) : ISolver
{
    private const int LongestResult = 16_384;

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
                context.Messages.Add(new ChatMessage("tool", await CallAsync(call, cancellationToken).ConfigureAwait(false)) { ToolCallId = call.Id });
        }
    }

    private async Task<string> CallAsync(ToolCall call, CancellationToken cancellation)
    {
        if (tools.FirstOrDefault(t => t.Name == call.Name) is not { } tool) return $"error: there is no tool \"{call.Name}\"; there are {string.Join(", ", tools.Select(t => t.Name))}";
        try
        {
            var said = await tool.Call(call.Arguments, cancellation).ConfigureAwait(false);
            return Excerpt.Of(said, LongestResult);
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or ArgumentException or FormatException or UserError or InvalidDataException)
        {
            return $"error: {error.Message}";
        }
    }
}
