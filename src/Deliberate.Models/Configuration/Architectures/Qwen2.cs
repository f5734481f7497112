using System.Text.Json;

namespace Deliberate.Models;

/// <summary>Qwen2 and 2.5 (arXiv 2407.10671, 2412.15115): biases on q, k and v only.</summary>
internal sealed class Qwen2Architecture : Architecture
{
    public override string Name => "qwen2";

    public override string ClassName => "Qwen2ForCausalLM";

    public override string Examples => "Qwen2, Qwen2.5, DeepSeek-R1-Distill-Qwen";

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var (window, layers) = QwenWindow.Read(fields, shared.LayerCount);
        return shared with { QueryKeyValueBias = true, SlidingWindow = window, SlidingLayers = layers };
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        IsPlain(configuration) && configuration is { QueryKeyNorm: false, QueryKeyValueBias: true, AttentionOutputBias: false, MlpBias: false };

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration) => QwenWindow.Write(json, configuration);
}
