using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>A case of policy_trl.json: its configuration in our options, its accumulation as an explicit normaliser.</summary>
internal sealed class TrlCase
{
    private TrlCase(JsonElement item, JsonElement defaults)
    {
        Name = item.Name();
        Expected = item.GetProperty("expected");
        StopGradient = item.GetProperty("stop_gradient").GetBoolean();
        var config = item.GetProperty("config");
        JsonElement? Setting(string name) => config.TryGetProperty(name, out var own) ? own.ValueKind == JsonValueKind.Null ? null : own : defaults.Get(name);
        double Number(string name) => Setting(name)!.Value.Number();
        double? Optional(string name) => Setting(name)?.Number();

        var method = item.GetProperty("method").GetString()!;
        var sequence = Setting("importance_sampling_level")!.Value.GetString() == "sequence";
        Objective = sequence && method == "grpo" ? "gspo" : method;
        if (!PolicyObjectives.All.Any(entry => entry.Name == Objective)) return;
        Known = true;
        var aggregation = PolicyObjectives.Find(method).Defaults.Aggregation;
        Options = PolicyObjectives.Find(Objective).Defaults with
        {
            EpsilonLow = Number("epsilon_low"),
            EpsilonHigh = Number("epsilon_high"),
            Delta = Optional("delta"),
            Level = sequence ? ImportanceLevel.Sequence : ImportanceLevel.Token,
            Aggregation = aggregation,
            KlCoefficient = Number("beta"),
            KlImportanceWeighted = Setting("use_bias_correction_kl")!.Value.GetBoolean(),
            EntropyCoefficient = Number("entropy_coef"),
            TopEntropyQuantile = Number("top_entropy_quantile"),
            OffPolicyThreshold = Optional("off_policy_mask_threshold"),
            TemperaturePositive = Number("sapo_temperature_pos"),
            TemperatureNegative = Number("sapo_temperature_neg"),
            VespoExponentPositive = Number("vespo_k_pos"),
            VespoDecayPositive = Number("vespo_lambda_pos"),
            VespoExponentNegative = Number("vespo_k_neg"),
            VespoDecayNegative = Number("vespo_lambda_neg"),
        };

        var data = PolicyCase.Read(item);
        double[] tokenWeights = [], sequenceWeights = [];
        if (Setting("sampler_correction")!.Value.GetBoolean())
        {
            var mode = Enum.Parse<SamplerCorrectionMode>(Setting("sampler_mode")!.Value.GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            var perSequence = SamplerCorrection.PerSequence(mode);
            var weights = new double[perSequence ? data.Lengths.Length : data.Tokens];
            SamplerCorrection.Weights(mode, data.Offsets, data.LogpOld, data.LogpSampler, weights, Optional("sampler_clip_min"), Optional("sampler_clip_max"));
            Golden.Close(weights, Expected.Numbers("sampler_weight"), 1e-12, Name + " sampler weight");
            if (perSequence) sequenceWeights = weights;
            else tokenWeights = weights;
        }

        Data = data with { TokenWeights = tokenWeights, SequenceWeights = sequenceWeights };

        // One micro-batch of `accumulation`: the whole batch has that many times its sequences; TRL states the tokens itself.
        var accumulation = Number("gradient_accumulation_steps");
        var counted = Data.Normalisers(Options, (int)Number("max_completion_length"));
        Normalisers = counted with
        {
            Sequences = counted.Sequences * accumulation,
            Tokens = (method == "bnpo" ? counted.Tokens : (Optional("num_items_in_batch") ?? counted.Tokens) / Number("steps_per_generation")) * accumulation,
            KeptTokens = counted.KeptTokens * accumulation,
        };
    }

    public string Name { get; }

    /// <summary>The objective's name in our list.</summary>
    public string Objective { get; }

    /// <summary>Whether the list has it.</summary>
    public bool Known { get; }

    public bool StopGradient { get; }

    public JsonElement Expected { get; }

    public PolicyOptions Options { get; } = new();

    public PolicyCase Data { get; } = new() { Lengths = [], LogpNew = [] };

    public BatchNormalisers Normalisers { get; }

    public IPolicyObjective Create() => PolicyObjectives.Find(Objective).Create(Options);

    public static (TrlCase[] Cases, double Tolerance) All()
    {
        var (cases, tolerance, meta) = Golden.Read("fixtures", "objectives", "policy_trl.json");
        var defaults = meta.GetProperty("default_config");
        return ([.. cases.Select(item => new TrlCase(item, defaults))], tolerance);
    }
}
