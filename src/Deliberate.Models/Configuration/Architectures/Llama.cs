using System.Text.Json;

namespace Deliberate.Models;

/// <summary>Llama (arXiv 2407.21783): biases on all attention matrices or none, and on the feed-forward ones or none; every rotary scaling.</summary>
internal sealed class LlamaArchitecture : Architecture
{
    public override string Name => "llama";

    public override string ClassName => "LlamaForCausalLM";

    public override string Examples => "Llama 2 and 3, SmolLM2, TinyLlama";

    public override bool PermutedInGguf => true;

    public override ModelConfiguration Complete(ModelConfiguration shared, JsonField fields)
    {
        var attentionBias = fields["attention_bias"].Flag(false);
        return shared with
        {
            QueryKeyValueBias = attentionBias,
            AttentionOutputBias = attentionBias,
            MlpBias = fields["mlp_bias"].Flag(false),
        };
    }

    public override bool CanExpress(ModelConfiguration configuration) =>
        IsPlain(configuration) && configuration is { QueryKeyNorm: false, SlidingWindow: null } && configuration.QueryKeyValueBias == configuration.AttentionOutputBias;

    public override void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteBoolean("attention_bias", configuration.QueryKeyValueBias);
        json.WriteBoolean("mlp_bias", configuration.MlpBias);
    }
}
