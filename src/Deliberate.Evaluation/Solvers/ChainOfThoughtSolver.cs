namespace Deliberate.Evaluation;

/// <summary>Asks for reasoning first and a marked answer last, in the words of simple-evals' zero-shot protocol.</summary>
public sealed class ChainOfThoughtSolver(string? instruction = null) : ISolver
{
    public const string Usual = "Think step by step before answering. Give your final answer on the last line, in the form \"ANSWER: $ANSWER\" (without quotes), where $ANSWER is the answer.";

    private readonly string _instruction = instruction ?? Usual;

    public string Name => instruction is null ? "chain_of_thought" : $"chain_of_thought({instruction})";

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        SolverMessages.Rewrite(context, text => $"{text}\n\n{_instruction}");
        return ValueTask.CompletedTask;
    }
}
