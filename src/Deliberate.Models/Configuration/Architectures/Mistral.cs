using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Mistral (arXiv 2310.06825): Llama without biases, every layer's attention limited to a sliding window; later releases have
/// <c>sliding_window: null</c>. llama.cpp knows it as Llama, without the window.
/// </summary>
internal sealed class MistralArchitecture : Architecture
{
    /// <summary>The default of the library, for a configuration that says nothing.</summary>
    private const int DefaultWindow = 4096;

    public override string Name => "mistral";

    public override string GgufName => "llama";

    public override string ClassName => "MistralForCausalLM";

    public override string Examples => "Mistral 7B, Ministral, Mistral NeMo";

    public override bool PermutedInGguf => true;

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var window = fields["sliding_window"].IsMissing ? DefaultWindow : fields["sliding_window"].OptionalInt(1, 1 << 30);
        return window is null ? shared : shared with { SlidingWindow = window, SlidingLayers = LayerTypes.Of(Enumerable.Range(0, shared.LayerCount)) };
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        IsPlain(configuration) && configuration is { QueryKeyNorm: false, QueryKeyValueBias: false, AttentionOutputBias: false, MlpBias: false }
        && (configuration.SlidingWindow is null || configuration.SlidingLayers.Count == configuration.LayerCount);

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration) => HuggingFaceConfiguration.WriteId(json, "sliding_window", configuration.SlidingWindow);
}
