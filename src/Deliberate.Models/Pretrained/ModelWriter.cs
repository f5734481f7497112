using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Writes a model as a Hugging Face folder that transformers and vLLM load: <c>config.json, model.safetensors, tokenizer.json,
/// tokenizer_config.json, generation_config.json</c>, a card, and what the model it was made of said beside (<see cref="ModelHeritage"/>).
/// llama.cpp's converter refuses tokenizers that it does not know by heart; <see cref="GgufExport"/> is the way there. The same model
/// gives the same bytes.
/// </summary>
internal static class ModelWriter
{
    public const string WeightsFile = "model.safetensors";

    /// <summary>Elements copied at a time.</summary>
    private const int Piece = 1 << 16;

    /// <summary>Elements converted at a time.</summary>
    private const int LargePiece = 1 << 20;

    /// <summary>What transformers fills in for a configuration that does not say, written because other readers do not; and the release whose spelling is written.</summary>
    private static readonly KeyValuePair<string, string>[] Defaults = [new("attention_dropout", "0.0"), new("initializer_range", "0.02"), new("transformers_version", "\"4.57.0\"")];

    /// <param name="folder">Exists; the caller commits it as a whole.</param>
    /// <param name="storage">F32, F16 or BF16, to which the weights are rounded.</param>
    public static void Write(string folder, LanguageModel model, TextFormat text, FileStorage storage = FileStorage.F32)
    {
        WriteTexts(folder, model.Configuration, text, storage);
        WriteWeights(Path.Combine(folder, WeightsFile), model, storage);
    }

    /// <summary>For commands that only make new folders: what stands there would be replaced as a whole, and be gone.</summary>
    /// <exception cref="UserError">Something is there.</exception>
    public static void RefuseExisting(string folder)
    {
        if (Directory.Exists(folder) || File.Exists(folder)) throw new UserError("is there already.", folder, advice: "Choose another name, or delete it.");
    }

    /// <summary>Writes a model on disk anew, its weights F32, F16 or BF16.</summary>
    /// <param name="folder">Created or replaced as a whole.</param>
    /// <param name="progress">Told the number of weights written.</param>
    public static void Write(string folder, PretrainedModel model, FileStorage storage, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        model.RefuseAdapter();
        Write(folder, model.Configuration, model.Text with { Heritage = model.Text.Heritage! with { BaseWeights = ModelIdentity.Known(model)?.Weights ?? model.Text.Heritage.BaseWeights } }, model.Weights, storage, progress, cancellation);
    }

    /// <summary>The same of weights that are read or made a piece at a time.</summary>
    public static void Write(
        string folder, ModelConfiguration configuration, TextFormat text, ITensorSource weights, FileStorage storage, IProgress<long>? progress = null, CancellationToken cancellation = default) => AtomicFolder.Commit(folder, partial =>
    {
        WriteTexts(partial, configuration, text, storage);
        using var stream = File.Create(Path.Combine(partial, WeightsFile));
        var parameters = ParameterNames.Of(configuration);
        var writer = new SafetensorsWriter(stream, [.. parameters.Select(p => new TensorInfo(p.Name, StoredTypeOf(storage), p.Shape))]);
        var buffer = new float[LargePiece];
        long done = 0;
        foreach (var parameter in parameters)
        {
            var count = weights.Info(parameter.Name).Count;
            for (long at = 0; at < count; at += buffer.Length)
            {
                cancellation.ThrowIfCancellationRequested();
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - at));
                weights.Read(parameter.Name, piece, at);
                writer.Append(piece);
            }

            progress?.Report(done += count);
        }

        writer.Finish();
    });

    /// <summary>How a parameter, or what is shaped like it, stands in a file.</summary>
    public static TensorInfo Info(string name, Parameter parameter, StoredType type = StoredType.F32) =>
        new(name, type, parameter.IsVector ? [parameter.Length] : [parameter.Rows, parameter.Columns]);

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

    /// <summary>Writes the weights alone.</summary>
    public static void WriteWeights(string path, LanguageModel model, FileStorage storage = FileStorage.F32)
    {
        using var stream = File.Create(path);
        var parameters = model.Parameters.Parameters;
        var writer = new SafetensorsWriter(stream, [.. parameters.Select(p => Info(p.Name, p, StoredTypeOf(storage)))]);
        foreach (var parameter in parameters) Append(writer, model.Parameters.Values, parameter);
        writer.Finish();
    }

    public static StoredType StoredTypeOf(FileStorage storage) => storage switch
    {
        FileStorage.F32 => StoredType.F32,
        FileStorage.F16 => StoredType.F16,
        FileStorage.BF16 => StoredType.BF16,
        _ => throw new UserError($"a Hugging Face folder does not hold {storage}.", field: "--type", advice: "Its types are f32, f16 and bf16; for the others name a file that ends in .gguf."),
    };

    private static void WriteTexts(string folder, ModelConfiguration configuration, TextFormat text, FileStorage storage)
    {
        var config = HuggingFaceConfiguration.Write(configuration, StoredTypeOf(storage));
        File.WriteAllBytes(Path.Combine(folder, "config.json"), ModelHeritage.Merge(config, (text.Heritage?.ConfigurationKeys ?? []).Concat(Defaults)));
        WriteFormat(folder, configuration, text);
        text.Heritage?.CopyFiles(folder);
        ModelCard.Write(folder, configuration, text, storage);
    }

    /// <summary>How texts go in and out alone: tokenizer, chat template, where answers end.</summary>
    public static void WriteFormat(string folder, ModelConfiguration configuration, TextFormat text)
    {
        text.Tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
        TokenizerConfiguration.Save(folder, text, configuration.MaxPositions);
        var generation = text.Generation;
        (generation with
        {
            // Where the file says nothing of them, transformers stops at no token at all, and samples from the 50 most likely only.
            TopK = generation.TopK ?? 0,
            TopP = generation.TopP ?? 1,
            BosTokenId = generation.BosTokenId ?? configuration.BosTokenId,
            EosTokenIds = generation.EosTokenIds.Count > 0 ? generation.EosTokenIds : text.StopIds,
            PadTokenId = generation.PadTokenId ?? configuration.PadTokenId,
        }).Save(folder, text.Heritage?.GenerationKeys ?? []);
    }
}
