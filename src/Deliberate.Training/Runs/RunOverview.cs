using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Whether a run goes on.</summary>
internal enum RunCondition
{
    /// <summary>A process is at it.</summary>
    Running,

    /// <summary>To its last evaluation.</summary>
    Finished,

    /// <summary>Interrupted or killed; it can be resumed.</summary>
    Stopped,

    /// <summary>Its files cannot be read.</summary>
    Damaged,
}

/// <summary>A run at a glance, from its folder. One that cannot be read says why instead of failing.</summary>
/// <param name="Stage">That it is in, or was left in.</param>
/// <param name="Step">Steps of it that the metrics tell of.</param>
/// <param name="Steps">In all; rounds for expert iteration.</param>
/// <param name="Before">Held-out accuracy of the first evaluation; null where there is none, or imitation alone was trained and nothing measured before it.</param>
/// <param name="After">Of the last one.</param>
/// <param name="Started">Null where it is not known.</param>
/// <param name="Seconds">Of training, evaluations not counted.</param>
/// <param name="Alarms">Names of those that rang.</param>
/// <param name="Problem">What is damaged.</param>
internal sealed record RunOverview(
    string Folder, RunCondition Condition, RunStage Stage, long Step, int Steps, Estimate? Before, Estimate? After, DateTimeOffset? Started, double Seconds, IReadOnlyList<string> Alarms, string? Problem)
{
    public static RunOverview Read(string folder)
    {
        try
        {
            var run = RunEvidence.Read(folder);
            return Of(run, RunHealth.Of(new RunFolder(folder), run.Recipe));
        }
        catch (UserError error)
        {
            return new RunOverview(folder, RunCondition.Damaged, RunStage.Supervised, 0, 0, null, null, null, 0, [], error.Message);
        }
    }

    /// <summary>Of a run that was read already.</summary>
    /// <exception cref="UserError">Its newest checkpoint cannot be read.</exception>
    public static RunOverview Of(RunEvidence run, RunHealth health)
    {
        var paths = new RunFolder(run.Folder);
        var newest = paths.Newest() is { } checkpoint ? CheckpointState.Read(checkpoint) : null;
        var isOver = newest?.Stage == RunStage.Done && (run.Recipe.Evaluation.Problems == 0 || File.Exists(paths.Evaluation(RunFolder.Final)));
        var (stage, step) = Place(run, newest);
        var evaluations = run.Measured.ToArray();
        // Where nothing is trained behind imitation the base is the model of the end, so only one that was asked before imitation is a "before".
        var hasBefore = run.Start is not null || run.Recipe.Reinforcement.Steps > 0 || run.Recipe.ExpertIteration.Rounds > 0;
        Estimate Accuracy((string, List<ScoredSample> Samples) evaluation) => SampleMeasure.Accuracy.Of(run.First(evaluation.Samples));
        return new RunOverview(
            run.Folder, RunLock.Holder(run.Folder) is not null ? RunCondition.Running : isOver ? RunCondition.Finished : RunCondition.Stopped, isOver ? RunStage.Done : stage, step, StepsOf(run.Recipe, stage),
            hasBefore && evaluations.Length > 0 ? Accuracy(evaluations[0]) : null, evaluations.Length > (hasBefore ? 1 : 0) ? Accuracy(evaluations[^1]) : null, run.Info.Started, run.Seconds,
            [.. health.Rung.Select(r => r.Alarm.Name).Distinct()], null);
    }

    /// <summary>What the metrics tell, which are ahead of the checkpoint; the checkpoint where a stage has begun and done nothing yet.</summary>
    private static (RunStage Stage, long Step) Place(RunEvidence run, CheckpointState? newest)
    {
        if (run.Metrics.Count == 0) return (newest is null or { Stage: RunStage.Done } ? RunStage.Supervised : newest.Stage, 0);
        var last = run.Metrics[^1];
        var stage = MetricReading.StageOf(last.Values.Keys);
        if (newest is { Stage: not RunStage.Done } && newest.Stage > stage) return (newest.Stage, newest.Step);
        return (stage, stage == RunStage.ExpertIteration ? (long)last.Values[ExpertMetrics.Round.Name] : last.Step);
    }

    private static int StepsOf(TrainRecipe recipe, RunStage stage) => stage switch
    {
        RunStage.Supervised => recipe.Supervised.Steps,
        RunStage.ExpertIteration => recipe.ExpertIteration.Rounds,
        _ => recipe.Reinforcement.Steps,
    };
}
