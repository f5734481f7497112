using System.Buffers;
using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// generation_config.json: how the model's makers would have it sampled. Null means that the file does not say. Honoured where
/// people chat; never in reinforcement learning, where the policy is the model itself.
/// </summary>
internal sealed record GenerationConfiguration
{
    public const string FileName = "generation_config.json";

    private const int AnyVocabulary = int.MaxValue;
    private const string RepetitionName = "repetition_penalty";

    public bool? DoSample { get; init; }

    /// <summary>At least 0; 0 means greedy.</summary>
    public double? Temperature { get; init; }

    /// <summary>Most likely tokens kept; 0 keeps all.</summary>
    public int? TopK { get; init; }

    /// <summary>In (0, 1].</summary>
    public double? TopP { get; init; }

    /// <summary>In [0, 1].</summary>
    public double? MinP { get; init; }

    /// <summary>In (0, 1]; 1 means none.</summary>
    public double? TypicalP { get; init; }

    /// <summary>In [0, 1]; 0 means none.</summary>
    public double? EpsilonCutoff { get; init; }

    /// <summary>In [0, 1]; 0 means none.</summary>
    public double? EtaCutoff { get; init; }

    /// <summary>Above 0; 1 means none.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>At least 0; 0 means none.</summary>
    public int? NoRepeatNgramSize { get; init; }

    public int? MaxNewTokens { get; init; }

    public int? BosTokenId { get; init; }

    public ValueList<int> EosTokenIds { get; init; } = [];

    public int? PadTokenId { get; init; }

    /// <summary>The fields, by their names in the file, whose values make the distribution another than the model's own.</summary>
    public IReadOnlyList<string> Reshaping
    {
        get
        {
            var names = new List<string>();
            Add("do_sample", DoSample == false);
            Add("temperature", Temperature is { } temperature && temperature != 1);
            Add("top_k", TopK > 0);
            Add("top_p", TopP < 1);
            Add("min_p", MinP > 0);
            Add("typical_p", TypicalP < 1);
            Add("epsilon_cutoff", EpsilonCutoff > 0);
            Add("eta_cutoff", EtaCutoff > 0);
            Add("repetition_penalty", RepetitionPenalty is { } penalty && penalty != 1);
            Add("no_repeat_ngram_size", NoRepeatNgramSize > 0);
            return names;

            void Add(string name, bool reshapes)
            {
                if (reshapes) names.Add(name);
            }
        }
    }

    /// <summary>
    /// Reads the folder's file; one that says nothing if there is none. Makers spell "off" in several ways (vLLM's
    /// <c>top_k</c> of -1, <c>top_p</c> of 0, a penalty of 0, a budget of -1); here each has the one that this record names.
    /// </summary>
    public static GenerationConfiguration Load(string folder) => Load(folder, AnyVocabulary, []);

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="folder">The model's.</param>
    /// <param name="vocabulary">Ids are below.</param>
    /// <param name="ignored">Takes the ids that name no token.</param>
    public static GenerationConfiguration Load(string folder, int vocabulary, ICollection<IgnoredValue> ignored)
    {
        if (ModelFolder.Find(folder, FileName) is not { } path) return new GenerationConfiguration();
        var fields = JsonField.Read(path);
        return new GenerationConfiguration
        {
            DoSample = fields["do_sample"].OptionalFlag(),
            Temperature = fields["temperature"].OptionalNumber(0, 100),
            TopK = NeutralSettings.NoneBelow0(fields["top_k"].OptionalInt(int.MinValue, int.MaxValue)),
            TopP = NeutralSettings.OneFor0(fields["top_p"].OptionalNumber(0, 1)),
            MinP = fields["min_p"].OptionalNumber(0, 1),
            TypicalP = NeutralSettings.OneFor0(fields["typical_p"].OptionalNumber(0, 1)),
            EpsilonCutoff = fields["epsilon_cutoff"].OptionalNumber(0, 1),
            EtaCutoff = fields["eta_cutoff"].OptionalNumber(0, 1),
            RepetitionPenalty = fields[RepetitionName].OptionalNumber(0, 1000) is 0 ? 1 : fields[RepetitionName].OptionalNumber(1e-3, 1000),
            NoRepeatNgramSize = NeutralSettings.NoneBelow0(fields["no_repeat_ngram_size"].OptionalInt(int.MinValue, int.MaxValue)),
            MaxNewTokens = fields["max_new_tokens"].OptionalInt(int.MinValue, int.MaxValue) is { } budget and > 0 ? budget : null,
            BosTokenId = fields["bos_token_id"].TokenId(vocabulary, ignored),
            EosTokenIds = fields["eos_token_id"].TokenIds(vocabulary, ignored),
            PadTokenId = fields["pad_token_id"].TokenId(vocabulary, ignored),
        };
    }

    /// <summary>Writes generation_config.json; what is null is left out.</summary>
    /// <param name="folder">The model's.</param>
    /// <param name="more">Members, in JSON, that stand behind those of this record.</param>
    public void Save(string folder, IEnumerable<KeyValuePair<string, string>>? more = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            Int("bos_token_id", BosTokenId);
            if (DoSample is { } sample) json.WriteBoolean("do_sample", sample);
            Double("epsilon_cutoff", EpsilonCutoff);
            Double("eta_cutoff", EtaCutoff);
            if (EosTokenIds.Count > 0) HuggingFaceConfiguration.WriteIds(json, "eos_token_id", EosTokenIds);
            Int("max_new_tokens", MaxNewTokens);
            Double("min_p", MinP);
            Int("no_repeat_ngram_size", NoRepeatNgramSize);
            Int("pad_token_id", PadTokenId);
            Double("repetition_penalty", RepetitionPenalty);
            Double("temperature", Temperature);
            Int("top_k", TopK);
            Double("top_p", TopP);
            Double("typical_p", TypicalP);
            json.WriteEndObject();

            void Int(string name, int? value)
            {
                if (value is { } number) json.WriteNumber(name, number);
            }

            void Double(string name, double? value)
            {
                if (value is { } number) HuggingFaceConfiguration.WriteDouble(json, name, number);
            }
        }

        File.WriteAllBytes(Path.Combine(folder, FileName), ModelHeritage.Merge([.. bytes.WrittenSpan, (byte)'\n'], more ?? []));
    }
}
