namespace Deliberate.Models.Tests;

/// <summary>
/// The forward pass from the formulas, in double and as plainly as possible: what configuration, tensor names and rotary table
/// must add up to. Full attention only.
/// </summary>
internal sealed class ReferenceForward(ModelConfiguration c, ITensorSource weights)
{
    private readonly Dictionary<string, double[]> _cache = [];

    /// <summary>Logits [tokens, vocabulary].</summary>
    public double[][] Logits(int[] ids)
    {
        var n = ids.Length;
        var embedding = W("model.embed_tokens.weight");
        var h = ids.Select(id => embedding.AsSpan(id * c.HiddenSize, c.HiddenSize).ToArray()).ToArray();
        var half = c.RotaryDimensions / 2;
        var cos = new double[n * half];
        var sin = new double[n * half];
        RotaryTable.Fill(c, 0, cos, sin);
        for (var l = 0; l < c.LayerCount; l++)
        {
            var p = $"model.layers.{l}.";
            var q = new double[n][];
            var k = new double[n][];
            var v = new double[n][];
            for (var t = 0; t < n; t++)
            {
                var x = Norm(h[t], W(p + "input_layernorm.weight"));
                q[t] = Linear(p + "self_attn.q_proj", x);
                k[t] = Linear(p + "self_attn.k_proj", x);
                v[t] = Linear(p + "self_attn.v_proj", x);
                Rotate(q[t], p + "self_attn.q_norm.weight", t);
                Rotate(k[t], p + "self_attn.k_norm.weight", t);
            }

            for (var t = 0; t < n; t++)
            {
                h[t] = Add(h[t], Linear(p + "self_attn.o_proj", Attend(q[t], k, v, t)));
                var x = Norm(h[t], W(p + "post_attention_layernorm.weight"));
                var gate = Linear(p + "mlp.gate_proj", x);
                var up = Linear(p + "mlp.up_proj", x);
                h[t] = Add(h[t], Linear(p + "mlp.down_proj", [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)]));
            }
        }

        var head = c.TieWordEmbeddings ? embedding : W("lm_head.weight");
        return [.. h.Select(x => Multiply(head, Norm(x, W("model.norm.weight"))))];

        void Rotate(double[] x, string norm, int t)
        {
            for (var head = 0; head < x.Length; head += c.HeadSize)
            {
                if (c.QueryKeyNorm) Norm(x[head..(head + c.HeadSize)], W(norm)).CopyTo(x, head);
                for (var i = 0; i < half; i++)
                {
                    var (a, b) = (x[head + i], x[head + half + i]);
                    x[head + i] = (a * cos[(t * half) + i]) - (b * sin[(t * half) + i]);
                    x[head + half + i] = (b * cos[(t * half) + i]) + (a * sin[(t * half) + i]);
                }
            }
        }
    }

    private double[] Attend(double[] q, double[][] k, double[][] v, int t)
    {
        var output = new double[q.Length];
        for (var head = 0; head < c.HeadCount; head++)
        {
            var shared = head / (c.HeadCount / c.KeyValueHeadCount) * c.HeadSize;
            var own = head * c.HeadSize;
            var scores = new double[t + 1];
            for (var s = 0; s <= t; s++)
            {
                for (var i = 0; i < c.HeadSize; i++) scores[s] += q[own + i] * k[s][shared + i];
                scores[s] /= Math.Sqrt(c.HeadSize);
            }

            var largest = scores.Max();
            var sum = scores.Sum(s => Math.Exp(s - largest));
            for (var s = 0; s <= t; s++)
            {
                for (var i = 0; i < c.HeadSize; i++) output[own + i] += Math.Exp(scores[s] - largest) / sum * v[s][shared + i];
            }
        }

        return output;
    }

    private double[] Norm(double[] x, double[] weight)
    {
        var scale = 1 / Math.Sqrt((x.Sum(v => v * v) / x.Length) + c.NormEpsilon);
        return [.. x.Zip(weight, (v, w) => v * scale * w)];
    }

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
