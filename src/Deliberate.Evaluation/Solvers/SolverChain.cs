namespace Deliberate.Evaluation;

/// <summary>Solvers one after the other; where the last of them left no answer, the model is asked.</summary>
public sealed class SolverChain(params IReadOnlyList<ISolver> solvers) : ISolver
{
    /// <summary>In their order.</summary>
    internal IReadOnlyList<ISolver> Parts => solvers;

    public string Name => string.Join(" > ", solvers.Select(s => s.Name));

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (var solver in solvers) await solver.SolveAsync(context, cancellationToken).ConfigureAwait(false);
        if (context.Answer is null) await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
    }
}
