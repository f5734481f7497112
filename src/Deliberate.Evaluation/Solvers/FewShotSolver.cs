using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>Puts worked examples before the question, as turns of the conversation. An example that asks what the item asks is left out.</summary>
public sealed class FewShotSolver(IReadOnlyList<(string Prompt, string Answer)> examples) : ISolver
{
    public string Name => $"few_shot({string.Join("; ", examples.Select(e => $"{e.Prompt} -> {e.Answer}"))})";

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var at = SolverMessages.LastOfUser(context);
        var asked = context.Messages[at].Content;
        foreach (var (prompt, answer) in examples)
        {
            if (prompt.Trim() == asked.Trim()) continue;
            context.Messages.Insert(at++, new ChatMessage("user", prompt));
            context.Messages.Insert(at++, new ChatMessage("assistant", answer));
        }

        return ValueTask.CompletedTask;
    }
}
