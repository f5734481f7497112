using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The rotary settings of config.json: <c>rope_parameters</c> with everything (transformers 5), or <c>rope_theta</c> beside
/// <c>rope_scaling</c> (before), whose kind stands under <c>rope_type</c> or, older still, <c>type</c>.
/// </summary>
internal static class HuggingFaceRope
{
    private const double MostTheta = 1e15;
    private const double MostFactor = 1e6;

    public static RopeSettings Read(JsonFields fields, int maxPositions)
    {
        var scaling = fields.Object("rope_parameters") ?? fields.Object("rope_scaling");
        var settings = new RopeSettings
        {
            Theta = scaling?.OptionalNumber("rope_theta", 1e-3, MostTheta) ?? fields.Number("rope_theta", 1e-3, MostTheta, 10000),
            PartialFactor = scaling?.OptionalNumber("partial_rotary_factor", 0.01, 1) ?? fields.Number("partial_rotary_factor", 0.01, 1, 1),
        };
        if (scaling is null) return settings;

        var kind = scaling.String("rope_type") ?? scaling.String("type");
        switch (kind)
        {
            case null when !scaling.Has("factor"):
            case "default":
                return settings;
            case "linear":
                return settings with { Kind = RopeKind.Linear, Factor = scaling.Number("factor", 1e-3, MostFactor) };
            case "llama3":
                var low = scaling.Number("low_freq_factor", 1e-3, MostFactor);
                var high = scaling.Number("high_freq_factor", 1e-3, MostFactor);
                if (high <= low) throw scaling.Error("high_freq_factor", $"must be above low_freq_factor ({low}), not {high}.");
                return settings with
                {
                    Kind = RopeKind.Llama3,
                    Factor = scaling.Number("factor", 1e-3, MostFactor),
                    LowFrequencyFactor = low,
                    HighFrequencyFactor = high,
                    OriginalPositions = scaling.Int("original_max_position_embeddings", 1, HuggingFaceConfiguration.MostPositions),
                };
            case "yarn":
                if (settings.Theta <= 1) throw scaling.Error("rope_theta", $"must be above 1 for yarn, not {settings.Theta}.");
                var original = scaling.Int("original_max_position_embeddings", 1, HuggingFaceConfiguration.MostPositions, maxPositions);
                return settings with
                {
                    Kind = RopeKind.Yarn,
                    OriginalPositions = original,
                    Factor = scaling.Number("factor", 1e-3, MostFactor, (double)maxPositions / original),
                    BetaFast = scaling.Number("beta_fast", 1e-3, MostFactor, 32),
                    BetaSlow = scaling.Number("beta_slow", 1e-3, MostFactor, 1),
                    AttentionFactor = scaling.OptionalNumber("attention_factor", 1e-3, MostFactor),
                    MScale = scaling.OptionalNumber("mscale", 0, MostFactor),
                    MScaleAllDimensions = scaling.OptionalNumber("mscale_all_dim", 0, MostFactor),
                    Truncate = scaling.Bool("truncate", true),
                };
            default:
                throw scaling.Error("rope_type", $"the rotary scaling {kind ?? "(unnamed)"} is not supported.", "Supported: default, linear, llama3, yarn.");
        }
    }

    public static void Write(Utf8JsonWriter json, RopeSettings rope)
    {
        HuggingFaceConfiguration.WriteDouble(json, "rope_theta", rope.Theta);
        if (rope.PartialFactor != 1) HuggingFaceConfiguration.WriteDouble(json, "partial_rotary_factor", rope.PartialFactor);
        if (rope.Kind == RopeKind.Default)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", rope.Kind switch
        {
            RopeKind.Linear => "linear",
            RopeKind.Llama3 => "llama3",
            RopeKind.Yarn => "yarn",
            _ => throw new UserError("rotary divisors of a GGUF file have no Hugging Face spelling.", field: "rope_scaling", advice: "Start from the model's Hugging Face folder to save one."),
        });
        Double("factor", rope.Factor);
        if (rope.Kind != RopeKind.Linear) json.WriteNumber("original_max_position_embeddings", rope.OriginalPositions);
        if (rope.Kind == RopeKind.Llama3)
        {
            Double("low_freq_factor", rope.LowFrequencyFactor);
            Double("high_freq_factor", rope.HighFrequencyFactor);
        }

        if (rope.Kind == RopeKind.Yarn)
        {
            Double("beta_fast", rope.BetaFast);
            Double("beta_slow", rope.BetaSlow);
            Double("attention_factor", rope.AttentionFactor);
            Double("mscale", rope.MScale);
            Double("mscale_all_dim", rope.MScaleAllDimensions);
            if (!rope.Truncate) json.WriteBoolean("truncate", false);
        }

        json.WriteEndObject();

        void Double(string name, double? value)
        {
            if (value is { } number) HuggingFaceConfiguration.WriteDouble(json, name, number);
        }
    }
}
