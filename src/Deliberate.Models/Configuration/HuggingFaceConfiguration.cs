using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// config.json, read in the spelling of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>, <c>torch_dtype</c>) and 5
/// (<c>rope_parameters</c>, <c>dtype</c>), written in the older one, which every reader knows. Fields that all families share
/// are here, the others with each <see cref="Architecture"/>. Bounds are far above any published model, and low enough that
/// no product of sizes overflows 64 bits.
/// </summary>
internal static class HuggingFaceConfiguration
{
    internal const int MostVocabulary = 1 << 24;
    internal const int MostWidth = 1 << 20;
    internal const int MostLayers = 10_000;
    internal const int MostHeads = 1 << 14;
    internal const int MostHeadSize = 1 << 14;
    internal const int MostPositions = 1 << 30;
    internal const int MostLabels = 1 << 16;

    /// <summary>Columns of a head behind those of the hidden state; our own key, absent where there are none.</summary>
    private const string SurpriseField = "deliberate_surprise_features";

    /// <param name="path">The file.</param>
    /// <param name="ignored">Takes the ids that name no token.</param>
    public static ModelConfiguration Read(string path, ICollection<IgnoredValue> ignored)
    {
        var fields = JsonField.Read(path);
        var classes = fields["architectures"].Strings();
        var unit = classes.Count > 0 ? OutputHead.UnitOf(classes[0]) : null;
        var architecture = Architecture.Find(classes.Count > 0 ? OutputHead.LanguageModelOf(classes[0]) : null, fields["model_type"].OptionalText(), path, classes.Count > 0 ? "architectures" : "model_type");
        if (!fields["quantization_config"].IsAbsent) throw fields["quantization_config"].Error("checkpoints quantised for other runtimes are not supported.", "Use the unquantised checkpoint, or a GGUF file.");

        var hidden = fields["hidden_size"].Int(1, MostWidth);
        var heads = fields["num_attention_heads"].Int(1, MostHeads);
        if (fields["head_dim"].IsAbsent && hidden % heads != 0) throw fields["hidden_size"].Error($"{hidden} is not divisible by {heads} heads, and no head_dim is given.");
        var vocabulary = fields["vocab_size"].Int(1, MostVocabulary);
        var positions = fields["max_position_embeddings"].Int(1, MostPositions, 2048);
        var shared = new ModelConfiguration
        {
            Architecture = architecture.Name,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = fields["intermediate_size"].Int(1, MostWidth),
            LayerCount = fields["num_hidden_layers"].Int(1, MostLayers),
            HeadCount = heads,
            KeyValueHeadCount = fields["num_key_value_heads"].Int(1, MostHeads, heads),
            HeadSize = fields["head_dim"].Int(1, MostHeadSize, Math.Max(1, hidden / heads)),
            NormEpsilon = fields["rms_norm_eps"].Number(1e-15, 1, 1e-6),
            MaxPositions = positions,
            Rope = HuggingFaceRope.Read(fields, positions),
            TieWordEmbeddings = fields["tie_word_embeddings"].Flag(false),
            Activation = Activation(fields[architecture.ActivationField], architecture.DefaultActivation),
            BosTokenId = fields["bos_token_id"].TokenId(vocabulary, ignored),
            EosTokenIds = fields["eos_token_id"].TokenIds(vocabulary, ignored),
            PadTokenId = fields["pad_token_id"].TokenId(vocabulary, ignored),
            OutputHead = unit is { } of ? new OutputHead(of, Outputs(fields), ReadsSurprise(fields[SurpriseField])) : null,
        };
        var configuration = architecture.Complete(shared, fields);
        Check(configuration, path, "num_key_value_heads", "head_dim", "max_position_embeddings");
        return configuration;
    }

    public static byte[] Write(ModelConfiguration configuration, StoredType weights)
    {
        var architecture = Architecture.Named(configuration.Architecture);
        if (!architecture.CanExpress(configuration)) throw new ArgumentException($"{architecture.ClassName} cannot express {configuration}", nameof(configuration));
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(configuration.OutputHead?.ClassName(architecture.ClassName) ?? architecture.ClassName);
            json.WriteEndArray();
            if (configuration.OutputHead is { } head) WriteLabels(json, head.Outputs);
            if (configuration.OutputHead is { ReadsSurprise: true }) json.WriteNumber(SurpriseField, SurpriseFeatures.Count);
            json.WriteString("model_type", architecture.Name);
            json.WriteString("torch_dtype", weights switch
            {
                StoredType.F32 => "float32",
                StoredType.F16 => "float16",
                StoredType.BF16 => "bfloat16",
                _ => throw new ArgumentOutOfRangeException(nameof(weights), weights, "not a type of weights in a Hugging Face folder"),
            });
            json.WriteNumber("vocab_size", configuration.VocabularySize);
            json.WriteNumber("hidden_size", configuration.HiddenSize);
            json.WriteNumber("intermediate_size", configuration.IntermediateSize);
            json.WriteNumber("num_hidden_layers", configuration.LayerCount);
            json.WriteNumber("num_attention_heads", configuration.HeadCount);
            json.WriteNumber("num_key_value_heads", configuration.KeyValueHeadCount);
            json.WriteNumber("head_dim", configuration.HeadSize);
            json.WriteString(architecture.ActivationField, configuration.Activation == ActivationKind.Silu ? "silu" : "gelu_pytorch_tanh");
            json.WriteNumber("max_position_embeddings", configuration.MaxPositions);
            WriteDouble(json, "rms_norm_eps", configuration.NormEpsilon);
            HuggingFaceRope.Write(json, configuration.Rope);
            json.WriteBoolean("tie_word_embeddings", configuration.TieWordEmbeddings);
            architecture.WriteOwn(json, configuration);
            WriteId(json, "bos_token_id", configuration.BosTokenId);
            WriteIds(json, "eos_token_id", configuration.EosTokenIds);
            WriteId(json, "pad_token_id", configuration.PadTokenId);
            json.WriteBoolean("use_cache", true);
            json.WriteEndObject();
        }

        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    /// <summary>What must hold between fields, whatever they were read from.</summary>
    internal static void Check(ModelConfiguration configuration, string file, string keyValueHeadsField, string headSizeField, string positionsField)
    {
        if (configuration.HeadCount % configuration.KeyValueHeadCount != 0)
            throw new UserError($"{configuration.HeadCount} heads cannot share {configuration.KeyValueHeadCount} key and value heads evenly.", file, field: keyValueHeadsField);
        if (configuration.RotaryDimensions < 2 || configuration.RotaryDimensions % 2 != 0)
            throw new UserError($"{configuration.RotaryDimensions} rotated dimensions of {configuration.HeadSize}: must be even and at least 2.", file, field: headSizeField);
        // A stranger's number must not ask for a terabyte of cosines, one for each position and frequency.
        if ((long)configuration.MaxPositions * (configuration.RotaryDimensions / 2) > Array.MaxLength)
            throw new UserError($"{configuration.MaxPositions} positions of {configuration.RotaryDimensions} rotated dimensions need a larger table than can be held.", file, field: positionsField, advice: "Lower it to the context that is needed.");
    }

    /// <summary>As many as there are names of them; transformers' two where nothing is said.</summary>
    private static int Outputs(JsonField fields) => fields["id2label"].IsAbsent ? fields["num_labels"].Int(1, MostLabels, 2) : Math.Clamp(fields["id2label"].Members().Count, 1, MostLabels);

    /// <summary>Whether a head reads the surprise, and as many numbers of it as this program knows.</summary>
    private static bool ReadsSurprise(JsonField field) => !field.IsAbsent && (field.Int(1, MostLabels) == SurpriseFeatures.Count
        ? true
        : throw field.Error($"the head reads other numbers of the model's surprise than the {SurpriseFeatures.Count} that this program knows.", "Use a newer Deliberate."));

    /// <summary>The outputs' names, by which transformers counts them.</summary>
    private static void WriteLabels(Utf8JsonWriter json, int outputs)
    {
        json.WriteStartObject("id2label");
        for (var i = 0; i < outputs; i++) json.WriteString(i.ToString(CultureInfo.InvariantCulture), $"LABEL_{i}");
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        for (var i = 0; i < outputs; i++) json.WriteNumber($"LABEL_{i}", i);
        json.WriteEndObject();
    }

    /// <summary>With a point or an exponent, so that Python reads a float.</summary>
    internal static void WriteDouble(Utf8JsonWriter json, string name, double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        json.WritePropertyName(name);
        json.WriteRawValue(text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text);
    }

    internal static void WriteId(Utf8JsonWriter json, string name, int? id)
    {
        if (id is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    internal static void WriteIds(Utf8JsonWriter json, string name, ValueList<int> ids)
    {
        if (ids.Count < 2)
        {
            WriteId(json, name, ids.Count == 0 ? null : ids[0]);
            return;
        }

        json.WriteStartArray(name);
        foreach (var id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    private static ActivationKind Activation(JsonField field, ActivationKind ifAbsent) => field.OptionalText() switch
    {
        null => ifAbsent,
        "silu" or "swish" => ActivationKind.Silu,
        "gelu_pytorch_tanh" or "gelu_new" => ActivationKind.TanhGelu,
        var other => throw field.Error($"the activation {other} is not supported.", "Supported: silu, gelu_pytorch_tanh."),
    };
}
