using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// What Gemma 2 and 3 have in common: embeddings times sqrt(width), scores times query_pre_attn_scalar^-1/2, norms around both
/// halves of a layer with weights used as 1 + w.
/// </summary>
internal static class GemmaScale
{
    private const string Field = "query_pre_attn_scalar";

    public static ModelConfiguration Apply(ModelConfiguration shared) => shared with
    {
        Norms = NormPlacement.Around,
        NormWeightsFromOne = true,
        EmbeddingScale = Math.Sqrt(shared.HiddenSize),
    };

    public static ModelConfiguration Apply(ModelConfiguration shared, JsonField fields)
    {
        var scalar = fields[Field].Number(1e-3, 1e6, 256);
        var bias = fields["attention_bias"].Flag(false);
        if (fields["use_bidirectional_attention"].Flag(false)) throw fields["use_bidirectional_attention"].Error("attention to later tokens is not supported: this is no language model.");
        return Apply(shared) with
        {
            TieWordEmbeddings = fields["tie_word_embeddings"].Flag(true),
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            AttentionScale = scalar == shared.HeadSize ? null : Math.Pow(scalar, -0.5),
        };
    }

    /// <summary>
    /// llama.cpp's scale is not in the file: the head size, but in the largest model of a family, which it knows by its number of
    /// layers, the width by the heads.
    /// </summary>
    public static double? OfGguf(ModelConfiguration shared, int layersOfLargest)
    {
        var scalar = shared.LayerCount == layersOfLargest ? shared.HiddenSize / shared.HeadCount : shared.HeadSize;
        return scalar == shared.HeadSize ? null : Math.Pow(scalar, -0.5);
    }

    public static bool IsIn(ModelConfiguration c) =>
        c is { Norms: NormPlacement.Around, NormWeightsFromOne: true, QueryKeyNormOfAllHeads: false, UnrotatedLayers.Count: 0, MlpBias: false }
        && c.EmbeddingScale == Math.Sqrt(c.HiddenSize) && c.QueryKeyValueBias == c.AttentionOutputBias;

    public static void Write(Utf8JsonWriter json, ModelConfiguration c)
    {
        json.WriteBoolean("attention_bias", c.QueryKeyValueBias);
        var scalar = c.AttentionScale is { } scale ? 1 / (scale * scale) : c.HeadSize;
        // As it was read: the root of a whole number, squared again, is off by a rounding.
        if (Math.Abs(scalar - Math.Round(scalar)) < 1e-9 * scalar) json.WriteNumber(Field, (long)Math.Round(scalar));
        else HuggingFaceConfiguration.WriteDouble(json, Field, scalar);
        HuggingFaceConfiguration.WriteId(json, "sliding_window", c.SlidingWindow);
        LayerTypes.Write(json, c);
    }

    public static void WriteCap(Utf8JsonWriter json, string name, double? cap)
    {
        if (cap is { } value) HuggingFaceConfiguration.WriteDouble(json, name, value);
        else json.WriteNull(name);
    }
}
