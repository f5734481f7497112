"""SmolLM2-135M (Llama with grouped key heads, tied head) in eager PyTorch with the weights that `Deliberate.Benchmarks export` wrote.

prefill LENGTH THREADS [REPEATS]: tokens a second of one prompt, logits of the last position only.
decode BATCH THREADS [REPEATS]: greedy tokens a second after a prompt of 32, with a preallocated key-value cache.
check: the greedy ids behind a fixed prompt, to hold against those of smollm check.
Fused QKV and gate/up, scripted RMSNorm and scaled-dot-product attention, as in the peer of the training benchmarks.
"""
import resource, sys, time
import torch, torch.nn.functional as F

what = sys.argv[1]
size, threads = (0, 2) if what == "check" else (int(sys.argv[2]), int(sys.argv[3]))
repeats = int(sys.argv[4]) if len(sys.argv) > 4 else 3
torch.set_num_threads(threads)
torch.set_flush_denormal(True)
torch.manual_seed(0)
LAYERS, D, H, KV, HD, INNER, V, EPS, THETA = 30, 576, 9, 3, 64, 1536, 49152, 1e-5, 100000.0

weights, at = {}, 0
raw = torch.from_file("weights.f32", size=134515008, dtype=torch.float32)
for line in open("weights.txt"):
    name, *shape = line.split()
    shape = [int(n) for n in shape]
    count = 1
    for n in shape:
        count *= n
    weights[name] = raw[at:at + count].view(shape).clone()
    at += count
assert at == raw.numel(), (at, raw.numel())
del raw

emb = weights["model.embed_tokens.weight"]
layers = []
for i in range(LAYERS):
    p = f"model.layers.{i}."
    w = lambda n: weights.pop(p + n + ".weight")
    layers.append((w("input_layernorm"), torch.cat([w("self_attn.q_proj"), w("self_attn.k_proj"), w("self_attn.v_proj")]), w("self_attn.o_proj"),
                   w("post_attention_layernorm"), torch.cat([w("mlp.gate_proj"), w("mlp.up_proj")]), w("mlp.down_proj")))
norm = weights["model.norm.weight"]

inv = 1.0 / (THETA ** (torch.arange(0, HD, 2).float() / HD))
angles = torch.outer(torch.arange(1024).float(), inv)
COS, SIN = torch.cat([angles.cos()] * 2, -1), torch.cat([-angles.sin(), angles.sin()], -1)


@torch.jit.script
def rms(x, w, eps: float):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * w


def rope(x, c, s):
    h = x.shape[-1] // 2
    return x * c + torch.cat([x[..., h:], x[..., :h]], -1) * s


def step(ids, kc, vc, pos):
    """ids [B, n] at positions pos..; returns logits of the last position [B, V]."""
    B, n = ids.shape
    x = F.embedding(ids, emb)
    c, s = COS[pos:pos + n], SIN[pos:pos + n]
    for i, (n1, qkv, o, n2, gu, dn) in enumerate(layers):
        h = F.linear(rms(x, n1, EPS), qkv)
        q = h[..., :H * HD].view(B, n, H, HD).transpose(1, 2)
        k = h[..., H * HD:(H + KV) * HD].view(B, n, KV, HD).transpose(1, 2)
        v = h[..., (H + KV) * HD:].view(B, n, KV, HD).transpose(1, 2)
        q, k = rope(q, c, s), rope(k, c, s)
        kc[i][:, :, pos:pos + n], vc[i][:, :, pos:pos + n] = k, v
        K, VV = kc[i][:, :, :pos + n], vc[i][:, :, :pos + n]
        if n == 1:
            # One query: the three heads of a group are three rows of one small product, so nothing is expanded.
            a = F.scaled_dot_product_attention(q.view(B, KV, H // KV, HD), K, VV).view(B, 1, H * HD)
        else:
            # Expanding once is faster here than enable_gqa, which leaves the flash kernel.
            a = F.scaled_dot_product_attention(q, K.repeat_interleave(H // KV, 1), VV.repeat_interleave(H // KV, 1), is_causal=True).transpose(1, 2).reshape(B, n, H * HD)
        x = x + F.linear(a, o)
        g, u = F.linear(rms(x, n2, EPS), gu).chunk(2, -1)
        x = x + F.linear(F.silu(g) * u, dn)
    return F.linear(rms(x[:, -1], norm, EPS), emb)


@torch.no_grad()
def run(batch, prompt, new):
    ids = torch.randint(0, V, (batch, prompt))
    kc = [torch.empty(batch, KV, prompt + new, HD) for _ in range(LAYERS)]
    vc = [torch.empty(batch, KV, prompt + new, HD) for _ in range(LAYERS)]
    t0 = time.perf_counter()
    ids = step(ids, kc, vc, 0).argmax(-1, keepdim=True)
    t1 = time.perf_counter()
    for i in range(new - 1):
        ids = step(ids, kc, vc, prompt + i).argmax(-1, keepdim=True)
    return t1 - t0, time.perf_counter() - t1


if what == "check":
    # Greedy ids of a fixed prompt, to compare with ours.
    with torch.no_grad():
        kc = [torch.empty(1, KV, 64, HD) for _ in range(LAYERS)]
        vc = [torch.empty(1, KV, 64, HD) for _ in range(LAYERS)]
        ids, out = torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8]]), []
        pos = 0
        for _ in range(16):
            logits = step(ids, kc, vc, pos)
            pos += ids.shape[1]
            ids = logits.argmax(-1, keepdim=True)
            out.append(ids.item())
        print("greedy", *out)
    sys.exit(0)
times = []
for i in range(repeats + 1):
    if what == "decode":
        run(size, 32, 1)  # as the others, which have no other way to take the prefill off
    prefill, decode = run(1, size, 1) if what == "prefill" else run(size, 32, 128)
    if i:
        times.append(prefill if what == "prefill" else decode)
times.sort()
median = times[len(times) // 2]
rate = size / median if what == "prefill" else size * 127 / median
done = (repeats + 1) * size * (1 if what == "prefill" else 129)
print(f"{what} {size} torch threads {threads}: {rate:.1f} tok/s, {done} tokens in all, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
