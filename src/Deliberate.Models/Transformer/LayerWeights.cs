using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>The weights of one decoder layer. Biases and norms are null where the configuration has none.</summary>
internal sealed record LayerWeights(
    Parameter? InputNorm,
    LinearWeight QueryKeyValue,
    Parameter? QueryKeyValueBias,
    Parameter? QueryNorm,
    Parameter? KeyNorm,
    LinearWeight Output,
    Parameter? OutputBias,
    Parameter? AttentionOutputNorm,
    Parameter? FeedForwardNorm,
    LinearWeight GateUp,
    Parameter? GateUpBias,
    LinearWeight Down,
    Parameter? DownBias,
    Parameter? FeedForwardOutputNorm)
{
    /// <summary>Adds layer <paramref name="layer"/>'s parameters to the store under Hugging Face's names.</summary>
    public static LayerWeights Add(ParameterStore store, ModelConfiguration c, int layer)
    {
        string name = $"model.layers.{layer}.", attention = name + "self_attn.", mlp = name + "mlp.";
        int hidden = c.HiddenSize, inner = c.IntermediateSize, queries = c.HeadCount * c.HeadSize, keys = c.KeyValueHeadCount * c.HeadSize;
        var (queryNorm, keyNorm) = c.QueryKeyNormOfAllHeads ? (queries, keys) : (c.HeadSize, c.HeadSize);
        var norms = NormNames.Of(c.Norms);
        return new LayerWeights(
            Norm(norms.Attention),
            store.AddLinear(attention + "qkv", blockMatrix: true, (attention + "q_proj.weight", queries, hidden), (attention + "k_proj.weight", keys, hidden), (attention + "v_proj.weight", keys, hidden)),
            c.QueryKeyValueBias ? store.AddStackedVectors((attention + "q_proj.bias", queries), (attention + "k_proj.bias", keys), (attention + "v_proj.bias", keys)) : null,
            c.QueryKeyNorm ? store.AddVector(attention + "q_norm.weight", queryNorm) : null,
            c.QueryKeyNorm ? store.AddVector(attention + "k_norm.weight", keyNorm) : null,
            store.AddLinear(attention + "o_proj", blockMatrix: true, (attention + "o_proj.weight", hidden, queries)),
            c.AttentionOutputBias ? store.AddVector(attention + "o_proj.bias", hidden) : null,
            Norm(norms.AttentionOutput),
            Norm(norms.FeedForward),
            store.AddLinear(mlp + "gate_up", blockMatrix: true, (mlp + "gate_proj.weight", inner, hidden), (mlp + "up_proj.weight", inner, hidden)),
            c.MlpBias ? store.AddStackedVectors((mlp + "gate_proj.bias", inner), (mlp + "up_proj.bias", inner)) : null,
            store.AddLinear(mlp + "down_proj", blockMatrix: true, (mlp + "down_proj.weight", hidden, inner)),
            c.MlpBias ? store.AddVector(mlp + "down_proj.bias", hidden) : null,
            Norm(norms.FeedForwardOutput));

        Parameter? Norm(string? norm) => norm is null ? null : store.AddVector($"{name}{norm}.weight", hidden);
    }
}
