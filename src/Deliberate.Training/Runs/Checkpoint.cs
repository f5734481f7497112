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

    /// <summary>In that, the weights that training goes on with, where those of the model itself are rounded.</summary>
    public const string MastersFile = "weights.safetensors";

    /// <param name="folder">To create or replace.</param>
    /// <param name="stage">Null where nothing will go on from it.</param>
    /// <param name="state">Null for a checkpoint that no run resumes from.</param>
    /// <param name="storage">Of the weights beside <c>training/</c>; an adapter's are F32.</param>
    public static void Save(string folder, LanguageModel model, TextFormat text, StageState? stage = null, CheckpointState? state = null, FileStorage storage = FileStorage.F32) => AtomicFolder.Commit(folder, partial =>
    {
        if (model.Adapter is { } adapter)
        {
            AdapterWriter.Write(partial, adapter, model.AdapterConfiguration!, model.AdapterBase);
            ModelWriter.WriteFormat(partial, model.Configuration, text);
        }
        else
        {
            ModelWriter.Write(partial, model, text, storage);
        }

        if (stage is null && state is null) return;
        var training = Path.Combine(partial, TrainingFolder);
        Directory.CreateDirectory(training);
        if (state is not null && model.Adapter is null && storage != FileStorage.F32) ModelWriter.WriteWeights(Path.Combine(training, MastersFile), model);
        if (stage?.Optimizer is { } optimizer) OptimizerFile.Write(Path.Combine(training, OptimizerFile.FileName), model.Trained, optimizer);
        stage?.WriteMore?.Invoke(training);
        state?.Write(Path.Combine(training, CheckpointState.FileName));
    });

    /// <summary>The weights that training goes on with from a checkpoint: its own, or those that they were rounded from.</summary>
    public static ITensorSource OpenWeights(string folder) => WeightSource.Open(MastersOf(folder) ?? folder);

    private static string? MastersOf(string folder) => Path.Combine(folder, TrainingFolder, MastersFile) is var file && File.Exists(file) ? file : null;

    /// <summary>The model, packed for inference, and its text format; of this program's checkpoints or any other that <see cref="PretrainedModel"/> opens.</summary>
    /// <param name="storage">As <see cref="PretrainedModel.LoadWeights"/> takes it: null for a model that may be trained.</param>
    /// <param name="headed">Whether it may be a reward model.</param>
    /// <exception cref="UserError">Something is missing, cut short or not finite: file and tensor are named.</exception>
    /// <param name="adapter">The folder of one to use it with; null for the model as it is.</param>
    /// <param name="masters">A model that may be trained gets the weights that its run went on with, not those that were rounded for others.</param>
    public static (LanguageModel Model, TextFormat Text) LoadModel(string path, Device device, WeightStorage? storage = null, bool headed = false, string? adapter = null, bool masters = true)
    {
        using var opened = adapter is null ? PretrainedModel.Open(path, headed) : PretrainedModel.OpenWith(path, adapter);
        var model = opened.LoadWeights(device, storage);
        try
        {
            if (masters && storage is null && adapter is null && MastersOf(path) is { } file)
            {
                using var weights = WeightSource.Open(file);
                model.Load(weights);
                model.Pack(training: false);
            }

            return (model, opened.Text);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
