using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Runs evaluations from a program or a test, as <c>deliberate eval</c> does.</summary>
public static class Evaluations
{
    /// <summary>Asks a model a task.</summary>
    /// <param name="task">Its name, a file of a task (.yaml) or of problems (.jsonl), or <c>family:NAME@LEVEL</c>.</param>
    /// <param name="model">Not disposed.</param>
    /// <param name="settings">How; as the task has it if left out.</param>
    /// <param name="context">Data folder, judge, arguments; nothing is fetched without a command.</param>
    /// <param name="log">File that keeps every sample, gone on with where it is there; none if left out.</param>
    /// <param name="observer">Told of each sample.</param>
    /// <param name="cancellationToken">Stops it; what is logged stays.</param>
    /// <exception cref="UserError">There is no such task, or it cannot be asked.</exception>
    public static Task<EvaluationResult> RunAsync(string task, EvaluationModel model, RunSettings? settings = null, TaskContext? context = null, string? log = null, EvaluationObserver? observer = null, CancellationToken cancellationToken = default) =>
        RunAsync(EvaluationTasks.Get(task), model, settings, context, log, observer, cancellationToken);

    /// <inheritdoc cref="RunAsync(string, EvaluationModel, RunSettings?, TaskContext?, string?, EvaluationObserver?, CancellationToken)"/>
    public static Task<EvaluationResult> RunAsync(EvaluationTask task, EvaluationModel model, RunSettings? settings = null, TaskContext? context = null, string? log = null, EvaluationObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(model);
        settings ??= new RunSettings();
        return new EvaluationRunner(task, model, settings, context ?? new TaskContext { Seed = settings.Seed }, observer ?? new EvaluationObserver()).RunAsync(log, cancellationToken);
    }
}

/// <summary>A requirement that a result does not meet: it fails, or this measurement cannot tell.</summary>
public sealed class RequirementNotMetException : Exception
{
    internal RequirementNotMetException(RequirementResult result)
        : base($"{result.Requirement.Text}: {(result.Finding == RequirementFinding.Fails ? "fails" : "inconclusive")} on {result.Model}: {result.Why}") => Result = result;

    public RequirementResult Result { get; }
}
