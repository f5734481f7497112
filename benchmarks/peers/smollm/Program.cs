// SmolLM2 in libtorch, at the same works as Deliberate.Benchmarks:
//   train SHAPE SEQUENCES LENGTH THREADS STEPS           forward, backward, AdamW on all parameters; random weights
//   lora SHAPE TOKENS MICRO THREADS STEPS                the same for an adapter of rank 16 on all linear layers; sequences of 256
//   prefill LENGTH THREADS REPEATS                       one prompt, logits of the last position only; the weights of /peer/weights.f32
//   decode BATCH THREADS REPEATS                         greedy, 128 new tokens each behind prompts of 32, without the prefill
//   check                                                the greedy ids behind a fixed prompt, to hold against pretrained.py check
// Prints medians, without what warms up, and the tokens of the whole process; of training the processor time of the measured steps too.
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

const int warmUp = 2, loraLength = 256, rank = 16, decodePrompt = 32, decoded = 128;
set_num_threads(args.Length > 2 ? Number(args[^2]) : 2);
set_num_interop_threads(1);
manual_seed(0);
switch (args)
{
    case ["train", var shape, var sequences, var length, _, var steps]:
        Train($"train {shape} {sequences}x{length}", new Decoder(Shape.Named(shape), null, Trained.Whole), Number(sequences), Number(length), Number(sequences), Number(steps));
        break;
    case ["lora", var shape, var tokens, var micro, _, var steps]:
        Train($"lora {shape} {tokens} tokens in {micro}", new Decoder(Shape.Named(shape), null, Trained.Adapter, rank), Number(tokens) / loraLength, loraLength, Number(micro) / loraLength, Number(steps));
        break;
    case ["prefill", var length, _, var repeats]: Prefill(Number(length), Number(repeats)); break;
    case ["decode", var batch, _, var repeats]: Decode(Number(batch), Number(repeats)); break;
    case ["check"]: Check(); break;
    default: throw new ArgumentException("train, lora, prefill, decode or check");
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static void Train(string what, Decoder model, int sequences, int length, int at, int steps)
{
    var vocabulary = model.Shape.Vocabulary;
    using var optimizer = optim.AdamW(model.Parameters, lr: 1e-4, beta1: .9, beta2: .95, weight_decay: 0);
    using var data = randint(vocabulary, [sequences, length + 1], dtype: ScalarType.Int64);
    var times = new List<double>();
    var used = TimeSpan.Zero;
    for (var step = 0; step < steps + warmUp; step++)
    {
        var start = Stopwatch.GetTimestamp();
        if (step == warmUp) used = Environment.CpuUsage.TotalTime;
        for (var next = 0; next < sequences; next += at)
        {
            using var scope = NewDisposeScope();
            var part = data.slice(0, next, Math.Min(next + at, sequences), 1);
            var logits = model.Logits(model.Hidden(part.slice(1, 0, length, 1)));
            var loss = F.cross_entropy(logits.view(-1, vocabulary), part.slice(1, 1, length + 1, 1).reshape(-1), reduction: nn.Reduction.Sum) / (sequences * length);
            loss.backward();
        }

        optimizer.step();
        optimizer.zero_grad();
        if (step >= warmUp) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    var processor = (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / (steps * sequences * length);
    Print($"{what}; {model.Parameters.Sum(p => p.numel()):N0} trained, processor {processor:F0} microseconds a token", times, sequences * length, (steps + warmUp) * sequences * length);
}

static void Prefill(int length, int repeats)
{
    var model = Decoder.Load();
    using var ids = randint(model.Shape.Vocabulary, [1, length], dtype: ScalarType.Int64);
    var times = new List<double>();
    for (var i = 0; i <= repeats; i++)
    {
        var seconds = Seconds(() => model.Greedy(ids, 1).Dispose());
        if (i > 0) times.Add(seconds);
    }

    Print($"prefill {length}", times, length, (repeats + 1) * length);
}

static void Decode(int batch, int repeats)
{
    var model = Decoder.Load();
    using var ids = randint(model.Shape.Vocabulary, [batch, decodePrompt], dtype: ScalarType.Int64);
    var times = new List<double>();
    for (var i = 0; i <= repeats; i++)
    {
        var prefill = Seconds(() => model.Greedy(ids, 1).Dispose());
        var whole = Seconds(() => model.Greedy(ids, decoded).Dispose());
        if (i > 0) times.Add(whole - prefill);
    }

    Print($"decode {batch}", times, batch * (decoded - 1), (repeats + 1) * batch * (decoded + 1));
}

static void Check()
{
    var model = Decoder.Load();
    using var ids = model.Greedy(tensor(new long[] { 1, 2, 3, 4, 5, 6, 7, 8 }).view(1, -1), 16);
    Console.WriteLine($"greedy {string.Join(' ', ids.data<long>().ToArray())}");
}

static double Seconds(Action work)
{
    var start = Stopwatch.GetTimestamp();
    work();
    return Stopwatch.GetElapsedTime(start).TotalSeconds;
}

static void Print(string what, List<double> times, int tokens, long all)
{
    times.Sort();
    var peak = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"libtorch {what}, threads {get_num_threads()}: {tokens / times[times.Count / 2]:F1} tok/s (min {tokens / times[^1]:F1} max {tokens / times[0]:F1}), {all} tokens in all, peak {Number(peak[6..^2].Trim()) / 1e6 * 1024:F0} MB"));
}
