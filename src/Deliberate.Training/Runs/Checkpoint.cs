using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A checkpoint: a Hugging Face folder (<see cref="ModelWriter"/>) that other software loads, or the adapter alone where one is trained
/// (<see cref="AdapterWriter"/>), and <c>training/</c> with what
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
        if (model.Adapter is { } adapter)
        {
            AdapterWriter.Write(partial, adapter, model.AdapterConfiguration!, model.AdapterBase);
            ModelWriter.WriteFormat(partial, model.Configuration, text);
        }
        else
        {
            ModelWriter.Write(partial, model, text);
        }

        if (stage is null && state is null) return;
        var training = Path.Combine(partial, TrainingFolder);
        Directory.CreateDirectory(training);
        if (stage?.Optimizer is { } optimizer) OptimizerFile.Write(Path.Combine(training, OptimizerFile.FileName), model.Trained, optimizer);
        stage?.WriteMore?.Invoke(training);
        state?.Write(Path.Combine(training, CheckpointState.FileName));
    });

    /// <summary>The model, packed for inference, and its text format; of this program's checkpoints or any other that <see cref="PretrainedModel"/> opens.</summary>
    /// <param name="storage">As <see cref="PretrainedModel.LoadWeights"/> takes it: null for a model that may be trained.</param>
    /// <param name="headed">Whether it may be a reward model.</param>
    /// <exception cref="UserError">Something is missing, cut short or not finite: file and tensor are named.</exception>
    /// <param name="adapter">The folder of one to use it with; null for the model as it is.</param>
    public static (LanguageModel Model, TextFormat Text) LoadModel(string path, Device device, WeightStorage? storage = null, bool headed = false, string? adapter = null)
    {
        using var opened = adapter is null ? PretrainedModel.Open(path, headed) : PretrainedModel.OpenWith(path, adapter);
        return (opened.LoadWeights(device, storage), opened.Text);
    }
}
