using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>
/// The forward pass from the formulas, in double and as plainly as possible: what configuration, tensor names and rotary table
/// must add up to.
/// </summary>
internal sealed class ReferenceForward(ModelConfiguration c, ITensorSource weights)
{
    private readonly Dictionary<string, double[]> _cache = [];

    /// <summary>Logits [tokens, vocabulary].</summary>
    public double[][] Logits(int[] ids)
    {
        var n = ids.Length;
        var embedding = W("model.embed_tokens.weight");
        var h = ids.Select(id => embedding.AsSpan(id * c.HiddenSize, c.HiddenSize).ToArray().Select(e => e * c.EmbeddingScale).ToArray()).ToArray();
        var half = c.RotaryDimensions / 2;
        var names = NormNames.Of(c.Norms);
        for (var l = 0; l < c.LayerCount; l++)
        {
            var p = $"model.layers.{l}.";
            var cos = Enumerable.Repeat(1.0, n * half).ToArray();
            var sin = new double[n * half];
            if (c.RopeOf(l) is { } rope)
            {
                var frequencies = RotaryTable.InverseFrequencies(rope, 2 * half, out var factor);
                for (var t = 0; t < n; t++) RotaryTable.Fill(t, frequencies, factor, cos.AsSpan(t * half, half), sin.AsSpan(t * half, half));
            }

            var q = new double[n][];
            var k = new double[n][];
            var v = new double[n][];
            for (var t = 0; t < n; t++)
            {
                var x = LayerNorm(p, names.Attention, h[t]);
                q[t] = Linear(p + "self_attn.q_proj", x);
                k[t] = Linear(p + "self_attn.k_proj", x);
                v[t] = Linear(p + "self_attn.v_proj", x);
                Rotate(q[t], p + "self_attn.q_norm.weight", t, cos, sin);
                Rotate(k[t], p + "self_attn.k_norm.weight", t, cos, sin);
            }

            for (var t = 0; t < n; t++)
            {
                h[t] = Add(h[t], LayerNorm(p, names.AttentionOutput, Linear(p + "self_attn.o_proj", Attend(q[t], k, v, t, l))));
                var x = LayerNorm(p, names.FeedForward, h[t]);
                var gate = Linear(p + "mlp.gate_proj", x);
                var up = Linear(p + "mlp.up_proj", x);
                h[t] = Add(h[t], LayerNorm(p, names.FeedForwardOutput, Linear(p + "mlp.down_proj", [.. gate.Zip(up, (g, u) => Activation(g) * u)])));
            }
        }

        var head = c.TieWordEmbeddings ? embedding : W("lm_head.weight");
        var logits = h.Select(x => Multiply(head, Norm(x, W("model.norm.weight")))).ToArray();
        return c.LogitSoftCap is { } cap ? [.. logits.Select(row => row.Select(z => cap * Math.Tanh(z / cap)).ToArray())] : logits;

        void Rotate(double[] x, string norm, int t, double[] cos, double[] sin)
        {
            if (c.QueryKeyNormOfAllHeads) Norm(x, W(norm)).CopyTo(x, 0);
            for (var head = 0; head < x.Length; head += c.HeadSize)
            {
                if (c is { QueryKeyNorm: true, QueryKeyNormOfAllHeads: false }) Norm(x[head..(head + c.HeadSize)], W(norm)).CopyTo(x, head);
                for (var i = 0; i < half; i++)
                {
                    var (a, b) = (x[head + i], x[head + half + i]);
                    x[head + i] = (a * cos[(t * half) + i]) - (b * sin[(t * half) + i]);
                    x[head + half + i] = (b * cos[(t * half) + i]) + (a * sin[(t * half) + i]);
                }
            }
        }
    }

    private double[] Attend(double[] q, double[][] k, double[][] v, int t, int layer)
    {
        var first = c.Slides(layer) ? Math.Max(0, t + 1 - c.SlidingWindow!.Value) : 0;
        var output = new double[q.Length];
        for (var head = 0; head < c.HeadCount; head++)
        {
            var shared = head / (c.HeadCount / c.KeyValueHeadCount) * c.HeadSize;
            var own = head * c.HeadSize;
            var scores = Enumerable.Repeat(double.NegativeInfinity, t + 1).ToArray();
            for (var s = first; s <= t; s++)
            {
                scores[s] = Enumerable.Range(0, c.HeadSize).Sum(i => q[own + i] * k[s][shared + i]) * (c.AttentionScale ?? 1 / Math.Sqrt(c.HeadSize));
                if (c.AttentionSoftCap is { } cap) scores[s] = cap * Math.Tanh(scores[s] / cap);
            }

            var largest = scores.Max();
            var sum = scores.Sum(s => Math.Exp(s - largest));
            for (var s = first; s <= t; s++)
            {
                for (var i = 0; i < c.HeadSize; i++) output[own + i] += Math.Exp(scores[s] - largest) / sum * v[s][shared + i];
            }
        }

        return output;
    }

    private double[] Norm(double[] x, double[] weight)
    {
        var scale = 1 / Math.Sqrt((x.Sum(v => v * v) / x.Length) + c.NormEpsilon);
        return [.. x.Zip(weight, (v, w) => v * scale * (c.NormWeightsFromOne ? 1 + w : w))];
    }

    private double[] LayerNorm(string layer, string? name, double[] x) => name is null ? x : Norm(x, W($"{layer}{name}.weight"));

    private double Activation(double x) =>
        c.Activation == ActivationKind.Silu ? x / (1 + Math.Exp(-x)) : 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private double[] Linear(string name, double[] x)
    {
        var y = Multiply(W(name + ".weight"), x);
        return weights.Contains(name + ".bias") ? Add(y, W(name + ".bias")) : y;
    }

    private static double[] Multiply(double[] matrix, double[] x)
    {
        var y = new double[matrix.Length / x.Length];
        for (var o = 0; o < y.Length; o++)
        {
            for (var i = 0; i < x.Length; i++) y[o] += matrix[(o * x.Length) + i] * x[i];
        }

        return y;
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private double[] W(string name)
    {
        if (_cache.TryGetValue(name, out var values)) return values;
        values = new double[weights.Info(name).Count];
        weights.ReadDouble(name, values);
        return _cache[name] = values;
    }
}
