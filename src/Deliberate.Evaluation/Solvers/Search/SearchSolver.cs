namespace Deliberate.Evaluation;

/// <summary>Has the rest of the chain answered by a search: wherever the model would go on once, a search of a checkpoint's samples does.</summary>
internal sealed class SearchSolver(SearchSetting setting) : ISolver
{
    public SearchSetting Setting => setting;

    public string Name => setting.Name;

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        context.Search = setting;
        return ValueTask.CompletedTask;
    }
}
