using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>Where a run is, and the checkpoints that record it: streams first, then the checkpoint that knows their lengths, then older ones may go.</summary>
/// <param name="session">The run's.</param>
/// <param name="at">The place that the run begins or goes on from.</param>
/// <param name="resumedFrom">The checkpoint that it goes on from; null for a run that begins.</param>
internal sealed class RunCheckpoints(RunSession session, CheckpointState at, string? resumedFrom)
{
    private readonly BestCheckpoints _best = new(session.Folder, session.Recipe, () => session.QuickProblems);
    private bool _isSaved = resumedFrom is not null;

    /// <summary>The stage, the steps of it that are done, and what else resuming needs.</summary>
    public CheckpointState At { get; private set; } = at;

    /// <summary>One step is done: it is not in any checkpoint yet.</summary>
    public void Advance(CheckpointState at)
    {
        At = at with { Step = At.Step + 1 };
        _isSaved = false;
    }

    /// <summary>Saves the place under the name of its stage and step.</summary>
    public void SaveStep(StageState? stage) => Save(RunFolder.StepName(At.Stage, At.Step), At, stage);

    /// <summary>Saves a place that the run then is in.</summary>
    public void Save(string name, CheckpointState place, StageState? stage)
    {
        At = place with { FormatVersion = CheckpointState.NewestFormat, SkippedInARow = session.Guard.InARow, Device = session.Device.Name, Streams = session.Streams.Commit() };
        Checkpoint.Save(session.Folder.Checkpoint(name), session.Model, session.Encoder.Format, stage, At, session.Recipe.Checkpoint.StorageOf(session.Encoder.Format));
        _isSaved = true;
        session.Folder.Prune(session.Recipe.Checkpoint.KeepLast, _best.Kept);
        session.Observer.CheckpointSaved(name);
    }

    /// <summary>An evaluation of the model as it is: ranks its checkpoint, and saves it first where it is among the best and not there yet.</summary>
    /// <param name="checkpoint">Its name; that of the stage and step where it is null.</param>
    public void Rank(string? checkpoint, string evaluation, IReadOnlyList<ScoredSample> graded, StageState? stage)
    {
        if (_best.Value(evaluation, graded) is not { } value) return;
        checkpoint ??= RunFolder.StepName(At.Stage, At.Step);
        // As the first rank has it: after a resume the others lack older ones, and would rank it otherwise.
        if (session.World.FromFirst("whether a checkpoint is among the best", [_best.Ranks(checkpoint, value) ? (byte)1 : (byte)0])[0] == 0) return;
        if (session.World.FromFirst("whether a checkpoint is there", [Directory.Exists(session.Folder.Checkpoint(checkpoint)) ? (byte)1 : (byte)0])[0] == 0) SaveStep(stage);
        _best.Add(checkpoint, value);
        session.Folder.Prune(session.Recipe.Checkpoint.KeepLast, _best.Kept);
    }

    /// <summary>Reads what the checkpoint that the run goes on from keeps of the stage; nothing once it has gone on.</summary>
    /// <param name="read">Given the checkpoint's <c>training/</c>.</param>
    public void Restore(Action<string> read)
    {
        if (resumedFrom is not null && _isSaved) read(Path.Combine(resumedFrom, Checkpoint.TrainingFolder));
    }

    /// <summary>The same where a stage has nothing but an optimizer.</summary>
    public void LoadOptimizer(Optimizer optimizer) => Restore(training => OptimizerFile.Read(Path.Combine(training, OptimizerFile.FileName), session.Model.Trained, optimizer));

    /// <summary>Where the run was asked to stop, saves what is done and leaves.</summary>
    public void StopWhenAsked(StageState? stage, CancellationToken cancellation)
    {
        if (!session.World.Any("whether to stop", cancellation.IsCancellationRequested)) return;
        if (!_isSaved && At.Step > 0) SaveStep(stage);
        throw new OperationCanceledException(cancellation);
    }

    /// <summary>Work that a request to stop gives up without a trace; the steps before it are saved.</summary>
    public void Cancellable(StageState? stage, Action work, CancellationToken cancellation)
    {
        try
        {
            work();
        }
        catch (OperationCanceledException)
        {
            StopWhenAsked(stage, cancellation);
            throw;
        }
        catch (UserError error) when (error.Field is VerifierRunner.Field or EpisodeLoop.Field)
        {
            // A verifier or an environment that failed too often has changed nothing: what is done is kept, for the run to go on once it is mended.
            if (!_isSaved && At.Step > 0) SaveStep(stage);
            throw;
        }
    }
}
