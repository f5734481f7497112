using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A buffer laid out as a store of parameters, one parameter's part of it.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Parameter">Whose shape and place it has.</param>
/// <param name="Buffer">Of the store's layout.</param>
internal readonly record struct StoredPart(string Name, Parameter Parameter, DeviceBuffer Buffer);

/// <summary>Buffers of a store's layout, moments or weights, as a safetensors file of a checkpoint's <c>training/</c>.</summary>
internal static class StoredBuffers
{
    private const int Piece = 1 << 16;

    /// <summary>All parameters of a store, behind a prefix.</summary>
    public static IEnumerable<StoredPart> Parts(string prefix, ParameterStore store, DeviceBuffer buffer) => store.Parameters.Select(p => new StoredPart(prefix + p.Name, p, buffer));

    public static void Write(string path, IReadOnlyList<StoredPart> parts, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        using var stream = File.Create(path);
        var writer = new SafetensorsWriter(stream, [.. parts.Select(p => ModelWriter.Info(p.Name, p.Parameter))], [new("format", "pt"), .. metadata]);
        foreach (var part in parts) ModelWriter.Append(writer, part.Buffer, part.Parameter);
        writer.Finish();
    }

    /// <exception cref="UserError">A tensor is missing, misshapen or not finite.</exception>
    public static void Read(SafetensorsFile file, IEnumerable<StoredPart> parts)
    {
        var buffer = new float[Piece];
        foreach (var (name, parameter, target) in parts)
        {
            Check(file, name, parameter);
            Read(file, name, 0, parameter.Length, target, parameter.Offset, buffer);
        }
    }

    /// <summary>Refuses a tensor that is not there or not shaped as a parameter.</summary>
    /// <exception cref="UserError">It is so.</exception>
    public static void Check(SafetensorsFile file, string name, Parameter parameter)
    {
        var expected = ModelWriter.Info(name, parameter).Shape;
        if (!file.Contains(name)) throw new UserError("the tensor is missing.", file.Path, field: name, advice: CheckpointState.ResumeAdvice);
        if (!file.Info(name).Shape.Equals(expected)) throw new UserError($"the tensor has shape {file.Info(name).Shape}, but the model implies {expected}.", file.Path, field: name, advice: CheckpointState.ResumeAdvice);
    }

    /// <summary>Elements [from, from + count) of a tensor, to a place of a buffer.</summary>
    /// <exception cref="UserError">One is not finite.</exception>
    public static void Read(SafetensorsFile file, string name, long from, long count, DeviceBuffer target, long offset, float[] buffer)
    {
        for (long at = 0; at < count; at += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - at));
            file.Read(name, piece, from + at);
            foreach (var value in piece)
                if (!float.IsFinite(value)) throw new UserError($"the tensor holds {value}, which is not a finite number.", file.Path, field: name, advice: CheckpointState.ResumeAdvice);
            target.Write(offset + at, piece);
        }
    }
}
