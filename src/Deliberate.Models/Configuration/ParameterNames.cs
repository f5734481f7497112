using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A parameter and its shape, [outputs, inputs] for a matrix.</summary>
internal sealed record ParameterShape(string Name, ValueList<long> Shape);

/// <summary>The names of a layer's norms: of what attention and feed-forward read, and of what they give. Null where there is none.</summary>
internal sealed record NormNames(string? Attention, string? AttentionOutput, string? FeedForward, string? FeedForwardOutput)
{
    public static NormNames Of(NormPlacement placement) => placement switch
    {
        NormPlacement.Around => new("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"),
        NormPlacement.After => new(null, "post_attention_layernorm", null, "post_feedforward_layernorm"),
        _ => new("input_layernorm", null, "post_attention_layernorm", null),
    };
}

/// <summary>
/// The tensors that a configuration implies, under Hugging Face's names, in the order of computation. A tied head is absent.
/// </summary>
internal static class ParameterNames
{
    public static IReadOnlyList<ParameterShape> Of(ModelConfiguration c)
    {
        long hidden = c.HiddenSize, inner = c.IntermediateSize, queries = (long)c.HeadCount * c.HeadSize, keys = (long)c.KeyValueHeadCount * c.HeadSize;
        var list = new List<ParameterShape> { new("model.embed_tokens.weight", [c.VocabularySize, hidden]) };
        var norms = NormNames.Of(c.Norms);
        for (var i = 0; i < c.LayerCount; i++)
        {
            var layer = $"model.layers.{i}.";
            Norm(norms.Attention);
            Linear(layer + "self_attn.q_proj", queries, hidden, c.QueryKeyValueBias);
            Linear(layer + "self_attn.k_proj", keys, hidden, c.QueryKeyValueBias);
            Linear(layer + "self_attn.v_proj", keys, hidden, c.QueryKeyValueBias);
            if (c.QueryKeyNorm)
            {
                list.Add(new(layer + "self_attn.q_norm.weight", [c.QueryKeyNormOfAllHeads ? queries : c.HeadSize]));
                list.Add(new(layer + "self_attn.k_norm.weight", [c.QueryKeyNormOfAllHeads ? keys : c.HeadSize]));
            }

            Linear(layer + "self_attn.o_proj", hidden, queries, c.AttentionOutputBias);
            Norm(norms.AttentionOutput);
            Norm(norms.FeedForward);
            Linear(layer + "mlp.gate_proj", inner, hidden, c.MlpBias);
            Linear(layer + "mlp.up_proj", inner, hidden, c.MlpBias);
            Linear(layer + "mlp.down_proj", hidden, inner, c.MlpBias);
            Norm(norms.FeedForwardOutput);

            void Norm(string? name)
            {
                if (name is not null) list.Add(new($"{layer}{name}.weight", [hidden]));
            }
        }

        list.Add(new("model.norm.weight", [hidden]));
        if (c.OutputHead is { } head)
        {
            list.Add(new(OutputHead.WeightName, [head.Outputs, head.Inputs(c.HiddenSize)]));
            if (head.HasBias) list.Add(new(OutputHead.BiasName, [head.Outputs]));
        }

        if (!c.TieWordEmbeddings && c.OutputHead is not { ReadsSurprise: false }) list.Add(new("lm_head.weight", [c.VocabularySize, hidden]));

        return list;

        void Linear(string name, long outputs, long inputs, bool bias)
        {
            list.Add(new(name + ".weight", [outputs, inputs]));
            if (bias) list.Add(new(name + ".bias", [outputs]));
        }
    }

    /// <summary>Number of parameters, a tied head counted once.</summary>
    public static long Count(ModelConfiguration configuration) => Of(configuration).Sum(p => p.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>Throws unless the source has every parameter in its shape; further tensors are nobody's business.</summary>
    public static void Check(ModelConfiguration configuration, ITensorSource source)
    {
        foreach (var parameter in Of(configuration))
        {
            if (!source.Contains(parameter.Name)) throw new UserError("the tensor is missing, though the configuration asks for it.", source.Path, field: parameter.Name, advice: "Is this the checkpoint that config.json belongs to?");
            var info = source.Info(parameter.Name);
            if (!info.Shape.Equals(parameter.Shape)) throw new UserError($"the tensor has shape {info.Shape}, but the configuration implies {parameter.Shape}.", source.Path, field: parameter.Name);
        }
    }
}
