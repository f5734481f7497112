using System.Text.Json;

namespace Deliberate.Models;

/// <summary>OLMo 2 (arXiv 2501.00656): norms after attention and feed-forward only, and one norm over all heads of q, one over all of k.</summary>
internal sealed class Olmo2Architecture : Architecture
{
    public override string Name => "olmo2";

    public override string ClassName => "Olmo2ForCausalLM";

    public override string Examples => "OLMo 2";

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var bias = fields["attention_bias"].Flag(false);
        return Placed(shared) with { NormEpsilon = fields["rms_norm_eps"].Number(1e-15, 1, 1e-5), QueryKeyValueBias = bias, AttentionOutputBias = bias };
    }

    public override ModelConfiguration CompleteGguf(ModelConfiguration shared, GgufMetadata metadata, string own)
    {
        if (metadata.Integer(own + GgufWindow.Key, 0, 1 << 30) is > 0) throw metadata.Error(own + GgufWindow.Key, "this is OLMo 3, with a sliding window, which is not supported.");
        return Placed(shared);
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        configuration is { Norms: NormPlacement.After, QueryKeyNorm: true, QueryKeyNormOfAllHeads: true, SlidingWindow: null, MlpBias: false }
        && IsPlain(configuration with { Norms = NormPlacement.Before, QueryKeyNormOfAllHeads = false }) && configuration.QueryKeyValueBias == configuration.AttentionOutputBias;

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration) => json.WriteBoolean("attention_bias", configuration.QueryKeyValueBias);

    private static ModelConfiguration Placed(ModelConfiguration shared) => shared with { Norms = NormPlacement.After, QueryKeyNorm = true, QueryKeyNormOfAllHeads = true };
}
