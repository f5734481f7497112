using System.Globalization;

namespace Deliberate.Evaluation;

/// <summary>Puts an item's choices under its question, lettered, and asks for a letter; with reasoning first where that is wanted.</summary>
public sealed class MultipleChoiceSolver(bool reasons = false) : ISolver
{
    public string Name => reasons ? "multiple_choice(reasons)" : "multiple_choice";

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var choices = context.Item.Choices;
        if (choices.Count is < 2 or > 26) throw new InvalidDataException($"the item {context.Item.Id} has {choices.Count} choices, not 2 to 26");
        var letters = string.Create(CultureInfo.InvariantCulture, $"A to {(char)('A' + choices.Count - 1)}");
        var wanted = reasons
            ? $"Think step by step. Give your final answer on the last line, in the form \"ANSWER: $LETTER\" (without quotes), where $LETTER is one of {letters}."
            : $"Answer with one letter, {letters}, in the form \"ANSWER: $LETTER\" (without quotes).";
        SolverMessages.Rewrite(context, text => $"{text}\n\n{SolverMessages.Lettered(choices)}\n\n{wanted}");
        return ValueTask.CompletedTask;
    }
}
