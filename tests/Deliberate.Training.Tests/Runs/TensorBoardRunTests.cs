namespace Deliberate.Training.Tests;

/// <summary>What a run writes for TensorBoard, read back: hyperparameters once, every step's metrics and timings, evaluations, the end; also of a run that was interrupted.</summary>
public sealed class TensorBoardRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_was_interrupted_and_resumed_tells_its_whole_story_once()
    {
        var recipe = TinyRun.Recipe();
        var folder = _folder.File("run");
        using var stop = new CancellationTokenSource();
        var observer = new StepObserver((stage, step) =>
        {
            if ((stage, step) == (RunStage.Reinforcement, 2)) stop.Cancel();
        });
        using (var run = TrainingRun.Start(recipe, folder, 1, observer)) run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        var path = Path.Combine(folder, TensorBoardWriter.FileName);
        Tags(path, "_hparams_/session_end_info").ShouldBe(0);
        for (var time = 0; time < 2; time++)
        {
            using var run = TrainingRun.Resume(folder, 1);
            run.Execute().ShouldBe(RunOutcome.Completed);
        }

        Tags(path, "_hparams_/session_start_info").ShouldBe(1);
        Tags(path, "_hparams_/session_end_info").ShouldBe(1);
        var settings = EventFile.Settings(path);
        settings["seed"].ShouldBe(1.0);
        settings["reinforcement.optimizer.learning_rate"].ShouldBe(recipe.Reinforcement.Optimizer.LearningRate);
        settings["reinforcement.dynamic_sampling"].ShouldBe(true);
        settings["reinforcement.objective"].ShouldBe("dapo");
        settings["family.levels"].ShouldBe("[2, 3]");

        var scalars = EventFile.Scalars(path).ToList();
        foreach (var metric in new[] { OptimizerMetrics.Supervised.Loss, TimingMetrics.SupervisedSeconds }) Steps(metric).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        foreach (var metric in new[] { SampleMetrics.Reinforcement.Accuracy, TimingMetrics.ReinforcementSeconds, TimingMetrics.LiveShare }) Steps(metric).ShouldBe([1, 2, 3, 4, 5]);
        Steps(EvaluationMetrics.Run.Accuracy).ShouldBe([0, 2, 4, 5]);

        IEnumerable<long> Steps(RunMetric metric) => scalars.Where(s => s.Tag == metric.Name).Select(s => s.Step);
    }

    private static int Tags(string path, string tag) => EventFile.Values(path).Count(v => v.Value.Text(1) == tag);
}
