using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// <c>adapter_config.json</c> as PEFT 0.21 reads and writes it, as far as a low-rank adapter needs it: which modules it updates, with
/// what rank and scale (alpha over the rank, or over its root where <c>use_rslora</c>; patterns name modules with others), and which it
/// saves whole. What would make another thing of the same tensors (biases, layers used twice, initialisations that changed the base)
/// is refused by name.
/// </summary>
internal sealed record AdapterConfiguration
{
    public const string FileName = "adapter_config.json";

    /// <summary>What the seven matrices of a decoder layer are called.</summary>
    public static readonly IReadOnlyList<string> AllLinear = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Patterns of a stranger's file get so long for a name.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keys that must be absent, null, false or empty.</summary>
    private static readonly string[] NotHere =
    [
        "fan_in_fan_out", "lora_bias", "layer_replication", "trainable_token_indices", "target_parameters", "use_qalora", "use_bdlora", "alora_invocation_tokens", "arrow_config", "monteclora_config", "velora_config", "kasa_config",
    ];

    public int Rank { get; init; } = 8;

    public double Alpha { get; init; } = 8;

    /// <summary>Ranks of modules whose name a pattern matches at its end; the first that does counts.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> RankPattern { get; init; } = [];

    /// <summary>The same of alpha.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Scale alpha / sqrt(rank) (arXiv 2312.03732).</summary>
    public bool IsRankStabilised { get; init; }

    /// <summary>Magnitudes (DoRA).</summary>
    public bool HasMagnitudes { get; init; }

    /// <summary>Names, or the ends of names, of the modules that are updated.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = AllLinear;

    /// <summary>Ends of the names of modules that are saved whole.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Where the base is, as the file says it; null where it does not.</summary>
    public string? BaseModel { get; init; }

    public string TaskType { get; init; } = "CAUSAL_LM";

    /// <exception cref="UserError">It is of another kind of adapter, or asks for what is not known here.</exception>
    public static AdapterConfiguration Read(string file)
    {
        var fields = JsonField.Read(file);
        if (fields["peft_type"].Text() is var kind && kind != "LORA") throw fields["peft_type"].Error($"is an adapter of the kind {Excerpt.Of(kind, 40)}, which is not known.", "Low-rank adapters (LORA) are, with or without DoRA.");
        if (fields["bias"].OptionalText() is { } bias && bias != "none") throw fields["bias"].Error($"\"{Excerpt.Of(bias, 40)}\": biases of an adapter are not supported.", "Train it with bias=\"none\".");
        foreach (var key in NotHere)
            if (!IsNothing(fields[key])) throw fields[key].Error("is not supported: the adapter would be another thing without it.");
        if (!fields["init_lora_weights"].IsAbsent && fields["init_lora_weights"].IsText && fields["init_lora_weights"].Text() is var start && start.StartsWith("pissa", StringComparison.Ordinal) | start is "olora" or "corda" or "loftq" or "lora_ga")
            throw fields["init_lora_weights"].Error($"\"{start}\" changed the base that the adapter belongs to.", "Convert it in PEFT: save_pretrained(..., path_initial_model_for_weight_conversion=...).");
        return new AdapterConfiguration
        {
            Rank = fields["r"].Int(1, 1 << 16),
            Alpha = fields["lora_alpha"].Number(-1e9, 1e9),
            RankPattern = Pattern(fields["rank_pattern"], 1, 1 << 16),
            AlphaPattern = Pattern(fields["alpha_pattern"], -1e9, 1e9),
            IsRankStabilised = fields["use_rslora"].Flag(),
            HasMagnitudes = fields["use_dora"].Flag(),
            TargetModules = fields["target_modules"] is { IsText: true } text ? [text.Text()] : fields["target_modules"].Strings(),
            ModulesToSave = fields["modules_to_save"].Strings(),
            BaseModel = fields["base_model_name_or_path"].OptionalText(),
            TaskType = fields["task_type"].OptionalText() ?? "CAUSAL_LM",
        };
    }

    /// <summary>Writes what <see cref="Read"/> and PEFT read.</summary>
    public void Write(string file)
    {
        static JsonObject Map(IReadOnlyList<KeyValuePair<string, double>> pattern) => new(pattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Number(p.Value))));
        static JsonNode Number(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e9 ? (long)value : value;
        var json = new JsonObject
        {
            ["alpha_pattern"] = Map(AlphaPattern),
            ["base_model_name_or_path"] = BaseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = Number(Alpha),
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = ModulesToSave.Count == 0 ? null : new JsonArray([.. ModulesToSave.Select(m => (JsonNode)m)]),
            ["peft_type"] = "LORA",
            ["r"] = Rank,
            ["rank_pattern"] = Map(RankPattern),
            ["target_modules"] = new JsonArray([.. TargetModules.Select(m => (JsonNode)m)]),
            ["task_type"] = TaskType,
            ["use_dora"] = HasMagnitudes,
            ["use_rslora"] = IsRankStabilised,
        };
        File.WriteAllText(file, json.ToJsonString(Indented) + "\n");
    }

    /// <summary>The rank of a module.</summary>
    public int RankOf(string module) => (int)(Find(RankPattern, module, "rank_pattern") ?? Rank);

    /// <summary>What its update is multiplied by.</summary>
    public double ScaleOf(string module, int rank) => (Find(AlphaPattern, module, "alpha_pattern") ?? Alpha) / (IsRankStabilised ? Math.Sqrt(rank) : rank);

    /// <summary>Whether a module is updated: it bears the name, or its path ends with it.</summary>
    public bool Targets(string module) => TargetModules.Any(t => module == t || module.EndsWith("." + t, StringComparison.Ordinal));

    /// <summary>Whether a module is saved whole: PEFT looks at the end of its name, without a dot before it.</summary>
    public bool Saves(string module) => ModulesToSave.Any(m => module.EndsWith(m, StringComparison.Ordinal));

    private static IReadOnlyList<KeyValuePair<string, double>> Pattern(JsonField field, double low, double high) =>
        field.IsAbsent ? [] : [.. field.Members().Select(m => KeyValuePair.Create(m.Name, m.Value.Number(low, high)))];

    private static bool IsNothing(JsonField field) =>
        field.IsAbsent || (field.IsList ? field.Items().Count == 0 : !field.IsText && IsFalse(field));

    private static bool IsFalse(JsonField field)
    {
        try
        {
            return !field.Flag();
        }
        catch (UserError)
        {
            return false;
        }
    }

    private static double? Find(IReadOnlyList<KeyValuePair<string, double>> pattern, string module, string field)
    {
        foreach (var (key, value) in pattern)
        {
            try
            {
                if (Regex.IsMatch(module, $@"^(.*\.)?({key})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Patience)) return value;
            }
            catch (Exception problem) when (problem is RegexMatchTimeoutException or ArgumentException)
            {
                throw new UserError($"the pattern \"{Excerpt.Of(key, 80)}\" cannot be matched: {problem.Message}", FileName, field: field, inner: problem);
            }
        }

        return null;
    }
}
