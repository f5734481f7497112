namespace Deliberate.Models;

/// <summary>The names of tensors in GGUF files (gguf-py's constants.py) and in Hugging Face's. Which norm is which depends on where a model has them.</summary>
internal sealed class GgufTensorNames
{
    private static readonly (string Gguf, string HuggingFace)[] Matrices =
    [
        ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj"),
        ("attn_q_norm", "self_attn.q_norm"), ("attn_k_norm", "self_attn.k_norm"),
        ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ];

    private static readonly (string Gguf, string HuggingFace)[] Whole =
        [("token_embd.weight", "model.embed_tokens.weight"), ("output_norm.weight", "model.norm.weight"), ("output.weight", "lm_head.weight")];

    private readonly Dictionary<string, string> _toHuggingFace, _toGguf;

    public GgufTensorNames(NormPlacement norms)
    {
        var names = NormNames.Of(norms);
        (string, string?)[] placed = [("attn_norm", names.Attention), ("post_attention_norm", names.AttentionOutput), ("ffn_norm", names.FeedForward), ("post_ffw_norm", names.FeedForwardOutput)];
        var all = Matrices.Concat(placed.Where(p => p.Item2 is not null).Select(p => (p.Item1, p.Item2!))).ToArray();
        _toHuggingFace = all.ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal);
        _toGguf = all.ToDictionary(p => p.Item2, p => p.Item1, StringComparer.Ordinal);
    }

    /// <summary>The Hugging Face name of a stored tensor, null if it has none.</summary>
    public string? HuggingFace(string stored)
    {
        foreach (var (gguf, name) in Whole)
            if (gguf == stored) return name;
        var parts = stored.Split('.');
        return parts is ["blk", var layer, var part, "weight" or "bias"] && _toHuggingFace.TryGetValue(part, out var inLayer) && int.TryParse(layer, out var index) && layer == index.ToString() && index >= 0
            ? $"model.layers.{layer}.{inLayer}.{parts[3]}"
            : null;
    }

    /// <summary>The stored name of a parameter that <see cref="ParameterNames"/> lists; null for a head that is no language model's.</summary>
    public string? Gguf(string name)
    {
        foreach (var (gguf, huggingFace) in Whole)
            if (huggingFace == name) return gguf;
        var parts = name.Split('.', 4);
        if (parts is not ["model", "layers", var layer, var rest]) return null;
        var end = rest.LastIndexOf('.');
        return _toGguf.TryGetValue(rest[..end], out var inLayer) ? $"blk.{layer}.{inLayer}{rest[end..]}" : null;
    }
}
