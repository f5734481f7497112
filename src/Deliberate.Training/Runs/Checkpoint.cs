using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A checkpoint: a Hugging Face folder (<see cref="ModelWriter"/>) that other software loads, and <c>training/</c> with what
/// resuming needs: the optimizer's moments and the run's place. Committed by one rename and never changed afterwards.
/// </summary>
internal static class Checkpoint
{
    public const string TrainingFolder = "training";

    /// <param name="folder">To create or replace.</param>
    /// <param name="stage">Null where nothing will go on from it.</param>
    /// <param name="state">Null for a checkpoint that no run resumes from.</param>
    public static void Save(string folder, LanguageModel model, TextFormat text, StageState? stage = null, CheckpointState? state = null) => AtomicFolder.Commit(folder, partial =>
    {
        ModelWriter.Write(partial, model, text);
        if (stage is null && state is null) return;
        var training = Path.Combine(partial, TrainingFolder);
        Directory.CreateDirectory(training);
        if (stage?.Optimizer is { } optimizer) OptimizerFile.Write(Path.Combine(training, OptimizerFile.FileName), model.Parameters, optimizer);
        stage?.WriteMore?.Invoke(training);
        state?.Write(Path.Combine(training, CheckpointState.FileName));
    });

    /// <summary>The model, packed for inference, and its text format; of this program's checkpoints or any other that <see cref="PretrainedModel"/> opens.</summary>
    /// <param name="storage">As <see cref="PretrainedModel.LoadWeights"/> takes it: null for a model that may be trained.</param>
    /// <param name="headed">Whether it may be a reward model.</param>
    /// <exception cref="UserError">Something is missing, cut short or not finite: file and tensor are named.</exception>
    public static (LanguageModel Model, TextFormat Text) LoadModel(string path, Device device, WeightStorage? storage = null, bool headed = false)
    {
        using var opened = PretrainedModel.Open(path, headed);
        return (opened.LoadWeights(device, storage), opened.Text);
    }
}
