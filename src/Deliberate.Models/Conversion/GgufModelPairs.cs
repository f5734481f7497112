using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// What llama.cpp's loader asks of a GGUF file about the model itself (load_hparams of each architecture in src/models, the names in
/// llama-arch.cpp). What its format has no words for is refused, or changed where nothing is lost by it and a remark says so.
/// </summary>
internal static class GgufModelPairs
{
    /// <param name="remarks">Takes what the file says otherwise than the model.</param>
    public static void Add(GgufPairs pairs, ModelConfiguration c, ICollection<string> remarks)
    {
        var architecture = Architecture.Named(c.Architecture);
        var own = architecture.GgufName + ".";
        if (c.OutputHead is not null) throw Cannot("a head that is not a language model's");
        var isGemma = c.Norms == NormPlacement.Around;
        var context = c.MaxPositions;
        if (c.SlidingWindow is { } window && !isGemma && window < context)
        {
            context = window;
            remarks.Add($"llama.cpp has no sliding window for {architecture.Name}: the file's context is the window, {window} tokens, within which nothing is lost.");
        }

        pairs.Add(own + "context_length", context);
        pairs.Add(own + "embedding_length", c.HiddenSize);
        pairs.Add(own + "block_count", c.LayerCount);
        pairs.Add(own + "feed_forward_length", c.IntermediateSize);
        pairs.Add(own + "attention.head_count", c.HeadCount);
        pairs.Add(own + "attention.head_count_kv", c.KeyValueHeadCount);
        pairs.Add(own + "attention.key_length", c.HeadSize);
        pairs.Add(own + "attention.value_length", c.HeadSize);
        pairs.Add(own + "attention.layer_norm_rms_epsilon", c.NormEpsilon);
        pairs.Add(own + "vocab_size", c.VocabularySize);
        pairs.Add(own + "rope.dimension_count", c.RotaryDimensions);
        pairs.Add(own + "rope.freq_base", c.Rope.Theta);
        AddScaling(pairs, own, c.Rope, c.MaxPositions);
        if (c.Architecture == "smollm3" && !SmolLm3Architecture.IsDefault(c)) throw Cannot("layers without rotation other than every fourth");
        if (isGemma) AddGemma(pairs, own, c);
    }

    /// <summary>The divisors of rotary frequencies that llama3 scaling comes to, which the file holds as a tensor; null without.</summary>
    public static float[]? Divisors(ModelConfiguration c)
    {
        if (c.Rope.Kind == RopeKind.Divisors) return [.. c.Rope.Divisors.Select(d => (float)d)];
        if (c.Rope.Kind != RopeKind.Llama3) return null;
        var scaled = RotaryTable.InverseFrequencies(c, out _);
        var plain = RotaryTable.InverseFrequencies(c with { Rope = new RopeSettings { Theta = c.Rope.Theta, PartialFactor = c.Rope.PartialFactor } }, out _);
        return [.. plain.Zip(scaled, (p, s) => (float)(p / s))];
    }

    /// <summary>
    /// What queries are multiplied by, so that llama.cpp's scale of the scores, which is in no key, comes to the model's: 1 but for
    /// Gemma models of unusual proportions.
    /// </summary>
    public static double QueryFactor(ModelConfiguration c)
    {
        if (c.Norms != NormPlacement.Around) return c.AttentionScale is null ? 1 : throw Cannot("a scale of the scores");
        var theirs = GemmaScale.OfGguf(c, Architecture.Named(c.Architecture) is Gemma3Architecture ? Gemma3Architecture.LayersOfLargest : Gemma2Architecture.LayersOfLargest);
        return theirs == c.AttentionScale ? 1 : (c.AttentionScale ?? Math.Pow(c.HeadSize, -0.5)) / (theirs ?? Math.Pow(c.HeadSize, -0.5));
    }

    private static void AddScaling(GgufPairs pairs, string own, RopeSettings rope, int positions)
    {
        switch (rope.Kind)
        {
            case RopeKind.Linear:
                pairs.Add(own + "rope.scaling.type", "linear");
                pairs.Add(own + "rope.scaling.factor", rope.Factor);
                break;
            case RopeKind.Yarn:
                if (rope is { AttentionFactor: not null } or { MScale: not null and not 0, MScaleAllDimensions: not null and not 0 } or { Truncate: false }) throw Cannot("YaRN scaling with settings of its own");
                pairs.Add(own + "rope.scaling.type", "yarn");
                pairs.Add(own + "rope.scaling.factor", rope.Factor);
                pairs.Add(own + "rope.scaling.original_context_length", rope.OriginalPositions == 0 ? positions : rope.OriginalPositions);
                if (rope.BetaFast != 32) pairs.Add(own + "rope.scaling.yarn_beta_fast", rope.BetaFast);
                if (rope.BetaSlow != 1) pairs.Add(own + "rope.scaling.yarn_beta_slow", rope.BetaSlow);
                break;
        }
    }

    private static void AddGemma(GgufPairs pairs, string own, ModelConfiguration c)
    {
        if (c.SlidingWindow is { } window)
        {
            var pattern = Enumerable.Range(2, Math.Max(1, c.LayerCount - 1)).Append(c.LayerCount + 1).FirstOrDefault(n => LayerTypes.ButEach(n, c.LayerCount).Equals(c.SlidingLayers));
            if (pattern == 0) throw Cannot("sliding layers in another order than all but every n-th");
            pairs.Add(own + GgufWindow.Key, window);
            pairs.Add(own + GgufWindow.PatternKey, pattern);
        }
        else if (c.Architecture == "gemma2")
        {
            throw Cannot("Gemma 2 without a sliding window");
        }

        if (c.Architecture == "gemma2")
        {
            // Its graph caps whether or not the file says so.
            pairs.Add(own + "attn_logit_softcapping", c.AttentionSoftCap ?? throw Cannot("Gemma 2 without a cap on the scores"));
            pairs.Add(own + "final_logit_softcapping", c.LogitSoftCap ?? throw Cannot("Gemma 2 without a cap on the logits"));
            return;
        }

        if (c.AttentionSoftCap is not null || c.LogitSoftCap is not null) throw Cannot("Gemma 3 with a cap on scores or logits");
        pairs.Add(own + "rope.freq_base_swa", (c.SlidingRope ?? c.Rope).Theta);
    }

    private static UserError Cannot(string what) => new($"a GGUF file for llama.cpp cannot hold {what}.", advice: "Keep the model as a Hugging Face folder.");
}
