using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Trains what a recipe describes, from a program of your own: for verifiers that are registered in code
/// (<see cref="Reasoning.VerifierRegistry"/>), and for whoever would rather not start the command line. The same as
/// <c>deliberate train</c>: everything is in the run's folder, which <c>deliberate report</c>, <c>sample</c> and <c>eval</c> read.
/// </summary>
public static class RecipeTraining
{
    /// <summary>Starts the run of a recipe, or goes on with it where its folder holds it already.</summary>
    /// <param name="recipe">The recipe file.</param>
    /// <param name="folder">The run's folder; runs/NAME if left out, NAME being the recipe's.</param>
    /// <param name="overrides">Keys to set otherwise, each <c>key.path=value</c>.</param>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    /// <param name="notice">Told in words how the run goes on; on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the step in progress and saves a checkpoint.</param>
    /// <returns>The run's folder, and whether the run is finished rather than stopped.</returns>
    /// <exception cref="UserError">The recipe, its data or its verifier cannot be used; the message says what to do.</exception>
    public static (string Folder, bool IsFinished) Run(
        string recipe, string? folder = null, IReadOnlyList<string>? overrides = null, int threads = 0, Action<string>? notice = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var read = TrainRecipe.Read(recipe, overrides);
        folder ??= Path.Combine("runs", read.Name);
        var observer = new WordObserver(notice);
        using var run = File.Exists(Path.Combine(folder, RunFolder.RecipeFile)) ? TrainingRun.Resume(folder, threads, observer) : TrainingRun.Start(read, folder, threads, observer);
        return (run.Folder, run.Execute(cancellationToken) == RunOutcome.Completed);
    }

    private sealed class WordObserver(Action<string>? notice) : SilentObserver
    {
        public override void EvaluationDone(EvaluationSummary summary) => Notice(FormattableString.Invariant($"evaluation {summary.Name}: {summary.Right} of {summary.Samples} answers are right"));

        public override void Notice(string message) => notice?.Invoke(message);
    }
}
