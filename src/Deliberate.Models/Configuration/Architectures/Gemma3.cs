using System.Text.Json;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Gemma 3, the text model (arXiv 2503.19786): queries and keys normed by head, five layers in six limited to a window and rotated
/// by a base of their own, without scaling.
/// </summary>
internal sealed class Gemma3Architecture : Architecture
{
    /// <summary>By which llama.cpp knows the largest model of the family, whose scores have a scale of their own.</summary>
    public const int LayersOfLargest = 62;
    private const int DefaultPattern = 6;
    private const double DefaultTheta = 1_000_000;
    private const double DefaultLocalTheta = 10_000;

    public override string Name => "gemma3_text";

    public override string GgufName => "gemma3";

    public override string ClassName => "Gemma3ForCausalLM";

    public override string Examples => "Gemma 3, text only";

    public override bool NormsFromOne => true;

    public override string ActivationField => "hidden_activation";

    public override ActivationKind DefaultActivation => ActivationKind.TanhGelu;

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var pattern = fields["sliding_window_pattern"].OptionalInt(1, 1 << 20) ?? fields["_sliding_window_pattern"].Int(1, 1 << 20, DefaultPattern);
        var layers = LayerTypes.Read(fields, shared.LayerCount) ?? LayerTypes.ButEach(pattern, shared.LayerCount);
        var rope = HuggingFaceRope.ReadOfKind(fields, "full_attention", shared.MaxPositions, DefaultTheta);
        var sliding = HuggingFaceRope.OfKind(fields, "sliding_attention")
            ? HuggingFaceRope.ReadOfKind(fields, "sliding_attention", shared.MaxPositions, DefaultLocalTheta)
            : new RopeSettings { Theta = fields["rope_local_base_freq"].Number(1e-3, 1e15, DefaultLocalTheta) };
        return GemmaScale.Apply(shared, fields) with
        {
            QueryKeyNorm = true,
            SlidingWindow = layers.Count == 0 ? null : fields["sliding_window"].Int(1, 1 << 30, 4096),
            SlidingLayers = layers,
            Rope = rope,
            SlidingRope = sliding == rope || layers.Count == 0 ? null : sliding,
            AttentionSoftCap = fields["attn_logit_softcapping"].OptionalNumber(1e-3, 1e6),
            LogitSoftCap = fields["final_logit_softcapping"].OptionalNumber(1e-3, 1e6),
        };
    }

    public override ModelConfiguration CompleteGguf(ModelConfiguration shared, GgufMetadata metadata, string own)
    {
        var window = metadata.Integer(own + GgufWindow.Key, 0, 1 << 30) ?? 0;
        var layers = window == 0 ? [] : LayerTypes.ButEach(GgufWindow.Pattern(metadata, own, DefaultPattern), shared.LayerCount);
        var sliding = new RopeSettings { Theta = metadata.Number(own + "rope.freq_base_swa", 1e-3, 1e15) ?? DefaultLocalTheta };
        return GemmaScale.Apply(shared) with
        {
            SlidingWindow = layers.Count == 0 ? null : (int)window,
            SlidingLayers = layers,
            SlidingRope = sliding == shared.Rope || layers.Count == 0 ? null : sliding,
            LogitSoftCap = metadata.Number(own + "final_logit_softcapping", 1e-3, 1e6),
            AttentionScale = GemmaScale.OfGguf(shared, LayersOfLargest),
        };
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        GemmaScale.IsIn(configuration) && configuration is { QueryKeyNorm: true } && configuration.SlidingRope is null or { Kind: RopeKind.Default, PartialFactor: 1 };

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        GemmaScale.Write(json, configuration);
        HuggingFaceConfiguration.WriteDouble(json, "rope_local_base_freq", (configuration.SlidingRope ?? configuration.Rope).Theta);
        GemmaScale.WriteCap(json, "attn_logit_softcapping", configuration.AttentionSoftCap);
        GemmaScale.WriteCap(json, "final_logit_softcapping", configuration.LogitSoftCap);
    }
}
