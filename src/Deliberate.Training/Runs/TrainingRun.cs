using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A run from its recipe to its last evaluation: supervised training, checkpoint base, evaluation base, reinforcement learning
/// with evaluations in between, checkpoint final, evaluation final, all in one folder. Every number is a function of (seed,
/// stage, step), so a run that was killed at any moment and resumed ends in the same bits as one left alone: weights,
/// optimizer, metrics, samples, evaluations; what the clock says is kept apart. One run a folder at a time.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainRecipe _recipe;
    private readonly RunFolder _folder;
    private readonly RunLock _lock;
    private readonly IRunObserver _observer;
    private readonly RunSession _session;
    private RunStage _stage;
    private int _step;
    private long _cursor;
    private bool _isSaved, _hasExecuted;
    private readonly string? _resumedFrom;

    private TrainingRun(TrainRecipe recipe, RunFolder folder, RunLock held, int threads, IRunObserver observer, TimeProvider time)
    {
        (_recipe, _folder, _lock, _observer) = (recipe, folder, held, observer);
        AtomicFolder.RemoveLeftOvers(folder.Root);
        AtomicFolder.RemoveLeftOvers(Path.Combine(folder.Root, RunFolder.CheckpointsFolder));
        _resumedFrom = folder.Newest();
        var state = _resumedFrom is null ? null : CheckpointState.Read(_resumedFrom);
        var device = Device.Cpu(threads);
        LanguageModel? model = null;
        try
        {
            Compare(device, state, time);
            (model, var text) = _resumedFrom is null ? RunSession.NewModel(recipe, device) : Checkpoint.LoadModel(_resumedFrom, device);
            var streams = new RunStreams(folder.Root, time);
            _session = new RunSession
            {
                Recipe = recipe,
                Folder = folder,
                Observer = observer,
                Device = device,
                Model = model,
                Encoder = new ProblemEncoder(text),
                Streams = streams,
                Guard = new NonFiniteGuard(folder, observer) { InARow = state?.SkippedInARow ?? 0 },
                Time = time,
            };
            _session.CheckBudgets();
            streams.TruncateTo(state?.Streams);
        }
        catch
        {
            if (_session is not null) _session.Dispose();
            else
            {
                model?.Dispose();
                device.Dispose();
            }

            throw;
        }

        (_stage, _step, _cursor, _isSaved) = (state?.Stage ?? RunStage.Supervised, state?.Step ?? 0, state?.CorpusCursor ?? 0, state is not null);
    }

    /// <summary>The run's folder.</summary>
    public string Folder => _folder.Root;

    /// <summary>Begins a run in a folder that holds none yet.</summary>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    public static TrainingRun Start(TrainRecipe recipe, string folder, int threads = 0, IRunObserver? observer = null, TimeProvider? time = null)
    {
        folder = Path.GetFullPath(folder);
        // Resuming may begin elsewhere.
        if (recipe.Model.From is { } from) recipe = recipe with { Model = recipe.Model with { From = Path.GetFullPath(from) } };
        return Open(folder, threads, observer, time, paths =>
        {
            if (File.Exists(paths.Recipe)) throw new UserError("The folder holds a run already.", folder, advice: $"Go on with it (deliberate resume {folder}), or choose another name.");
            AtomicFile.WriteText(paths.Recipe, RecipeWriter.Write(recipe));
            return recipe;
        });
    }

    /// <summary>Goes on with the run of a folder from its newest checkpoint; from the beginning where it was killed before the first.</summary>
    public static TrainingRun Resume(string folder, int threads = 0, IRunObserver? observer = null, TimeProvider? time = null)
    {
        folder = Path.GetFullPath(folder);
        var recipe = Path.Combine(folder, RunFolder.RecipeFile);
        if (!File.Exists(recipe)) throw new UserError(Directory.Exists(folder) ? "The folder holds no run: it has no recipe.yaml." : "There is no such run.", folder, advice: "Name the folder of a run, such as runs/NAME.");
        return Open(folder, threads, observer, time, paths => TrainRecipe.Read(paths.Recipe));
    }

    /// <summary>Runs what is left. Cancelling stops after the step in progress, or within its sampling, and saves a checkpoint.</summary>
    /// <exception cref="UserError">The disk is full, or the loss stays without a finite value.</exception>
    public RunOutcome Execute(CancellationToken cancellation = default)
    {
        if (_hasExecuted) throw new InvalidOperationException("A run is executed once; resume it to go on.");
        _hasExecuted = true;
        _session.Model.Pack(training: _stage != RunStage.Done);
        try
        {
            if (_stage == RunStage.Supervised) Supervised(cancellation);
            if (_stage == RunStage.Reinforcement) Reinforcement(cancellation);
            Last(cancellation);
            return RunOutcome.Completed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return RunOutcome.Interrupted;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _lock.Dispose();
    }

    private static TrainingRun Open(string folder, int threads, IRunObserver? observer, TimeProvider? time, Func<RunFolder, TrainRecipe> recipe)
    {
        time ??= TimeProvider.System;
        var held = RunLock.Acquire(folder, time);
        try
        {
            var paths = new RunFolder(folder);
            return new TrainingRun(recipe(paths), paths, held, threads, observer ?? new SilentObserver(), time);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Writes run.json for a run that begins; warns where one that goes on meets another instruction set.</summary>
    private void Compare(Device device, CheckpointState? state, TimeProvider time)
    {
        var info = File.Exists(_folder.Info) ? RunInfo.Read(_folder.Info) : null;
        if (info is null || state is null)
        {
            new RunInfo { DeliberateVersion = RunInfo.ProgramVersion, Device = device.Name, Seed = _recipe.Seed, Started = time.GetUtcNow() }.Write(_folder.Info);
        }

        if (state is not null && state.Device != device.Name)
            _observer.Notice($"This run began on \"{state.Device}\" and goes on on \"{device.Name}\": from here on its numbers differ in the last digits from what they would have been.");
    }

    private void Supervised(CancellationToken cancellation)
    {
        var steps = _recipe.Supervised.Steps;
        if (steps == 0)
        {
            Save(RunFolder.Base, RunStage.Reinforcement, 0, null);
            return;
        }

        using var stage = new SupervisedStage(_session, _cursor);
        if (_step > 0) LoadOptimizer(stage.Optimizer);
        _observer.StageStarted(RunStage.Supervised, _step, steps);
        while (_step < steps)
        {
            StopWhenAsked(stage.Optimizer, cancellation);
            stage.Step(_step);
            Advance(stage.Cursor);
            if (_step % _recipe.Checkpoint.Every == 0 && _step < steps) Save(RunFolder.StepName(_stage, _step), _stage, _step, stage.Optimizer);
        }

        Save(RunFolder.Base, RunStage.Reinforcement, 0, stage.Optimizer);
    }

    private void Reinforcement(CancellationToken cancellation)
    {
        var steps = _recipe.Reinforcement.Steps;
        if (steps == 0)
        {
            Evaluate(RunFolder.Base, 0, quick: false, null, cancellation);
            Save(RunFolder.Final, RunStage.Done, 0, null);
            return;
        }

        using var stage = new ReinforcementStage(_session);
        if (_step > 0) LoadOptimizer(stage.Optimizer);
        if (_step == 0) Evaluate(RunFolder.Base, 0, quick: false, stage.Optimizer, cancellation);
        _observer.StageStarted(RunStage.Reinforcement, _step, steps);
        if (_session.Encoder.Format.Generation.Reshaping is { Count: > 0 } ignored)
            _observer.Notice($"The model's {GenerationConfiguration.FileName} asks for {string.Join(", ", ignored)}: ignored here, for reinforcement learning samples from the policy itself, at the recipe's temperature.");
        while (_step < steps)
        {
            var every = _recipe.Evaluation.Every;
            if (_step > 0 && every > 0 && _step % every == 0) Evaluate(RunFolder.StepName(_stage, _step), _step, quick: true, stage.Optimizer, cancellation);
            StopWhenAsked(stage.Optimizer, cancellation);
            try
            {
                stage.Step(_step, cancellation);
            }
            catch (OperationCanceledException)
            {
                StopWhenAsked(stage.Optimizer, cancellation);
                throw;
            }

            Advance(_cursor);
            if (_step % _recipe.Checkpoint.Every == 0 && _step < steps) Save(RunFolder.StepName(_stage, _step), _stage, _step, stage.Optimizer);
        }

        Save(RunFolder.Final, RunStage.Done, _step, stage.Optimizer);
    }

    private void Last(CancellationToken cancellation)
    {
        // Without reinforcement learning the final model is the base, and so are its samples.
        var (from, to) = (_folder.Evaluation(RunFolder.Base), _folder.Evaluation(RunFolder.Final));
        if (_recipe.Reinforcement.Steps == 0 && File.Exists(from) && !File.Exists(to)) AtomicFile.Write(to, stream => stream.Write(File.ReadAllBytes(from)));
        Evaluate(RunFolder.Final, _recipe.Reinforcement.Steps, quick: false, null, cancellation);
    }

    /// <summary>One step is done: it is not in any checkpoint yet.</summary>
    private void Advance(long cursor)
    {
        _step++;
        _cursor = cursor;
        _isSaved = false;
    }

    private void StopWhenAsked(Optimizer? optimizer, CancellationToken cancellation)
    {
        if (!cancellation.IsCancellationRequested) return;
        if (!_isSaved && _step > 0) Save(RunFolder.StepName(_stage, _step), _stage, _step, optimizer);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Draws, grades and files an evaluation's samples, unless the file is there: it is written whole or not at all.</summary>
    private void Evaluate(string name, int step, bool quick, Optimizer? optimizer, CancellationToken cancellation)
    {
        var recipe = _recipe.Evaluation;
        if (recipe.Problems == 0) return;
        var path = _folder.Evaluation(name);
        List<GradedSample> graded;
        if (File.Exists(path))
        {
            graded = EvaluationFile.Read(path);
        }
        else
        {
            try
            {
                graded = new RunEvaluator(_session).Run(name, quick, cancellation);
            }
            catch (OperationCanceledException)
            {
                StopWhenAsked(optimizer, cancellation);
                throw;
            }

            EvaluationFile.Write(path, graded);
        }

        var summary = EvaluationSummary.Of(name, graded, recipe.Samples, recipe.Budgets);
        _session.Streams.Evaluation(step, summary.Values());
        _observer.EvaluationDone(summary);
    }

    private void LoadOptimizer(Optimizer optimizer)
    {
        if (_resumedFrom is null || !_isSaved) return;
        OptimizerFile.Read(Path.Combine(_resumedFrom, Checkpoint.TrainingFolder, OptimizerFile.FileName), _session.Model.Parameters, optimizer);
    }

    /// <summary>Streams first, then the checkpoint that records their lengths, then older ones may go.</summary>
    private void Save(string name, RunStage stage, int step, Optimizer? optimizer)
    {
        var state = new CheckpointState
        {
            Stage = stage,
            Step = step,
            CorpusCursor = _cursor,
            SkippedInARow = _session.Guard.InARow,
            Device = _session.Device.Name,
            Streams = _session.Streams.Commit(),
        };
        Checkpoint.Save(_folder.Checkpoint(name), _session.Model, _session.Encoder.Format, optimizer, state);
        (_stage, _step, _isSaved) = (stage, step, true);
        _folder.Prune(_recipe.Checkpoint.KeepLast);
        _observer.CheckpointSaved(name);
    }
}
