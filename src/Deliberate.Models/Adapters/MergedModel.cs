using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>Writes a model whose weights are computed on the way to the disk, a piece at a time, as a Hugging Face folder.</summary>
internal static class MergedModel
{
    /// <param name="folder">To create.</param>
    /// <param name="model">Whose text format it keeps.</param>
    /// <exception cref="UserError">The folder is there already, or the disk is full.</exception>
    public static void Write(string folder, PretrainedModel model, MergedTensors weights)
    {
        ModelWriter.RefuseExisting(folder);
        ModelWriter.Write(folder, weights.Configuration, model.Text, weights, FileStorage.F32);
    }
}
