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

    public static RopeSettings Read(JsonField fields, int maxPositions) => Read(fields, fields["rope_parameters"].OptionalObject() ?? fields["rope_scaling"].OptionalObject(), maxPositions, 10000);

    /// <summary>Whether <c>rope_parameters</c> has settings for layers of a kind, such as sliding_attention.</summary>
    public static bool OfKind(JsonField fields, string kind) => fields["rope_parameters"].OptionalObject()?[kind].IsAbsent == false;

    /// <summary>The settings for layers of a kind, where <c>rope_parameters</c> has them, else those for all.</summary>
    public static RopeSettings ReadOfKind(JsonField fields, string kind, int maxPositions, double defaultTheta) =>
        OfKind(fields, kind)
            ? Read(fields, fields["rope_parameters"][kind].Object(), maxPositions, defaultTheta)
            : Read(fields, fields["rope_parameters"].OptionalObject() ?? fields["rope_scaling"].OptionalObject(), maxPositions, defaultTheta);

    private static RopeSettings Read(JsonField fields, JsonField? given, int maxPositions, double defaultTheta)
    {
        var settings = new RopeSettings
        {
            Theta = given?["rope_theta"].OptionalNumber(1e-3, MostTheta) ?? fields["rope_theta"].Number(1e-3, MostTheta, defaultTheta),
            PartialFactor = given?["partial_rotary_factor"].OptionalNumber(0.01, 1) ?? fields["partial_rotary_factor"].Number(0.01, 1, 1),
        };
        if (given is not { } scaling) return settings;

        var kind = scaling["rope_type"].OptionalText() ?? scaling["type"].OptionalText();
        switch (kind)
        {
            case null when scaling["factor"].IsAbsent:
            case "default":
                return settings;
            case "linear":
                return settings with { Kind = RopeKind.Linear, Factor = scaling["factor"].Number(1e-3, MostFactor) };
            case "llama3":
                var low = scaling["low_freq_factor"].Number(1e-3, MostFactor);
                var high = scaling["high_freq_factor"].Number(1e-3, MostFactor);
                if (high <= low) throw scaling["high_freq_factor"].Error($"must be above low_freq_factor ({low}), not {high}.");
                return settings with
                {
                    Kind = RopeKind.Llama3,
                    Factor = scaling["factor"].Number(1e-3, MostFactor),
                    LowFrequencyFactor = low,
                    HighFrequencyFactor = high,
                    OriginalPositions = scaling["original_max_position_embeddings"].Int(1, HuggingFaceConfiguration.MostPositions),
                };
            case "yarn":
                if (settings.Theta <= 1) throw scaling["rope_theta"].Error($"must be above 1 for yarn, not {settings.Theta}.");
                var original = scaling["original_max_position_embeddings"].Int(1, HuggingFaceConfiguration.MostPositions, maxPositions);
                return settings with
                {
                    Kind = RopeKind.Yarn,
                    OriginalPositions = original,
                    Factor = scaling["factor"].Number(1e-3, MostFactor, (double)maxPositions / original),
                    BetaFast = scaling["beta_fast"].Number(1e-3, MostFactor, 32),
                    BetaSlow = scaling["beta_slow"].Number(1e-3, MostFactor, 1),
                    AttentionFactor = scaling["attention_factor"].OptionalNumber(1e-3, MostFactor),
                    MScale = scaling["mscale"].OptionalNumber(0, MostFactor),
                    MScaleAllDimensions = scaling["mscale_all_dim"].OptionalNumber(0, MostFactor),
                    Truncate = scaling["truncate"].Flag(true),
                };
            default:
                throw scaling["rope_type"].Error($"the rotary scaling {kind ?? "(unnamed)"} is not supported.", "Supported: default, linear, llama3, yarn.");
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
