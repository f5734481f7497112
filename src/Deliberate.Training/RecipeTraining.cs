using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Trains what a recipe describes, from a program of your own: with verifiers, task families and objectives that it registers
/// (<see cref="Reasoning.VerifierRegistry"/>, <see cref="Reasoning.FamilyRegistry"/>, <see cref="PolicyObjectives"/>), and for whoever would
/// rather not start the command line. The same as <c>deliberate train</c>: everything is in the run's folder.
/// </summary>
public static class RecipeTraining
{
    /// <summary>Starts the run of a recipe, or goes on with it where its folder holds it already.</summary>
    /// <param name="recipe">The recipe file.</param>
    /// <param name="folder">The run's folder; runs/NAME if left out, NAME being the recipe's.</param>
    /// <param name="overrides">Keys to set otherwise, each <c>key.path=value</c>.</param>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    /// <param name="observer">Watches the run; <see cref="RunObserver.InWords"/> is one.</param>
    /// <param name="cancellationToken">Stops after the step in progress and saves a checkpoint.</param>
    /// <returns>The run's folder, and whether the run is finished rather than stopped.</returns>
    /// <exception cref="UserError">The recipe, its data or its verifier cannot be used; the message says what to do.</exception>
    public static (string Folder, bool IsFinished) Run(
        string recipe, string? folder = null, IReadOnlyList<string>? overrides = null, int threads = 0, RunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var read = TrainRecipe.Read(recipe, overrides);
        folder ??= Path.Combine("runs", read.Name);
        using var run = File.Exists(Path.Combine(folder, RunFolder.RecipeFile)) ? TrainingRun.Resume(folder, threads, observer) : TrainingRun.Start(read, folder, threads, observer);
        return (run.Folder, run.Execute(cancellationToken) == RunOutcome.Completed);
    }

    /// <summary>Writes report.html of a run, finished or not, or of several runs together: one page that needs nothing else.</summary>
    /// <param name="runs">The runs' folders.</param>
    /// <returns>The page's path, in the first folder.</returns>
    /// <exception cref="UserError">A folder holds no run.</exception>
    public static string Report(params IReadOnlyList<string> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("No run is named.", nameof(runs));
        return RunReport.Write(Path.Combine(runs[0], RunReport.FileName), ShellCommand.Of(["deliberate", "report", .. runs]), runs);
    }
}
