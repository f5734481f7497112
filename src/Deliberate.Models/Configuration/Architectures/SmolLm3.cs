using System.Text.Json;

namespace Deliberate.Models;

/// <summary>SmolLM3 (2025): Llama in which every fourth layer, or those that <c>no_rope_layers</c> marks with 0, is not rotated.</summary>
internal sealed class SmolLm3Architecture : Architecture
{
    private const int DefaultInterval = 4;

    public override string Name => "smollm3";

    public override string ClassName => "SmolLM3ForCausalLM";

    public override string Examples => "SmolLM3";

    public override bool PermutedInGguf => true;

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var bias = fields["attention_bias"].Flag(false);
        var unrotated = fields["no_rope_layers"].IsAbsent ? Each(fields["no_rope_layer_interval"].Int(1, 1 << 20, DefaultInterval), shared.LayerCount) : Marked(fields["no_rope_layers"], shared.LayerCount);
        var window = fields["use_sliding_window"].Flag(false) ? fields["sliding_window"].OptionalInt(1, 1 << 30) : null;
        var sliding = window is null ? [] : LayerTypes.Read(fields, shared.LayerCount) ?? unrotated;
        return shared with
        {
            TieWordEmbeddings = fields["tie_word_embeddings"].Flag(true),
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            MlpBias = fields["mlp_bias"].Flag(false),
            UnrotatedLayers = unrotated,
            SlidingWindow = sliding.Count == 0 ? null : window,
            SlidingLayers = sliding,
        };
    }

    /// <summary>llama.cpp leaves out each fourth layer, whatever the file says.</summary>
    public override ModelConfiguration CompleteGguf(ModelConfiguration shared, GgufMetadata metadata, string own) => shared with { UnrotatedLayers = Each(DefaultInterval, shared.LayerCount) };

    public override bool CanExpress(ModelConfiguration configuration) =>
        IsPlain(configuration with { UnrotatedLayers = [] }) && configuration is { QueryKeyNorm: false } && configuration.QueryKeyValueBias == configuration.AttentionOutputBias;

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteBoolean("attention_bias", configuration.QueryKeyValueBias);
        json.WriteBoolean("mlp_bias", configuration.MlpBias);
        json.WriteStartArray("no_rope_layers");
        for (var i = 0; i < configuration.LayerCount; i++) json.WriteNumberValue(configuration.RopeOf(i) is null ? 0 : 1);
        json.WriteEndArray();
        json.WriteBoolean("use_sliding_window", configuration.SlidingWindow is not null);
        HuggingFaceConfiguration.WriteId(json, "sliding_window", configuration.SlidingWindow);
        LayerTypes.Write(json, configuration);
    }

    /// <summary>Whether these are the layers that llama.cpp leaves unrotated.</summary>
    public static bool IsDefault(ModelConfiguration configuration) => configuration.UnrotatedLayers.Equals(Each(DefaultInterval, configuration.LayerCount));

    private static ValueList<int> Each(int interval, int layerCount) => LayerTypes.Of(Enumerable.Range(0, layerCount).Where(i => (i + 1) % interval == 0));

    private static ValueList<int> Marked(JsonField field, int layerCount)
    {
        var marks = field.Items().ConvertAll(item => item.Int(0, 1));
        return marks.Count == layerCount
            ? LayerTypes.Of(Enumerable.Range(0, layerCount).Where(i => marks[i] == 0))
            : throw field.Error($"has {marks.Count} entries for {layerCount} layers.");
    }
}
