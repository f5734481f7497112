using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>Puts a system message before the conversation; where there is one already, before its text.</summary>
public sealed class SystemPromptSolver(string text) : ISolver
{
    public string Name => $"system({text})";

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Messages is [{ Role: "system" } first, ..]) context.Messages[0] = first with { Content = $"{text}\n\n{first.Content}" };
        else context.Messages.Insert(0, new ChatMessage("system", text));
        return ValueTask.CompletedTask;
    }
}
