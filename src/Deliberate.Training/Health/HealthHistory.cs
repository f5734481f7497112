namespace Deliberate.Training;

/// <summary>Replays what a run's folder holds in the order in which it was written: steps from metrics.jsonl, evaluations from their files.</summary>
internal static class HealthHistory
{
    /// <param name="folder">The run's.</param>
    /// <param name="recipe">Its own.</param>
    /// <param name="step">Told of each step.</param>
    /// <param name="evaluation">Told of each evaluation, before the first step that came after it.</param>
    /// <returns>Lines of metrics.</returns>
    public static int Replay(RunFolder folder, TrainRecipe recipe, Action<HealthStep> step, Action<EvaluationSummary> evaluation)
    {
        var lines = 0;
        RunStage? stage = null;
        foreach (var record in RecordedMetrics.Read(folder, recipe))
        {
            var next = MetricReading.StageOf(record.Values.Keys);
            if (Before(recipe, record, next, begins: next != stage) is { } name && Read(folder, recipe, name) is { } summary) evaluation(summary);
            stage = next;
            step(new HealthStep(next, record.Step, record.Values));
            lines++;
        }

        return lines;
    }

    /// <summary>An evaluation of the folder; null where it is not there.</summary>
    public static EvaluationSummary? Read(RunFolder folder, TrainRecipe recipe, string name)
    {
        var path = folder.Evaluation(name);
        return File.Exists(path) ? EvaluationSummary.Of(name, EvaluationFile.Read(path), recipe.Evaluation.Samples, recipe.Evaluation.Budgets) : null;
    }

    /// <summary>The evaluation that comes right before a step; null where none does.</summary>
    private static string? Before(TrainRecipe recipe, MetricsRecord record, RunStage stage, bool begins) => stage switch
    {
        RunStage.ExpertIteration when begins => RunFolder.Base,
        RunStage.ExpertIteration when record.Values.Has(ExpertMetrics.Kept) => RunFolder.RoundName((int)record.Values[ExpertMetrics.Round.Name] - 1),
        RunStage.Reinforcement when begins => recipe.ReinforcementStart,
        RunStage.Reinforcement => RunFolder.StepName(stage, (int)record.Step - 1),
        _ => null,
    };
}
