using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The model that a GGUF file describes: sizes from its metadata under the architecture's name, biases and norms from which
/// tensors there are, a tied head from the absence of <c>output.weight</c>.
/// </summary>
internal static class GgufConfiguration
{
    private const string RopeDivisors = "rope_freqs.weight";

    /// <param name="ignored">Takes the ids that name no token.</param>
    public static ModelConfiguration Read(GgufParts file, ICollection<IgnoredValue> ignored)
    {
        var metadata = file.Metadata;
        if (metadata.String("general.type") is { } type && type != "model") throw metadata.Error("general.type", $"the file holds {type}, not a model.", "Name the file of the model itself.");
        var architecture = Architecture.FindGguf(metadata.String("general.architecture"), file.Path, "general.architecture");
        var own = architecture.GgufName + ".";
        if (metadata.Integer(own + "expert_count", 0, long.MaxValue) > 0) throw metadata.Error(own + "expert_count", "mixtures of experts are not supported.");

        var hidden = Int("embedding_length", HuggingFaceConfiguration.MostWidth);
        var heads = Int("attention.head_count", HuggingFaceConfiguration.MostHeads);
        var headSize = IntOr("attention.key_length", HuggingFaceConfiguration.MostHeadSize, hidden / heads);
        if (headSize * (long)heads != hidden && !metadata.Has(own + "attention.key_length")) throw metadata.Error(own + "embedding_length", $"{hidden} is not divisible by {heads} heads.");
        if (IntOr("attention.value_length", HuggingFaceConfiguration.MostHeadSize, headSize) != headSize) throw metadata.Error(own + "attention.value_length", "values of another size than keys are not supported.");
        var vocabulary = Vocabulary(file);
        var positions = IntOr("context_length", HuggingFaceConfiguration.MostPositions, 2048);
        int? eos = Id("eos"), eot = Id("eot");
        var configuration = new ModelConfiguration
        {
            Architecture = architecture.Name,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = Int("feed_forward_length", HuggingFaceConfiguration.MostWidth),
            LayerCount = Int("block_count", HuggingFaceConfiguration.MostLayers),
            HeadCount = heads,
            KeyValueHeadCount = IntOr("attention.head_count_kv", HuggingFaceConfiguration.MostHeads, heads),
            HeadSize = headSize,
            NormEpsilon = metadata.Number(own + "attention.layer_norm_rms_epsilon", 1e-15, 1) ?? throw metadata.Error(own + "attention.layer_norm_rms_epsilon", "is missing."),
            MaxPositions = positions,
            TieWordEmbeddings = !file.Contains("output.weight"),
            QueryKeyValueBias = file.Contains("blk.0.attn_q.bias"),
            AttentionOutputBias = file.Contains("blk.0.attn_output.bias"),
            MlpBias = file.Contains("blk.0.ffn_up.bias"),
            QueryKeyNorm = file.Contains("blk.0.attn_q_norm.weight"),
            Activation = architecture.DefaultActivation,
            BosTokenId = Id("bos"),
            EosTokenIds = (eos, eot) switch
            {
                (null, null) => [],
                ({ } only, null) => [only],
                (null, { } only) => [only],
                ({ } first, { } second) => first == second ? [first] : [first, second],
            },
            PadTokenId = Id("padding"),
        };
        configuration = architecture.CompleteGguf(configuration with { Rope = Rope(file, own, configuration) }, metadata, own);
        HuggingFaceConfiguration.Check(configuration, file.Path, own + "attention.head_count_kv", own + "attention.key_length", own + "context_length");
        return configuration;

        int Int(string name, int most) => (int)(metadata.Integer(own + name, 1, most) ?? throw metadata.Error(own + name, "is missing."));
        int IntOr(string name, int most, int ifAbsent) => (int)(metadata.Integer(own + name, 1, most) ?? Math.Max(1, ifAbsent));
        int? Id(string name) => metadata.TokenId(GgufTokenizer.IdKey(name), vocabulary, ignored);
    }

    /// <summary>The rows of the embedding, which the vocabulary may fall short of.</summary>
    private static int Vocabulary(GgufParts file)
    {
        var shape = file.Info("token_embd.weight").Shape;
        return shape is [>= 1 and <= HuggingFaceConfiguration.MostVocabulary, _]
            ? (int)shape[0]
            : throw new UserError($"the shape {shape} is not one of an embedding.", file.Path, field: "token_embd.weight");
    }

    private static RopeSettings Rope(GgufParts file, string own, ModelConfiguration configuration)
    {
        var metadata = file.Metadata;
        var rotated = metadata.Integer(own + "rope.dimension_count", 2, configuration.HeadSize) ?? configuration.HeadSize;
        var rope = new RopeSettings
        {
            Theta = metadata.Number(own + "rope.freq_base", 1e-3, 1e15) ?? 10000,
            PartialFactor = (double)rotated / configuration.HeadSize,
        };
        var kind = metadata.String(own + "rope.scaling.type");
        var factor = metadata.Number(own + "rope.scaling.factor", 0, 1e6) ?? metadata.Number(own + "rope.scale_linear", 0, 1e6) ?? 0;
        if (file.Contains(RopeDivisors)) return Divided(file, rope, configuration with { Rope = rope });
        switch (kind)
        {
            case "none":
            case null when factor is 0 or 1:
                return rope;
            case "linear" or null:
                return factor is 0 or 1 ? rope : rope with { Kind = RopeKind.Linear, Factor = factor };
            case "yarn" when rope.Theta > 1:
                var original = (int)(metadata.Integer(own + "rope.scaling.original_context_length", 1, HuggingFaceConfiguration.MostPositions) ?? configuration.MaxPositions);
                return rope with
                {
                    Kind = RopeKind.Yarn,
                    Factor = factor > 0 ? factor : (double)configuration.MaxPositions / original,
                    OriginalPositions = original,
                    BetaFast = metadata.Number(own + "rope.scaling.yarn_beta_fast", 1e-3, 1e6) ?? 32,
                    BetaSlow = metadata.Number(own + "rope.scaling.yarn_beta_slow", 1e-3, 1e6) ?? 1,
                    AttentionFactor = metadata.Number(own + "rope.scaling.attn_factor", 1e-3, 1e6) is { } given and not 1 ? given : null,
                };
            default:
                throw metadata.Error(own + "rope.scaling.type", $"the rotary scaling {kind} is not supported.", "Supported: none, linear, yarn, and divisors in rope_freqs.weight.");
        }
    }

    /// <summary>
    /// llama.cpp's converter turns llama3 scaling into one divisor for each frequency, in F32. If the settings that Meta publishes
    /// give these divisors back, they are those settings; else the divisors are kept as they are.
    /// </summary>
    private static RopeSettings Divided(GgufParts file, RopeSettings rope, ModelConfiguration configuration)
    {
        var info = file.Info(RopeDivisors);
        if (info.Count != configuration.RotaryDimensions / 2) throw new UserError($"has {info.Count} divisors for {configuration.RotaryDimensions / 2} frequencies.", file.Path, field: RopeDivisors);
        var divisors = new double[info.Count];
        file.ReadDouble(RopeDivisors, divisors);
        foreach (var divisor in divisors)
        {
            if (!(divisor is >= 1e-3 and <= 1e6)) throw new UserError($"a divisor of {divisor} is not possible.", file.Path, field: RopeDivisors);
        }

        var llama3 = rope with { Kind = RopeKind.Llama3, Factor = divisors[^1], LowFrequencyFactor = 1, HighFrequencyFactor = 4, OriginalPositions = 8192 };
        var plain = RotaryTable.InverseFrequencies(configuration, out _);
        var scaled = RotaryTable.InverseFrequencies(configuration with { Rope = llama3 }, out _);
        for (var i = 0; i < plain.Length; i++)
        {
            if (Math.Abs((plain[i] / scaled[i] / divisors[i]) - 1) > 1e-5) return rope with { Kind = RopeKind.Divisors, Divisors = new ValueList<double>(divisors) };
        }

        return llama3;
    }
}
