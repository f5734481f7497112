using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>What <c>model info</c> says of a model; the JSON is this record.</summary>
/// <param name="Memory">Bytes by the precision that the weights are held in, each weight once.</param>
/// <param name="CacheBytesPerThousandTokens">Keys and values of one sequence, in F32.</param>
/// <param name="Stored">How the tensors lie in the files.</param>
/// <param name="Generation">Fields that the files set, by their names in generation_config.json.</param>
/// <param name="Licence">Null where the files say nothing of it.</param>
/// <param name="Ignored">What the files say of tokens that the model does not have.</param>
/// <param name="Identity">Null where the weights are large, their hash not known, and it was not asked for.</param>
internal sealed record ModelInfo(
    string Path,
    string Name,
    string Format,
    ModelIdentity? Identity,
    ModelInfo.ArchitectureInfo Architecture,
    ParameterCounts Parameters,
    IReadOnlyDictionary<string, long> Memory,
    long CacheBytesPerThousandTokens,
    IReadOnlyList<StoredTensors> Stored,
    ModelInfo.TokenizerInfo Tokenizer,
    ModelInfo.TemplateInfo? ChatTemplate,
    IReadOnlyDictionary<string, object> Generation,
    ModelLicence? Licence,
    IReadOnlyList<IgnoredValue> Ignored,
    ModelOrigins Origins,
    IReadOnlyList<ModelInfo.FileInfo> Files)
{
    /// <summary>Weights of so many bytes are read for the identity without being asked: a second or two.</summary>
    private const long QuicklyRead = 1L << 30;

    public static ModelInfo Of(PretrainedModel model, bool hash)
    {
        var c = model.Configuration;
        return new ModelInfo(
            model.Location,
            model.Name,
            model.Weights is GgufWeights ? "gguf" : "safetensors",
            hash || MemoryEstimate.WeightBytes(c, WeightStorage.F32) <= QuicklyRead ? ModelIdentity.Of(model) : ModelIdentity.Known(model),
            ArchitectureInfo.Of(c),
            ParameterCounts.Of(c),
            Enum.GetValues<WeightStorage>().ToDictionary(s => s.ToString().ToLowerInvariant(), s => MemoryEstimate.WeightBytes(c, s)),
            2L * c.LayerCount * c.KeyValueHeadCount * c.HeadSize * sizeof(float) * 1000,
            StoredTensors.Of(model.Weights),
            TokenizerInfo.Of(model),
            model.Text.ChatTemplate is null ? null : TemplateInfo.Of(model.Text),
            GenerationFields(model.Text.Generation),
            model.Licence,
            model.Ignored,
            model.Origins,
            [.. model.Files.Select(f => new FileInfo(f.Path, f.Bytes, hash ? f.Sha256() : null))]);
    }

    private static Dictionary<string, object> GenerationFields(GenerationConfiguration generation)
    {
        var fields = new Dictionary<string, object>();
        Add("do_sample", generation.DoSample);
        Add("temperature", generation.Temperature);
        Add("top_k", generation.TopK);
        Add("top_p", generation.TopP);
        Add("min_p", generation.MinP);
        Add("repetition_penalty", generation.RepetitionPenalty);
        Add("max_new_tokens", generation.MaxNewTokens);
        Add("bos_token_id", generation.BosTokenId);
        if (generation.EosTokenIds.Count > 0) fields["eos_token_id"] = generation.EosTokenIds.ToArray();
        Add("pad_token_id", generation.PadTokenId);
        return fields;

        void Add(string name, object? value)
        {
            if (value is not null) fields[name] = value;
        }
    }

    /// <summary>The points in which architectures vary.</summary>
    internal sealed record ArchitectureInfo(
        string Name, string ClassName, string KnownFrom, int Layers, int Width, int FeedForward, ActivationKind Activation, int Heads, int KeyValueHeads, int HeadSize, int Context, int Vocabulary,
        bool TiedHead, bool QueryKeyValueBias, bool AttentionOutputBias, bool FeedForwardBias, bool QueryKeyNorm, double NormEpsilon, RopeKind RotaryScaling, double RotaryBase, double RotaryFactor,
        int RotaryDimensions, int? SlidingWindow, int SlidingLayers, NormPlacement Norms, bool QueryKeyNormOfAllHeads, double? SlidingRotaryBase, int UnrotatedLayers, double? AttentionSoftCap, double? LogitSoftCap)
    {
        public static ArchitectureInfo Of(ModelConfiguration c)
        {
            var architecture = Deliberate.Models.Architecture.Named(c.Architecture);
            return new ArchitectureInfo(
                architecture.Name, architecture.ClassName, architecture.Examples, c.LayerCount, c.HiddenSize, c.IntermediateSize, c.Activation, c.HeadCount, c.KeyValueHeadCount, c.HeadSize,
                c.MaxPositions, c.VocabularySize, c.TieWordEmbeddings, c.QueryKeyValueBias, c.AttentionOutputBias, c.MlpBias, c.QueryKeyNorm, c.NormEpsilon, c.Rope.Kind, c.Rope.Theta, c.Rope.Factor,
                c.RotaryDimensions, c.SlidingWindow, c.SlidingLayers.Count, c.Norms, c.QueryKeyNormOfAllHeads, c.SlidingRope?.Theta, c.UnrotatedLayers.Count, c.AttentionSoftCap, c.LogitSoftCap);
        }
    }

    internal sealed record Token(int Id, string Text);

    /// <param name="PreTokenizer">By its name in a GGUF file; null elsewhere.</param>
    /// <param name="Steps">Of normalizer and pre-tokenizer.</param>
    /// <param name="Roles">Special tokens by the name that templates know them by.</param>
    /// <param name="Special">Every special token.</param>
    /// <param name="Begin">Put before plain texts.</param>
    /// <param name="Stop">End a text.</param>
    internal sealed record TokenizerInfo(
        string Kind, string? PreTokenizer, IReadOnlyList<string> Steps, int Vocabulary, int Merges, int AddedTokens, IReadOnlyDictionary<string, Token> Roles, IReadOnlyList<Token> Special,
        IReadOnlyList<Token> Begin, IReadOnlyList<Token> Stop)
    {
        public static TokenizerInfo Of(PretrainedModel model)
        {
            var tokenizer = model.Text.Tokenizer;
            var file = tokenizer.File;
            var kind = (file.PreTokenizer.IsByteLevel ? "byte-level " : "") + (file.Vocabulary is UnigramVocabulary ? "Unigram" : "BPE") + (file.Vocabulary.FallsBackToBytes ? " with byte fallback" : "");
            var named = model.Weights is GgufWeights gguf && model.Origins.Tokenizer.File == gguf.Path ? gguf.File.Metadata.String("tokenizer.ggml.pre") : null;
            return new TokenizerInfo(
                kind, named, [.. file.StepNames("normalizer"), .. file.StepNames("pre_tokenizer")], tokenizer.VocabularySize, (file.Vocabulary as BpeVocabulary)?.Merges.Count ?? 0, tokenizer.AddedTokens.Count,
                model.Text.SpecialTokens.ToDictionary(t => t.Key, t => new Token(tokenizer.TokenToId(t.Value), t.Value)),
                [.. tokenizer.AddedTokens.Where(t => t.Special).Select(t => new Token(t.Id, t.Content))], Named(tokenizer.BeginIds), Named(model.Text.StopIds));

            Token[] Named(IEnumerable<int> ids) => [.. ids.Select(id => new Token(id, tokenizer.IdToToken(id) ?? ""))];
        }
    }

    /// <param name="TurnEnd">The token, or the text that stands for one, that the template ends the assistant's turn with; null where it marks no end.</param>
    internal sealed record TemplateInfo(bool System, bool Tools, bool Thinking, string? ThinkingSwitch, bool AssistantMask, TemplateInfo.End? TurnEnd, string Source)
    {
        public static TemplateInfo Of(TextFormat format)
        {
            var features = TemplateFeatures.Of(format);
            var (token, mark) = format.TurnEnd;
            var end = token is { } id ? new End(id, format.Tokenizer.IdToToken(id)!) : mark is not null ? new End(null, mark) : null;
            return new TemplateInfo(features.System, features.Tools, features.Thinking, features.ThinkingSwitch, features.AssistantMask, end, format.ChatTemplate!.Source);
        }

        /// <param name="Id">Null for a mark that is no token of the model's.</param>
        internal sealed record End(int? Id, string Text);
    }

    /// <param name="Sha256">Null unless it was asked for.</param>
    internal sealed record FileInfo(string Path, long Bytes, string? Sha256);
}
