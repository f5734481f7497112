using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// Whether a stage of reinforcement learning ends early: its last <see cref="EarlyStoppingRecipe.Patience"/> evaluations did not beat the
/// best one before them. A function of the evaluations' files alone, so that a resumed run ends where one left alone does.
/// </summary>
internal static class EarlyStopping
{
    /// <summary>Why a run ends after so many steps, as a sentence; null where it goes on.</summary>
    /// <param name="folder">Of the run.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="step">That are done.</param>
    /// <param name="common">Indices of the problems that every evaluation asks.</param>
    public static string? Reason(RunFolder folder, TrainRecipe recipe, int step, IReadOnlySet<long> common)
    {
        if (recipe.Reinforcement.EarlyStopping is not { } stopping) return null;
        var every = recipe.Evaluation.Every;
        string[] names = [recipe.ReinforcementStart, .. Enumerable.Range(1, step / every).Select(i => RunFolder.StepName(RunStage.Reinforcement, i * every))];
        var sign = recipe.Checkpoint.BestIs == BestIs.Highest ? 1 : -1;
        var (best, at, since) = (double.NegativeInfinity, names[0], 0);
        foreach (var name in names)
        {
            if (!File.Exists(folder.Evaluation(name))) continue;
            // What was not measured, as a length of right answers where there are none, is no gain.
            var value = BestCheckpoints.Measured(recipe, name, EvaluationFile.Read(folder.Evaluation(name)), common) is { } measured ? sign * measured : double.NegativeInfinity;
            if (value > best + (double.IsFinite(best) ? stopping.MinimumGain : 0)) (best, at, since) = (value, name, 0);
            else since++;
        }

        return since < stopping.Patience ? null : string.Create(
            CultureInfo.InvariantCulture, $"stopped early after {step} of {recipe.Reinforcement.Steps} steps: the last {since} evaluations brought no gain over {at}, whose {recipe.Checkpoint.BestMetric} is {sign * best:0.####}.");
    }

    /// <summary>Steps of reinforcement learning of a run that is over: fewer than the recipe's where it ended early.</summary>
    public static int StepsOf(RunFolder folder, TrainRecipe recipe)
    {
        if (recipe.Reinforcement.EarlyStopping is null || !Directory.Exists(folder.Checkpoint(RunFolder.Final))) return recipe.Reinforcement.Steps;
        return CheckpointState.Read(folder.Checkpoint(RunFolder.Final)).Step;
    }
}
