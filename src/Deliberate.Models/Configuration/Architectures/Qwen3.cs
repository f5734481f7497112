using System.Text.Json;

namespace Deliberate.Models;

/// <summary>Qwen3, dense (arXiv 2505.09388): RMSNorm of each head's query and key before rotation; the head size is its own.</summary>
internal sealed class Qwen3Architecture : Architecture
{
    public override string Name => "qwen3";

    public override string ClassName => "Qwen3ForCausalLM";

    public override string Examples => "Qwen3, dense";

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var (window, layers) = QwenWindow.Read(fields, shared.LayerCount);
        var bias = fields["attention_bias"].Flag(false);
        return shared with { QueryKeyNorm = true, QueryKeyValueBias = bias, AttentionOutputBias = bias, SlidingWindow = window, SlidingLayers = layers };
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        IsPlain(configuration) && configuration is { QueryKeyNorm: true, MlpBias: false } && configuration.QueryKeyValueBias == configuration.AttentionOutputBias;

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteBoolean("attention_bias", configuration.QueryKeyValueBias);
        QwenWindow.Write(json, configuration);
    }
}
