using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// <c>training/optimizer.safetensors</c>: for each parameter its <c>first.NAME</c> and, where the rule has one, <c>second.NAME</c>
/// moment, shaped as the parameter; the number of updates is in the metadata.
/// </summary>
internal static class OptimizerFile
{
    public const string FileName = "optimizer.safetensors";

    public static void Write(string path, ParameterStore store, Optimizer optimizer) => StoredBuffers.Write(
        path, Moments(store, optimizer), [new("kind", RecipeWriter.Scalar(optimizer.Options.Kind)), new("steps", optimizer.Steps.ToString(CultureInfo.InvariantCulture))]);

    /// <exception cref="UserError">A moment is missing, misshapen or not finite.</exception>
    public static void Read(string path, ParameterStore store, Optimizer optimizer)
    {
        if (!File.Exists(path)) throw new UserError("the file is missing.", path, advice: CheckpointState.ResumeAdvice);
        using var file = SafetensorsFile.Open(path);
        var kind = RecipeWriter.Scalar(optimizer.Options.Kind);
        if (file.Metadata.GetValueOrDefault("kind") is { } stored && stored != kind) throw new UserError($"it holds the moments of {stored}, but the recipe asks for {kind}.", path, field: "kind");
        if (!long.TryParse(file.Metadata.GetValueOrDefault("steps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps)) throw new UserError("the number of updates is missing.", path, field: "steps", advice: CheckpointState.ResumeAdvice);
        StoredBuffers.Read(file, Moments(store, optimizer));
        optimizer.Steps = steps;
    }

    private static List<StoredPart> Moments(ParameterStore store, Optimizer optimizer)
    {
        var moments = new List<StoredPart>();
        foreach (var parameter in store.Parameters.Where(p => !p.Frozen))
        {
            moments.Add(new("first." + parameter.Name, parameter, optimizer.First));
            var muon = optimizer.Options.Kind == OptimizerKind.Muon && parameter.IsBlockMatrix;
            if (optimizer.Second is { } second && !muon) moments.Add(new("second." + parameter.Name, parameter, second));
        }

        return moments;
    }
}
