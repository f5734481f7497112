// A step of LoRA training in libtorch, the same as Deliberate.Benchmarks lora: SmolLM2's shapes, random frozen F32 weights (projections
// fused, scaled-dot-product attention), rank 16 on all seven matrices of a layer, cross-entropy of every position, AdamW on the adapter.
//   lora SHAPE TOKENS MICRO STEPS THREADS     tokens a step, tokens a micro-batch; sequences of 256
using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

const int length = 256, vocabulary = 49152, rank = 16;
var (d, inner, layers, heads, keys) = args[0] switch
{
    "135M" => (576, 1536, 30, 9, 3),
    "360M" => (960, 2560, 32, 15, 5),
    _ => throw new ArgumentException("135M or 360M"),
};
int tokens = int.Parse(args[1]), micro = int.Parse(args[2]), steps = int.Parse(args[3]);
set_num_threads(int.Parse(args[^1]));
set_num_interop_threads(1);
manual_seed(0);
var size = d / heads;
var embedding = Frozen(vocabulary, d);
var lastNorm = ones(d);
var blocks = Enumerable.Range(0, layers).Select(_ => new Block(
    ones(d), new Adapted(Frozen((heads + (2 * keys)) * size, d), [heads * size, keys * size, keys * size], rank),
    new Adapted(Frozen(d, heads * size), [d], rank), ones(d), new Adapted(Frozen(2 * inner, d), [inner, inner], rank), new Adapted(Frozen(d, inner), [d], rank))).ToArray();
Parameter[] trained = [.. blocks.SelectMany(b => new[] { b.Qkv, b.Out, b.GateUp, b.Down }).SelectMany(a => a.Parameters)];
using var optimizer = optim.AdamW(trained, lr: 1e-4, beta1: .9, beta2: .95, weight_decay: 0);
var angles = outer(arange(length).to(ScalarType.Float32), 1.0 / pow(tensor(100000f), arange(0, size, 2).to(ScalarType.Float32) / size));
Tensor cos = cat([angles.cos(), angles.cos()], -1), sin = cat([-angles.sin(), angles.sin()], -1);
var data = randint(vocabulary, [tokens / length, length + 1], dtype: ScalarType.Int64);
var (times, sequences) = (new List<double>(), micro / length);
for (var step = 0; step < steps + 2; step++)
{
    var start = Stopwatch.GetTimestamp();
    for (var at = 0; at < tokens / length; at += sequences)
    {
        using var scope = NewDisposeScope();
        var part = data.slice(0, at, Math.Min(at + sequences, tokens / length), 1);
        var logits = F.linear(Norm(Hidden(part.slice(1, 0, length, 1)), lastNorm), embedding);
        var loss = F.cross_entropy(logits.view(-1, vocabulary), part.slice(1, 1, length + 1, 1).reshape(-1), reduction: nn.Reduction.Sum) / tokens;
        loss.backward();
    }

    optimizer.step();
    optimizer.zero_grad();
    if (step >= 2) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
}

times.Sort();
var peak = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:"));
Console.WriteLine(
    $"libtorch lora {args[0]} {tokens} tokens in {micro}, threads {args[^1]}: {tokens / times[times.Count / 2]:F0} tok/s (min {tokens / times[^1]:F0} max {tokens / times[0]:F0}) " +
    $"step {times[times.Count / 2]:F2} s; {trained.Sum(p => p.numel()):N0} trained; peak memory {long.Parse(peak[6..^2].Trim()) * 1024 / 1e6:F0} MB");

static Tensor Frozen(params long[] sizes) => randn(sizes) * 0.02;

static Tensor Norm(Tensor x, Tensor weight) => x * rsqrt((x * x).mean([-1], true) + 1e-5) * weight;

Tensor Hidden(Tensor ids)
{
    var x = embedding.index_select(0, ids.reshape(-1)).view(ids.shape[0], length, d);
    foreach (var block in blocks)
    {
        var parts = block.Qkv.Apply(Norm(x, block.Norm1)).split([heads * size, keys * size, keys * size], -1);
        Tensor q = Rotate(Heads(parts[0], heads)), k = Rotate(Heads(parts[1], keys)), v = Heads(parts[2], keys);
        k = k.repeat_interleave(heads / keys, 1);
        v = v.repeat_interleave(heads / keys, 1);
        x = x + block.Out.Apply(F.scaled_dot_product_attention(q, k, v, is_casual: true).transpose(1, 2).reshape(ids.shape[0], length, heads * size));
        var both = block.GateUp.Apply(Norm(x, block.Norm2)).chunk(2, -1);
        x = x + block.Down.Apply(F.silu(both[0]) * both[1]);
    }

    return x;
}

Tensor Heads(Tensor x, int count) => x.view(x.shape[0], length, count, size).transpose(1, 2);

Tensor Rotate(Tensor x)
{
    var half = size / 2;
    return (x * cos) + (cat([x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1) * sin);
}

sealed record Block(Tensor Norm1, Adapted Qkv, Adapted Out, Tensor Norm2, Adapted GateUp, Adapted Down);

/// <summary>A frozen weight of stacked matrices and the update of each: their A stacked, so that one product serves them all.</summary>
sealed class Adapted(Tensor weight, long[] outputs, int rank)
{
    private readonly Parameter _down = nn.Parameter(randn(outputs.Length * rank, weight.shape[1]) * 0.02);
    private readonly Parameter[] _ups = [.. outputs.Select(o => nn.Parameter(zeros(o, rank)))];

    public IEnumerable<Parameter> Parameters => [_down, .. _ups];

    public Tensor Apply(Tensor x)
    {
        var low = (F.linear(x, _down) * 2).chunk(_ups.Length, -1);
        var update = _ups.Length == 1 ? F.linear(low[0], _ups[0]) : cat([.. _ups.Select((up, i) => F.linear(low[i], up))], -1);
        return F.linear(x, weight) + update;
    }
}
