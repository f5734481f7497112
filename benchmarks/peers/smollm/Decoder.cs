using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

/// <summary>
/// SmolLM2's decoder as a careful user writes it: queries, keys and values one product, gate and up one product, scaled-dot-product
/// attention, a cache that is made once, F32.
/// </summary>
sealed class Decoder
{
    private const double Theta = 100_000;
    private const int Positions = 2048;

    private readonly Tensor _embedding, _lastNorm, _cos, _sin;
    private readonly Block[] _blocks;

    /// <param name="weights">By name, as in the checkpoint; null for random ones.</param>
    /// <param name="rank">Of the adapter, where that is what is trained.</param>
    public Decoder(Shape shape, Dictionary<string, Tensor>? weights, Trained trained, int rank = 0)
    {
        Shape = shape;
        int d = shape.Width, keys = shape.KeyHeads * shape.Size;
        Tensor Matrix(string name, int rows, int columns) => weights?[name] ?? randn(rows, columns) * 0.02;
        Tensor Vector(string name)
        {
            var vector = weights?[name] ?? ones(d);
            return trained == Trained.Whole ? nn.Parameter(vector) : vector;
        }

        var table = Matrix("model.embed_tokens.weight", shape.Vocabulary, d);
        _embedding = trained == Trained.Whole ? nn.Parameter(table) : table;
        _lastNorm = Vector("model.norm.weight");
        _blocks = [.. Enumerable.Range(0, shape.Layers).Select(i => $"model.layers.{i}.").Select(p => new Block(
            Vector(p + "input_layernorm.weight"),
            new Linear(cat([Matrix(p + "self_attn.q_proj.weight", d, d), Matrix(p + "self_attn.k_proj.weight", keys, d), Matrix(p + "self_attn.v_proj.weight", keys, d)]), [d, keys, keys], trained, rank),
            new Linear(Matrix(p + "self_attn.o_proj.weight", d, d), [d], trained, rank),
            Vector(p + "post_attention_layernorm.weight"),
            new Linear(cat([Matrix(p + "mlp.gate_proj.weight", shape.Inner, d), Matrix(p + "mlp.up_proj.weight", shape.Inner, d)]), [shape.Inner, shape.Inner], trained, rank),
            new Linear(Matrix(p + "mlp.down_proj.weight", d, shape.Inner), [d], trained, rank)))];
        Parameters = [.. new[] { _embedding, _lastNorm }.Concat(_blocks.SelectMany(b => new[] { b.Norm1, b.Norm2 })).OfType<Parameter>(), .. _blocks.SelectMany(b => new[] { b.Qkv, b.Out, b.GateUp, b.Down }).SelectMany(l => l.Parameters)];
        var angles = outer(arange(Positions).to(ScalarType.Float32), 1.0 / pow(tensor((float)Theta), arange(0, shape.Size, 2).to(ScalarType.Float32) / shape.Size));
        _cos = cat([angles.cos(), angles.cos()], -1);
        _sin = cat([-angles.sin(), angles.sin()], -1);
    }

    public Shape Shape { get; }

    public Parameter[] Parameters { get; }

    /// <summary>SmolLM2-135M with the weights that Deliberate.Benchmarks export wrote.</summary>
    public static Decoder Load()
    {
        var weights = new Dictionary<string, Tensor>();
        using var file = File.OpenRead("/peer/weights.f32");
        foreach (var line in File.ReadLines("/peer/weights.txt"))
        {
            var parts = line.Split(' ');
            long[] sizes = [.. parts[1..].Select(s => long.Parse(s, CultureInfo.InvariantCulture))];
            var values = new float[sizes.Aggregate(1L, (a, b) => a * b)];
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            weights[parts[0]] = tensor(values, sizes);
        }

        return new Decoder(Shape.Named("135M"), weights, Trained.Nothing);
    }

    public Tensor Logits(Tensor hidden) => F.linear(Norm(hidden, _lastNorm), _embedding);

    /// <summary>All positions at once, for training.</summary>
    public Tensor Hidden(Tensor ids)
    {
        var x = Embed(ids);
        foreach (var block in _blocks)
        {
            var (q, k, v) = Heads(block.Qkv.Apply(Norm(x, block.Norm1)), 0);
            x = x + block.Out.Apply(Causal(q, k, v));
            x = x + Mlp(block, x);
        }

        return x;
    }

    /// <summary>So many new ids for each row, the likeliest each time.</summary>
    public Tensor Greedy(Tensor ids, int count)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var (batch, most) = (ids.shape[0], ids.shape[1] + count);
        Tensor[] Cache() => [.. _blocks.Select(_ => empty(batch, Shape.KeyHeads, most, Shape.Size))];
        var (keys, values) = (Cache(), Cache());
        var result = empty([batch, count], ScalarType.Int64);
        var (position, current) = (0L, ids);
        for (var i = 0; i < count; i++)
        {
            using var step = NewDisposeScope();
            var x = Embed(current);
            var n = current.shape[1];
            for (var l = 0; l < _blocks.Length; l++)
            {
                var block = _blocks[l];
                var (q, k, v) = Heads(block.Qkv.Apply(Norm(x, block.Norm1)), position);
                keys[l].narrow(2, position, n).copy_(k);
                values[l].narrow(2, position, n).copy_(v);
                x = x + block.Out.Apply(n > 1 ? Causal(q, k, v) : Single(q, keys[l].narrow(2, 0, position + 1), values[l].narrow(2, 0, position + 1)));
                x = x + Mlp(block, x);
            }

            position += n;
            current = Logits(x.select(1, -1)).argmax(-1, keepdim: true);
            result.narrow(1, i, 1).copy_(current);
            current.MoveToOuterDisposeScope();
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Keys and values once for each head of a group: faster here than leaving the flash kernel.</summary>
    private Tensor Causal(Tensor q, Tensor k, Tensor v)
    {
        var group = Shape.Heads / Shape.KeyHeads;
        var y = F.scaled_dot_product_attention(q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1), is_casual: true);
        return y.transpose(1, 2).reshape(q.shape[0], q.shape[2], Shape.Width);
    }

    /// <summary>One query: the heads of a group are rows of one small product, so that nothing is repeated.</summary>
    private Tensor Single(Tensor q, Tensor k, Tensor v) =>
        F.scaled_dot_product_attention(q.reshape(q.shape[0], Shape.KeyHeads, Shape.Heads / Shape.KeyHeads, Shape.Size), k, v).reshape(q.shape[0], 1, Shape.Width);

    private Tensor Mlp(Block block, Tensor x)
    {
        var both = block.GateUp.Apply(Norm(x, block.Norm2)).chunk(2, -1);
        return block.Down.Apply(F.silu(both[0]) * both[1]);
    }

    private (Tensor Q, Tensor K, Tensor V) Heads(Tensor x, long position)
    {
        var keys = Shape.KeyHeads * Shape.Size;
        var parts = x.split([Shape.Width, keys, keys], -1);
        var (cos, sin) = (_cos.narrow(0, position, x.shape[1]), _sin.narrow(0, position, x.shape[1]));
        return (Rotate(Head(parts[0], Shape.Heads), cos, sin), Rotate(Head(parts[1], Shape.KeyHeads), cos, sin), Head(parts[2], Shape.KeyHeads));
    }

    private Tensor Head(Tensor x, int count) => x.view(x.shape[0], x.shape[1], count, Shape.Size).transpose(1, 2);

    private Tensor Embed(Tensor ids) => _embedding.index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], Shape.Width);

    private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var half = x.shape[^1] / 2;
        return (x * cos) + (cat([x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1) * sin);
    }

    private static Tensor Norm(Tensor x, Tensor weight) => x * rsqrt((x * x).mean([-1], true) + 1e-5) * weight;

    private sealed record Block(Tensor Norm1, Linear Qkv, Linear Out, Tensor Norm2, Linear GateUp, Linear Down);
}
