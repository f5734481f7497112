using System.Text.Json;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>Gemma 2 (arXiv 2408.00118): scores and logits capped by tanh, every second layer limited to a window, four norms a layer.</summary>
internal sealed class Gemma2Architecture : Architecture
{
    /// <summary>By which llama.cpp knows the largest model of the family, whose scores have a scale of their own.</summary>
    public const int LayersOfLargest = 46;
    private const int DefaultWindow = 4096;
    private const double DefaultScoreCap = 50;
    private const double DefaultLogitCap = 30;

    public override string Name => "gemma2";

    public override string ClassName => "Gemma2ForCausalLM";

    public override string Examples => "Gemma 2";

    public override bool NormsFromOne => true;

    public override string ActivationField => "hidden_activation";

    public override ActivationKind DefaultActivation => ActivationKind.TanhGelu;

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var layers = LayerTypes.Read(fields, shared.LayerCount) ?? LayerTypes.ButEach(2, shared.LayerCount);
        return GemmaScale.Apply(shared, fields) with
        {
            SlidingWindow = layers.Count == 0 ? null : fields["sliding_window"].Int(1, 1 << 30, DefaultWindow),
            SlidingLayers = layers,
            AttentionSoftCap = Cap("attn_logit_softcapping", DefaultScoreCap),
            LogitSoftCap = Cap("final_logit_softcapping", DefaultLogitCap),
        };

        double? Cap(string name, double ifMissing) => fields[name].IsMissing ? ifMissing : fields[name].OptionalNumber(1e-3, 1e6);
    }

    public override ModelConfiguration CompleteGguf(ModelConfiguration shared, GgufMetadata metadata, string own)
    {
        var layers = LayerTypes.ButEach(GgufWindow.Pattern(metadata, own, 2), shared.LayerCount);
        return GemmaScale.Apply(shared) with
        {
            SlidingWindow = layers.Count == 0 ? null : (int)(metadata.Integer(own + GgufWindow.Key, 1, 1 << 30) ?? DefaultWindow),
            SlidingLayers = layers,
            AttentionSoftCap = metadata.Number(own + "attn_logit_softcapping", 1e-3, 1e6) ?? DefaultScoreCap,
            LogitSoftCap = metadata.Number(own + "final_logit_softcapping", 1e-3, 1e6) ?? DefaultLogitCap,
            AttentionScale = GemmaScale.OfGguf(shared, LayersOfLargest),
        };
    }

    public override bool CanExpress(ModelConfiguration configuration) => GemmaScale.IsIn(configuration) && configuration is { QueryKeyNorm: false, SlidingRope: null };

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        GemmaScale.Write(json, configuration);
        GemmaScale.WriteCap(json, "attn_logit_softcapping", configuration.AttentionSoftCap);
        GemmaScale.WriteCap(json, "final_logit_softcapping", configuration.LogitSoftCap);
    }
}
