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

    private const int Piece = 1 << 16;

    public static void Write(string path, ParameterStore store, Optimizer optimizer)
    {
        using var stream = File.Create(path);
        var moments = Moments(store, optimizer);
        var kind = RecipeWriter.Scalar(optimizer.Options.Kind);
        var writer = new SafetensorsWriter(
            stream, [.. moments.Select(m => ModelWriter.Info(m.Name, m.Parameter))],
            [new("format", "pt"), new("kind", kind), new("steps", optimizer.Steps.ToString(CultureInfo.InvariantCulture))]);
        foreach (var (_, parameter, moment) in moments) ModelWriter.Append(writer, moment, parameter);
        writer.Finish();
    }

    /// <exception cref="UserError">A moment is missing, misshapen or not finite.</exception>
    public static void Read(string path, ParameterStore store, Optimizer optimizer)
    {
        if (!File.Exists(path)) throw new UserError("the file is missing.", path, advice: CheckpointState.ResumeAdvice);
        using var file = SafetensorsFile.Open(path);
        var kind = RecipeWriter.Scalar(optimizer.Options.Kind);
        if (file.Metadata.GetValueOrDefault("kind") is { } stored && stored != kind) throw new UserError($"it holds the moments of {stored}, but the recipe asks for {kind}.", path, field: "kind");
        if (!long.TryParse(file.Metadata.GetValueOrDefault("steps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps)) throw new UserError("the number of updates is missing.", path, field: "steps", advice: CheckpointState.ResumeAdvice);
        var buffer = new float[Piece];
        foreach (var (name, parameter, moment) in Moments(store, optimizer))
        {
            var expected = ModelWriter.Info(name, parameter).Shape;
            if (!file.Contains(name)) throw new UserError("the tensor is missing.", path, field: name, advice: CheckpointState.ResumeAdvice);
            if (!file.Info(name).Shape.Equals(expected)) throw new UserError($"the tensor has shape {file.Info(name).Shape}, but the model implies {expected}.", path, field: name, advice: CheckpointState.ResumeAdvice);
            for (long at = 0; at < parameter.Length; at += buffer.Length)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Length - at));
                file.Read(name, piece, at);
                foreach (var value in piece)
                    if (!float.IsFinite(value)) throw new UserError($"the tensor holds {value}, which is not a finite number.", path, field: name, advice: CheckpointState.ResumeAdvice);
                moment.Write(parameter.Offset + at, piece);
            }
        }

        optimizer.Steps = steps;
    }

    private static List<(string Name, Parameter Parameter, DeviceBuffer Moment)> Moments(ParameterStore store, Optimizer optimizer)
    {
        var moments = new List<(string, Parameter, DeviceBuffer)>();
        foreach (var parameter in store.Parameters.Where(p => !p.Frozen))
        {
            moments.Add(("first." + parameter.Name, parameter, optimizer.First));
            var muon = optimizer.Options.Kind == OptimizerKind.Muon && parameter.IsBlockMatrix;
            if (optimizer.Second is { } second && !muon) moments.Add(("second." + parameter.Name, parameter, second));
        }

        return moments;
    }
}
