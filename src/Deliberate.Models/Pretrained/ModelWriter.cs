using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Writes a model as a Hugging Face folder that transformers, vLLM and llama.cpp's converter load: <c>config.json,
/// model.safetensors</c> in F32, <c>tokenizer.json, tokenizer_config.json, generation_config.json</c>. The same model gives the
/// same bytes, whatever it was read from.
/// </summary>
internal static class ModelWriter
{
    public const string WeightsFile = "model.safetensors";

    /// <summary>Elements copied at a time.</summary>
    private const int Piece = 1 << 16;

    /// <param name="folder">Exists; the caller commits it as a whole.</param>
    public static void Write(string folder, LanguageModel model, TextFormat text)
    {
        var configuration = model.Configuration;
        configuration.Save(folder);
        WriteWeights(Path.Combine(folder, WeightsFile), model);
        text.Tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
        TokenizerConfiguration.Save(folder, text, configuration.MaxPositions);
        // Where the file says nothing of them, transformers stops at no token at all.
        var generation = text.Generation;
        (generation with
        {
            BosTokenId = generation.BosTokenId ?? configuration.BosTokenId,
            EosTokenIds = generation.EosTokenIds.Count > 0 ? generation.EosTokenIds : text.StopIds,
            PadTokenId = generation.PadTokenId ?? configuration.PadTokenId,
        }).Save(folder);
    }

    /// <summary>How a parameter, or what is shaped like it, stands in a file.</summary>
    public static TensorInfo Info(string name, Parameter parameter) =>
        new(name, StoredType.F32, parameter.IsVector ? [parameter.Length] : [parameter.Rows, parameter.Columns]);

    /// <summary>Appends a parameter's region of a buffer in pieces.</summary>
    public static void Append(SafetensorsWriter writer, DeviceBuffer from, Parameter parameter)
    {
        var buffer = new float[Math.Min(Piece, parameter.Length)];
        for (long at = 0; at < parameter.Length; at += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Length - at));
            from.Read(parameter.Offset + at, piece);
            writer.Append(piece);
        }
    }

    /// <summary>Writes the weights alone, all in F32.</summary>
    public static void WriteWeights(string path, LanguageModel model)
    {
        using var stream = File.Create(path);
        var parameters = model.Parameters.Parameters;
        var writer = new SafetensorsWriter(stream, [.. parameters.Select(p => Info(p.Name, p))]);
        foreach (var parameter in parameters) Append(writer, model.Parameters.Values, parameter);
        writer.Finish();
    }
}
