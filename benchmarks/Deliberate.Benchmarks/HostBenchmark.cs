using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// What many callers at once cost: so many callers, each asking for the next request when it has its last, against one list of the
/// same requests given to the sampler with as many slots, in turn (A B A B). The tokens are the same, which is checked. The requests
/// have random texts for prompts, of 8 to 40 words, and budgets of 64 to 128 tokens. Without a model, a random one of 10 million
/// weights. On a machine that does other work too, tokens by processor second say more than those by second.
/// </summary>
internal static class HostBenchmark
{
    private const int RequestsEach = 3;

    public static int Run(string? path, int callers, int pairs)
    {
        using var made = path is null ? new RandomModel() : null;
        path ??= made!.Folder;
        using var opened = PretrainedModel.Open(path);
        using var device = Device.Cpu();
        using var weights = opened.LoadWeights(device, WeightStorage.F32);
        using var sampler = new Sampler(weights, callers, 512);
        using var model = TextModel.Open(path, hosting: new ModelHostOptions { Slots = callers, CacheBytes = CacheBytes(opened.Configuration, callers) });
        int[] stops = [.. opened.Text.StopIds];
        var ratios = new List<(double Wall, double Processor)>();
        for (var pair = 0; pair <= pairs; pair++)
        {
            // New ones each time: the host would know those of before.
            var prompts = Enumerable.Range(0, callers * RequestsEach).Select(i => Prompt(model.Tokenizer, (pair * 100_000) + i)).ToArray();
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var requests = prompts.Select((p, i) => new SampleRequest(p, Budget(i), [Stream(pair, i)])).ToArray();
            var sampled = sampler.Sample(requests, new SamplingOptions(), stops).Select(r => r[0].Tokens).ToArray();
            var tokens = sampled.Sum(t => t.Length);
            var plain = (Wall: tokens / Stopwatch.GetElapsedTime(start).TotalSeconds, Processor: tokens / (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var hosted = new int[prompts.Length][];
            var next = -1;
            Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                for (var i = Interlocked.Increment(ref next); i < prompts.Length; i = Interlocked.Increment(ref next))
                {
                    var drawn = new List<int>();
                    await foreach (var token in model.StreamTokensAsync(prompts[i], new GenerateOptions { MaxTokens = Budget(i), Seed = Seed(pair, i), Sampling = new SamplingOptions() }).ConfigureAwait(false)) drawn.Add(token.Token);
                    hosted[i] = [.. drawn];
                }
            }))).Wait();
            var host = (Wall: tokens / Stopwatch.GetElapsedTime(start).TotalSeconds, Processor: tokens / (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            if (!sampled.Zip(hosted).All(t => t.First.AsSpan().SequenceEqual(t.Second))) throw new InvalidOperationException("The host drew other tokens than the sampler.");
            if (pair == 0) continue;
            ratios.Add((host.Wall / plain.Wall, host.Processor / plain.Processor));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pair {pair}: one list {plain.Wall:F0} tok/s, {callers} callers {host.Wall:F0} tok/s, ratio {host.Wall / plain.Wall:F3}; by processor second {plain.Processor:F0} and {host.Processor:F0}, ratio {host.Processor / plain.Processor:F3}"));
        }

        Console.WriteLine($"host {callers} callers, {pairs} pairs: ratio by second {Spread(ratios.Select(r => r.Wall))}, by processor second {Spread(ratios.Select(r => r.Processor))} (least, median, most); the tokens are the same");
        return 0;

        static string Spread(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return string.Create(CultureInfo.InvariantCulture, $"{sorted[0]:F3}, {sorted[sorted.Length / 2]:F3}, {sorted[^1]:F3}");
        }
    }

    /// <summary>
    /// Whether memory grows while a host is at work: callers that come and go for some minutes, a fifth of them cancelling. Fails
    /// where resident memory grew by more than 8 MB after the first fifth of the time.
    /// </summary>
    public static int Growth(string minutes)
    {
        const long MostGrowth = 8_000_000;
        const int Callers = 16;
        var time = TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture));
        // Methods recompiled as they get hot make the runtime itself grow.
        if (Environment.GetEnvironmentVariable(GrowthBenchmark.Tiering) != "0") return GrowthBenchmark.RunChild("host-growth", minutes);
        using var made = new RandomModel(hidden: 64, layers: 2);
        using var model = TextModel.Open(made.Folder, hosting: new ModelHostOptions { Slots = 8, CacheBytes = 16 << 20 });
        var (start, asked, cancelled) = (Stopwatch.GetTimestamp(), 0, 0);
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => Ask(caller))).ToArray();
        long first = 0, last = 0;
        Console.WriteLine("seconds  requests  cancelled  resident MB  managed MB  native MB");
        for (var row = 1; row <= 20; row++)
        {
            Thread.Sleep(time / 20);
            last = GrowthBenchmark.Resident();
            if (row == 4) first = last;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(start).TotalSeconds,7:F0} {asked,9} {cancelled,10} {last / 1e6,12:F2} {GC.GetTotalMemory(forceFullCollection: false) / 1e6,11:F2} {DeviceBuffer.LiveBytes / 1e6,10:F2}"));
        }

        Task.WaitAll(callers);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of resident memory after the first fifth: {(last - first) / 1e6:F2} MB, at most {MostGrowth / 1e6:F2} MB are allowed"));
        return last - first <= MostGrowth ? 0 : 1;

        async Task Ask(int caller)
        {
            for (var i = caller; Stopwatch.GetElapsedTime(start) < time; i += Callers)
            {
                var tokens = 0;
                await foreach (var _ in model.StreamTokensAsync(Prompt(model.Tokenizer, i % 5000), new GenerateOptions { MaxTokens = Budget(i), Seed = (ulong)i, Sampling = new SamplingOptions() }).ConfigureAwait(false))
                    if (i % 5 == 0 && ++tokens == 9) break;
                Interlocked.Increment(ref asked);
                if (i % 5 == 0) Interlocked.Increment(ref cancelled);
            }
        }
    }

    /// <summary>
    /// Twice what so many requests of 300 tokens use: enough that none waits, and small enough that the warm-up fills it. Of more, the
    /// first touch of fresh memory would be measured, which a host that runs for long pays once.
    /// </summary>
    private static long CacheBytes(ModelConfiguration c, int callers) => 2L * callers * 300 * 2 * c.LayerCount * c.KeyValueHeadCount * c.HeadSize * sizeof(float);

    private static int Budget(int i) => 64 + (i * 37 % 65);

    private static ulong Seed(int pair, int i) => (ulong)((pair * 100_000) + i);

    private static RandomStream Stream(int pair, int i) => new(Seed(pair, i), StreamStage.Sampling);

    private static int[] Prompt(Tokenizer tokenizer, int i)
    {
        var stream = new RandomStream(7, StreamStage.Test, problem: i);
        return tokenizer.Encode(string.Join(' ', Enumerable.Range(0, 8 + stream.Next(33)).Select(_ => RandomModel.Words[stream.Next(RandomModel.Words.Length)])));
    }

    /// <summary>A folder with a random model.</summary>
    private sealed class RandomModel : IDisposable
    {
        public static readonly string[] Words = "the and of to in that is was for it with as his on be at by had not are but from or have an they which".Split(' ');

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("deliberate-host-");

        public RandomModel(int hidden = 320, int layers = 8)
        {
            var tokenizer = BpeTrainer.Train([string.Join(' ', Words)], 320, ["<|end|>"]);
            using var device = Device.Cpu(1);
            using var model = new LanguageModel(device, new ModelConfiguration
            {
                Architecture = "llama",
                VocabularySize = tokenizer.VocabularySize,
                HiddenSize = hidden,
                IntermediateSize = 5 * hidden / 2,
                LayerCount = layers,
                HeadCount = hidden / 32,
                KeyValueHeadCount = hidden / 32,
                HeadSize = 32,
                MaxPositions = 512,
                TieWordEmbeddings = true,
            });
            model.Initialise(1);
            ModelWriter.Write(Folder, model, new TextFormat(tokenizer) { SpecialTokens = [new("eos_token", "<|end|>")], StopIds = [tokenizer.TokenToId("<|end|>")], Generation = new GenerationConfiguration { DoSample = true, Temperature = 1 } });
        }

        public string Folder => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
