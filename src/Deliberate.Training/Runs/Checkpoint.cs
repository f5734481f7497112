using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A checkpoint: a Hugging Face folder (<c>config.json, model.safetensors, tokenizer.json, tokenizer_config.json,
/// generation_config.json</c>) that other software loads, and <c>training/</c> with what resuming needs: the optimizer's moments
/// and the run's place. Committed by one rename and never changed afterwards.
/// </summary>
internal static class Checkpoint
{
    public const string TrainingFolder = "training";

    /// <summary>Elements copied at a time.</summary>
    private const int Piece = 1 << 16;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <param name="folder">To create or replace.</param>
    /// <param name="optimizer">Null where nothing will go on from its moments.</param>
    /// <param name="state">Null for a checkpoint that no run resumes from.</param>
    public static void Save(string folder, LanguageModel model, Tokenizer tokenizer, Optimizer? optimizer = null, CheckpointState? state = null) => AtomicFolder.Commit(folder, partial =>
    {
        model.Configuration.Save(partial);
        WriteWeights(Path.Combine(partial, "model.safetensors"), model);
        tokenizer.Save(Path.Combine(partial, "tokenizer.json"));
        WriteTokenizerConfiguration(Path.Combine(partial, "tokenizer_config.json"), model.Configuration, tokenizer);
        new GenerationConfiguration
        {
            DoSample = true,
            Temperature = 1,
            BosTokenId = model.Configuration.BosTokenId,
            EosTokenIds = model.Configuration.EosTokenIds,
            PadTokenId = model.Configuration.PadTokenId,
        }.Save(partial);
        if (optimizer is null && state is null) return;
        var training = Path.Combine(partial, TrainingFolder);
        Directory.CreateDirectory(training);
        if (optimizer is not null) OptimizerFile.Write(Path.Combine(training, OptimizerFile.FileName), model.Parameters, optimizer);
        state?.Write(Path.Combine(training, CheckpointState.FileName));
    });

    /// <summary>The model, packed for inference, and its tokenizer; of this program's checkpoints or any other of a known architecture.</summary>
    /// <exception cref="UserError">Something is missing, cut short or not finite: file and tensor are named.</exception>
    public static (LanguageModel Model, Tokenizer Tokenizer) LoadModel(string folder, Device device)
    {
        var configuration = ModelConfiguration.Load(folder);
        using var weights = WeightSource.Open(folder);
        // Before memory is taken for what the configuration asks for.
        ParameterNames.Check(configuration, weights);
        var tokenizer = Tokenizer.Load(folder);
        if (tokenizer.VocabularySize > configuration.VocabularySize)
            throw new UserError($"the tokenizer has {tokenizer.VocabularySize} tokens, but the model only {configuration.VocabularySize}.", Path.Combine(folder, "tokenizer.json"), advice: "They are not of the same checkpoint.");
        var model = new LanguageModel(device, configuration);
        try
        {
            model.Load(weights);
            model.Pack(training: false);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return (model, tokenizer);
    }

    private static void WriteWeights(string path, LanguageModel model)
    {
        using var stream = File.Create(path);
        var parameters = model.Parameters.Parameters;
        var writer = new SafetensorsWriter(stream, [.. parameters.Select(p => Info(p.Name, p))]);
        var buffer = new float[Piece];
        foreach (var parameter in parameters) Copy(writer, model.Parameters.Values, parameter, buffer);
        writer.Finish();
    }

    internal static TensorInfo Info(string name, Parameter parameter) =>
        new(name, StoredType.F32, parameter.IsVector ? [parameter.Length] : [parameter.Rows, parameter.Columns]);

    internal static void Copy(SafetensorsWriter writer, DeviceBuffer from, Parameter parameter, float[] buffer)
    {
        for (long at = 0; at < parameter.Length; at += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Length - at));
            from.Read(parameter.Offset + at, piece);
            writer.Append(piece);
        }
    }

    private static void WriteTokenizerConfiguration(string path, ModelConfiguration configuration, Tokenizer tokenizer)
    {
        var json = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false, ["model_max_length"] = configuration.MaxPositions };
        Name("bos_token", configuration.BosTokenId);
        Name("eos_token", configuration.EosTokenIds.Count > 0 ? configuration.EosTokenIds[0] : null);
        Name("pad_token", configuration.PadTokenId);
        File.WriteAllText(path, json.ToJsonString(Indented) + "\n");

        void Name(string key, int? id)
        {
            if (id is { } known && tokenizer.IdToToken(known) is { } token) json[key] = token;
        }
    }
}
