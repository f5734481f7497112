using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>Writes an adapter as PEFT does: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, tensors in the order of their names.</summary>
internal static class AdapterWriter
{
    /// <param name="folder">Exists; the caller commits it as a whole.</param>
    /// <param name="baseWeights">SHA-256 of the base's weights, kept in the metadata; null where it is not known.</param>
    public static void Write(string folder, Adapter adapter, AdapterConfiguration configuration, string? baseWeights)
    {
        configuration.Write(Path.Combine(folder, AdapterConfiguration.FileName));
        using var stream = File.Create(Path.Combine(folder, AdapterFile.WeightsName));
        var parameters = adapter.Parameters.Parameters.OrderBy(p => p.Name, StringComparer.Ordinal).ToArray();
        List<KeyValuePair<string, string>> metadata = [new("format", "pt")];
        if (baseWeights is not null) metadata.Add(new(AdapterFile.BaseWeightsKey, baseWeights));
        var writer = new SafetensorsWriter(stream, [.. parameters.Select(p => ModelWriter.Info(p.Name, p))], metadata);
        foreach (var parameter in parameters) ModelWriter.Append(writer, adapter.Parameters.Values, parameter);
        writer.Finish();
    }
}
