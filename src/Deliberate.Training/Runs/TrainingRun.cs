using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A run from its recipe to its last evaluation: of a run that starts from a model evaluation start, supervised training, checkpoint base, evaluation base, expert iteration and
/// reinforcement learning with evaluations in between, checkpoint final, evaluation final, all in one folder. Every number is a
/// function of (seed, stage, step), so a run that was killed at any moment and resumed ends in the same bits as one left alone:
/// weights, optimizer, metrics, samples, evaluations; what the clock says is kept apart. One run a folder at a time.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainRecipe _recipe;
    private readonly RunFolder _folder;
    private readonly FileLock _lock;
    private readonly IRunObserver _observer;
    private readonly RunSession _session;
    private readonly RunCheckpoints _checkpoints;
    private bool _hasExecuted;

    private TrainingRun(TrainRecipe recipe, PlanReading? reading, RunFolder folder, FileLock held, int threads, IRunObserver observer, TimeProvider time, World world)
    {
        (_recipe, _folder, _lock, _observer) = (recipe, folder, held, observer);
        AtomicFolder.RemoveLeftOvers(folder.Root);
        AtomicFolder.RemoveLeftOvers(Path.Combine(folder.Root, RunFolder.CheckpointsFolder));
        var newest = folder.Newest();
        var state = newest is null ? null : CheckpointState.Read(newest);
        if (world.Size > 1 && recipe.Device != GraphicsChoice.Cpu) throw new UserError($"several ranks cannot train on {recipe.Device}: a card is one process's.", field: "device", advice: "Leave out mpirun, or device.");
        world.Follow(recipe.Ranks);
        var device = Device.Shared(recipe.Device, threads);
        LanguageModel? model = null;
        RunInputs? inputs = null;
        try
        {
            Compare(device, state, time);
            DataFingerprints.Check(folder.Root, recipe.OwnFiles);
            Teacher.CheckSame(folder, recipe);
            (model, var text) = newest is null ? RunSession.NewModel(recipe, device, reading?.Text) : Checkpoint.LoadModel(newest, device, recipe.Adapter?.Storage, headed: recipe.RewardModel is { LabelTokens.Count: 0 });
            if (newest is null && recipe.RewardModel is { } reward) model = RewardModels.Of(model, reward, recipe.Seed);
            if (recipe.RewardModel is { } headed) RewardModels.Freeze(model, headed);
            if (recipe.IsLean) model.BecomeLean();
            inputs = RunInputs.Load(recipe, text, (state?.Stage ?? RunStage.Supervised) == RunStage.Supervised, observer, reading?.Examples);
            // A verifier that cannot be had is known before the run begins.
            _ = inputs.Problems.Scorer;
            _ = inputs.Environments;
            _recipe = recipe = inputs.Recipe;
            if (state is null && !File.Exists(folder.Facts)) FactsOfRun.Of(recipe, inputs).Write(folder.Facts);
            var streams = new RunStreams(folder.Root, time);
            _session = new RunSession
            {
                Recipe = recipe,
                Folder = folder,
                Observer = observer,
                Device = device,
                Model = model,
                Encoder = new ProblemEncoder(text.StoppingAt(recipe.Reinforcement.Stop, "reinforcement.stop")),
                Streams = streams,
                Health = new RunHealth(recipe, observer),
                Guard = new NonFiniteGuard(folder, observer) { InARow = state?.SkippedInARow ?? 0 },
                Time = time,
                Inputs = inputs,
                World = world,
            };
            streams.TruncateTo(state?.Streams);
            if (state is null) streams.Start(recipe);
            if (state is not null) _session.Health.CatchUp(folder);
        }
        catch
        {
            if (_session is not null) _session.Dispose();
            else
            {
                inputs?.Dispose();
                model?.Dispose();
                device.Dispose();
            }

            throw;
        }

        _checkpoints = new RunCheckpoints(_session, state ?? CheckpointState.Beginning(device.Name), newest);
    }

    /// <summary>The run's folder.</summary>
    public string Folder => _folder.Root;

    private CheckpointState At => _checkpoints.At;

    /// <summary>Begins a run in a folder that holds none yet.</summary>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    /// <param name="world">The ranks that it is shared out among, this process being one; alone if left out.</param>
    public static TrainingRun Start(TrainRecipe recipe, string folder, int threads = 0, IRunObserver? observer = null, TimeProvider? time = null, World? world = null)
    {
        folder = Path.GetFullPath(folder);
        var plan = Planner.Plan(recipe, ranks: world?.Size ?? 1);
        Planner.Refuse(plan, MachineLimits.At(folder, plan.Recipe.Device).Shared(world?.OnThisMachine ?? 1));
        return Open(folder, threads, observer, time, world, paths =>
        {
            if (File.Exists(paths.Recipe)) throw new UserError("The folder holds a run already.", folder, advice: $"Go on with it (deliberate resume {folder}), or choose another name.");
            AtomicFile.WriteText(paths.Recipe, RecipeWriter.Write(plan.Recipe));
            observer?.Planned(plan);
            return (plan.Recipe, plan.Reading);
        });
    }

    /// <summary>Goes on with the run of a folder from its newest checkpoint; from the beginning where it was killed before the first.</summary>
    /// <param name="device">In place of the recipe's.</param>
    public static TrainingRun Resume(string folder, int threads = 0, IRunObserver? observer = null, TimeProvider? time = null, World? world = null, string? device = null)
    {
        folder = Path.GetFullPath(folder);
        var recipe = Path.Combine(folder, RunFolder.RecipeFile);
        if (!File.Exists(recipe)) throw new UserError(Directory.Exists(folder) ? "The folder holds no run: it has no recipe.yaml." : "There is no such run.", folder, advice: "Name the folder of a run, such as runs/NAME.");
        return Open(folder, threads, observer, time, world, paths => (device is null ? RunRecipe.Read(paths) : RunRecipe.Read(paths) with { Device = device }, null));
    }

    /// <summary>Runs what is left. Cancelling stops after the step in progress, or within its sampling, and saves a checkpoint.</summary>
    /// <exception cref="UserError">The disk is full, or the loss stays without a finite value.</exception>
    public RunOutcome Execute(CancellationToken cancellation = default)
    {
        if (_hasExecuted) throw new InvalidOperationException("A run is executed once; resume it to go on.");
        _hasExecuted = true;
        _session.Model.Pack(training: At.Stage != RunStage.Done);
        try
        {
            if (At.Stage == RunStage.Supervised) Supervised(cancellation);
            if (At.Stage == RunStage.ExpertIteration) ExpertIteration(cancellation);
            if (At.Stage == RunStage.Reinforcement) Reinforcement(cancellation);
            Last(cancellation);
            return RunOutcome.Completed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested || _session.World.Size > 1)
        {
            return RunOutcome.Interrupted;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _lock.Dispose();
    }

    private static TrainingRun Open(string folder, int threads, IRunObserver? observer, TimeProvider? time, World? world, Func<RunFolder, (TrainRecipe, PlanReading?)> begin)
    {
        time ??= TimeProvider.System;
        var held = RunLock.Acquire(folder, time);
        try
        {
            var paths = new RunFolder(folder);
            var (recipe, reading) = begin(paths);
            return new TrainingRun(recipe, reading, paths, held, threads, observer ?? new RunObserver(), time, world ?? World.Alone);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Writes run.json for a run that begins; raises its format and warns of another instruction set for one that goes on.</summary>
    private void Compare(Device device, CheckpointState? state, TimeProvider time)
    {
        var info = File.Exists(_folder.Info) ? RunInfo.Read(_folder.Info) : null;
        if (info is null || state is null)
        {
            new RunInfo { DeliberateVersion = RunInfo.ProgramVersion, Device = device.Name, Seed = _recipe.Seed, Started = time.GetUtcNow() }.Write(_folder.Info);
        }

        // What is written from here on is of today's format, which a program of before must not take for its own.
        else if (info.FormatVersion < RunInfo.NewestFormat) (info with { FormatVersion = RunInfo.NewestFormat }).Write(_folder.Info);

        if (state is not null && state.Device != device.Name)
            _observer.Notice($"This run began on \"{state.Device}\" and goes on on \"{device.Name}\": from here on its numbers differ in the last digits from what they would have been.");
    }

    private void Supervised(CancellationToken cancellation)
    {
        var steps = _recipe.Supervised.Steps;
        var next = At with { Stage = _recipe.ExpertIteration.Rounds > 0 ? RunStage.ExpertIteration : RunStage.Reinforcement, Step = 0 };
        if (steps == 0)
        {
            _checkpoints.Save(RunFolder.Base, next, null);
            return;
        }

        if (At.Step == 0 && _recipe.MeasuresStart) Evaluate(RunFolder.Start, 0, quick: false, null, cancellation);
        using var stage = new SupervisedStage(_session, At.CorpusCursor);
        if (At.Step > 0) _checkpoints.LoadOptimizer(stage.Optimizer);
        _observer.StageStarted(RunStage.Supervised, At.Step, steps);
        while (At.Step < steps)
        {
            _checkpoints.StopWhenAsked(stage.State, cancellation);
            stage.Step(At.Step);
            _checkpoints.Advance(At with { CorpusCursor = stage.Cursor });
            if (At.Step % _recipe.Checkpoint.Every == 0 && At.Step < steps) _checkpoints.SaveStep(stage.State);
        }

        // A reward model writes nothing that could be measured or reinforced.
        if (_recipe.RewardModel is not null) _checkpoints.Save(RunFolder.Final, At with { Stage = RunStage.Done, Step = 0, CorpusCursor = stage.Cursor }, stage.State);
        else _checkpoints.Save(RunFolder.Base, next with { CorpusCursor = stage.Cursor }, stage.State);
    }

    private void ExpertIteration(CancellationToken cancellation)
    {
        var rounds = _recipe.ExpertIteration.Rounds;
        using var stage = new ExpertIterationStage(_session, At.Expert, At.Curriculum);
        if (stage.Place.CollectedAt > 0 && At.Step > stage.Place.CollectedAt) _checkpoints.LoadOptimizer(stage.Optimizer!);
        if (At.Step == 0) Evaluate(RunFolder.Base, 0, quick: false, null, cancellation);
        for (var isFirst = true; stage.Place.Finished < rounds; isFirst = false)
        {
            var (finished, collected) = stage.Place;
            if (collected == 0 && finished > 0 && _recipe.Evaluation.Every > 0) Evaluate(RunFolder.RoundName(finished), At.Step, quick: true, new StageState(stage.Optimizer), cancellation);
            if (collected == 0 || isFirst) stage.Announce(At.Step);
            _checkpoints.StopWhenAsked(new StageState(stage.Optimizer), cancellation);
            _checkpoints.Cancellable(new StageState(stage.Optimizer), () => stage.Step(At.Step, Within(cancellation)), cancellation);
            _checkpoints.Advance(At with { Expert = stage.Place, Curriculum = stage.Curriculum.State });
            // A round's samples are dear: they are saved as soon as they are drawn, and again what became of them.
            var isTurn = stage.Place.CollectedAt == At.Step || stage.Place.CollectedAt == 0;
            if ((isTurn || At.Step % _recipe.Checkpoint.Every == 0) && stage.Place.Finished < rounds) _checkpoints.SaveStep(new StageState(stage.Optimizer));
        }

        var next = At with { Stage = RunStage.Reinforcement, Step = 0, Expert = null, Curriculum = null };
        if (_recipe.Reinforcement.Steps > 0) _checkpoints.Save(RunFolder.Expert, next, new StageState(stage.Optimizer));
        else _checkpoints.Save(RunFolder.Final, next with { Stage = RunStage.Done }, new StageState(stage.Optimizer));
    }

    private void Reinforcement(CancellationToken cancellation)
    {
        var (steps, start) = (_recipe.Reinforcement.Steps, _recipe.ReinforcementStart);
        if (steps == 0)
        {
            Evaluate(start, 0, quick: false, null, cancellation);
            _checkpoints.Save(RunFolder.Final, At with { Stage = RunStage.Done, Step = 0 }, null);
            return;
        }

        using var stage = new ReinforcementStage(_session, At.Curriculum, At.KlCoefficient);
        if (At.Step > 0) _checkpoints.Restore(stage.Read);
        if (At.Step == 0) Evaluate(start, 0, quick: false, stage.State, cancellation);
        _observer.StageStarted(RunStage.Reinforcement, At.Step, steps);
        if (_session.Encoder.Format.Generation.Reshaping is { Count: > 0 } ignored)
            _observer.Notice($"The model's {GenerationConfiguration.FileName} asks for {string.Join(", ", ignored)}: ignored here, for reinforcement learning samples from the policy itself, at the recipe's temperature.");
        while (At.Step < steps)
        {
            var every = _recipe.Evaluation.Every;
            if (At.Step > 0 && every > 0 && At.Step % every == 0)
            {
                Evaluate(RunFolder.StepName(At.Stage, At.Step), At.Step, quick: true, stage.State, cancellation);
                if (EarlyStopping.Reason(_folder, _recipe, At.Step, _session.QuickProblems) is { } reason)
                {
                    _observer.Notice(reason);
                    break;
                }
            }

            _checkpoints.StopWhenAsked(stage.State, cancellation);
            _checkpoints.Cancellable(stage.State, () => stage.Step(At.Step, Within(cancellation)), cancellation);
            _checkpoints.Advance(At with { Curriculum = stage.Curriculum.State, KlCoefficient = stage.KlCoefficient });
            if (At.Step % _recipe.Checkpoint.Every == 0 && At.Step < steps) _checkpoints.SaveStep(stage.State);
        }

        _checkpoints.Save(RunFolder.Final, At with { Stage = RunStage.Done, Curriculum = null, KlCoefficient = null }, stage.State);
    }

    private void Last(CancellationToken cancellation)
    {
        // Without a stage in between the final model is the base, and so are its samples.
        var (from, to) = (_folder.Evaluation(RunFolder.Base), _folder.Evaluation(RunFolder.Final));
        var isBase = _recipe.Reinforcement.Steps == 0 && _recipe.ExpertIteration.Rounds == 0;
        if (isBase && File.Exists(from) && !File.Exists(to)) AtomicFile.Write(to, stream => stream.Write(File.ReadAllBytes(from)));
        Evaluate(RunFolder.Final, _recipe.Reinforcement.Steps > 0 ? At.Step : _recipe.ExpertIteration.Rounds, quick: false, null, cancellation);
        _session.Streams.End();
        _session.Health.Conclude();
    }

    /// <summary>Ranks stop together, between steps: within one they need each other.</summary>
    private CancellationToken Within(CancellationToken cancellation) => _session.World.Size > 1 ? CancellationToken.None : cancellation;

    /// <summary>Draws, grades and files an evaluation's samples, unless the file is there: it is written whole or not at all.</summary>
    private void Evaluate(string name, int step, bool quick, StageState? stage, CancellationToken cancellation)
    {
        var recipe = _recipe.Evaluation;
        if (recipe.Problems == 0) return;
        var path = _folder.Evaluation(name);
        List<ScoredSample> graded = [];
        if (File.Exists(path))
        {
            graded = EvaluationFile.Read(path);
        }
        else
        {
            _checkpoints.Cancellable(stage, () => graded = new RunEvaluator(_session).Run(name, quick, Within(cancellation)), cancellation);
            EvaluationFile.Write(path, graded);
        }

        // Before the streams take note: a checkpoint that is saved now goes on with taking note. What the run started from is no checkpoint of its own.
        var isStart = name == RunFolder.Start;
        if (!isStart) _checkpoints.Rank(quick ? null : name, name, graded, stage);
        var summary = EvaluationSummary.Of(name, graded, recipe.Samples, recipe.Budgets);
        _session.Streams.Evaluation(step, summary.Values(isStart ? EvaluationMetrics.Start : RunFolder.Round(name) is null ? EvaluationMetrics.Run : EvaluationMetrics.Rounds));
        _observer.EvaluationDone(summary);
        // Alarms watch the stages that draw samples: each begins with the evaluation before it.
        if (!isStart) _session.Health.Evaluation(summary);
    }
}
