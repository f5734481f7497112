using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Server;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// <c>deliberate serve</c> under load: many open streams, arrivals and lengths at random, a tenth of the clients going away in the middle, a tenth
/// reading one byte a second. Nothing may be lost (each stream that was read to its end has one), nothing mixed (a sample of the requests, made again
/// alone, gives the same text bit for bit) and no place kept; then throughput is held against plain batch sampling of the same requests, and the time
/// to the first token of a lone request against the bare engine's. With a bound on the memory of keys and values the last two are left out, and
/// memory has to be flat: earlier prompts fill it to its bound before the load begins, and resident memory, in each quarter of the load but the
/// first, is at most <see cref="Flat"/> of what it was in any before it.
/// </summary>
internal static class LoadBenchmark
{
    private const string Model = "m";

    private const int Alone = 40, Plain = 160, First = 15;

    /// <summary>Words of a prompt that fills the memory of keys and values, and how many of them have to leave it as it is before it is full.</summary>
    private const int FillingWords = 100, FillingPrompts = 16;

    private const double Flat = 1.03;

    private static readonly string[] s_words = "the a of to in river stone lantern letter garden winter music paper engine bridge island market window teacher river journey question answer story number colour early quiet strange because between under after before explain write describe compare count find tell why how what".Split(' ');

    /// <returns>0 where all is as it has to be; figures of speed decide nothing here.</returns>
    /// <param name="cacheMebibytes">Bound on the memory of keys and values; null for the usual one.</param>
    public static async Task<int> RunAsync(string path, double minutes, int streams, long? cacheMebibytes)
    {
        await using var server = await StartAsync(path, streams, cacheMebibytes << 20);
        var address = new Uri(server.Address);
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        // Everything is compiled once.
        for (var i = 0; i < 3; i++) await LoadStream.ReadAsync(address, Model, Request(new Random(i)), null, null, CancellationToken.None);
        if (cacheMebibytes is not null) await FillAsync(client);
        var end = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(minutes);
        var answers = new ConcurrentBag<LoadAnswer>();
        var (left, slow, broken) = (0, 0, 0);
        var memory = new LoadMemory();
        var started = Stopwatch.GetTimestamp();
        var busy = Environment.CpuUsage.TotalTime;
        var clients = Task.WhenAll(Enumerable.Range(0, streams).Select(ClientAsync));
        while (!clients.IsCompleted)
        {
            await Task.WhenAny(clients, Task.Delay(TimeSpan.FromSeconds(10)));
            memory.Look(Stopwatch.GetElapsedTime(started).TotalMinutes, Metric(await client.GetStringAsync("/metrics"), "deliberate_cache_bytes"));
        }

        await clients;
        var (wall, spent) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
        var whole = answers.Where(a => a.IsWhole).OrderBy(a => a.Request.Seed).ToArray();
        var lost = answers.Count - whole.Length + broken;
        var tokens = whole.Sum(a => (long)a.Tokens);
        Print($"{streams} streams for {wall:0} s: {whole.Length} read to their end ({slow} of them at a byte a second while the load lasted), {left} left in the middle, {lost} lost; {tokens} tokens read, {tokens / wall:0.0} a second, {tokens / spent:0.0} a processor second (clients in it)");
        var metrics = await client.GetStringAsync("/metrics");
        var idle = Metric(metrics, "deliberate_slots_in_use") == 0 && Metric(metrics, "deliberate_requests_waiting") == 0;
        Print($"afterwards: {Metric(metrics, "deliberate_slots_in_use")} slots in use, {Metric(metrics, "deliberate_requests_waiting")} requests waiting");
        foreach (var line in memory.Lines()) Print($"{line}");
        Print($"keys and values may take {Metric(metrics, "deliberate_cache_limit_bytes") / 1048576:0} MiB; resident in a quarter of the time is at most {memory.Growth(minutes):0.000} of what it was in one before it, the first left out, and what is not keys and values grew by {memory.GrowthBeside(minutes):0} MiB from the second to the last");

        // The same requests alone.
        var mixed = 0;
        var sample = whole.Where((_, i) => i % Math.Max(1, whole.Length / Alone) == 0).Take(Alone).ToArray();
        foreach (var answer in sample)
            if (await AskAsync(client, answer.Request) != answer.Text) mixed++;
        Print($"of {sample.Length} requests made again, alone, {sample.Length - mixed} give the same text bit for bit");
        if (cacheMebibytes is not null) return lost == 0 && mixed == 0 && idle && whole.Length > 0 && memory.Growth(minutes) <= Flat ? 0 : 1;
        PlainSampling(path, streams, [.. whole.Take(Plain)], tokens / spent, tokens / wall);
        await FirstTokenAsync(path, address);
        return lost == 0 && mixed == 0 && idle && whole.Length > 0 ? 0 : 1;

        async Task ClientAsync(int number)
        {
            for (var i = 0; DateTimeOffset.UtcNow < end; i++)
            {
                var random = new Random((number * 100_003) + i);
                await Task.Delay(TimeSpan.FromSeconds(-0.3 * Math.Log(1 - random.NextDouble())));
                var kind = random.Next(10);
                try
                {
                    var answer = await LoadStream.ReadAsync(address, Model, Request(random), kind == 0 ? random.Next(500, 20_000) : null, kind == 1 ? end : null, CancellationToken.None);
                    if (answer is null) Interlocked.Increment(ref left);
                    else answers.Add(answer);
                    if (answer is not null && kind == 1) Interlocked.Increment(ref slow);
                }
                catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or JsonException)
                {
                    Interlocked.Increment(ref broken);
                    Print($"a stream broke: {error.Message}");
                }
            }
        }
    }

    /// <summary>
    /// Tokens a second, and a processor second, of some streams at once through the server, prompts counted in: what llama.cpp is held against. A
    /// round before the others is not counted, as there: a server that has just started is still being compiled. No two rounds have a prompt in common
    /// that the server would remember.
    /// </summary>
    public static async Task StreamsAsync(string path, int streams, int rounds, WeightStorage storage, int threads, int tokens)
    {
        await using var server = await StartAsync(path, streams, storage: storage, threads: threads);
        var address = new Uri(server.Address);
        List<(double Wall, double Busy)> speeds = [];
        for (var round = -1; round < rounds; round++)
        {
            var (started, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var answers = await Task.WhenAll(Enumerable.Range(0, streams).Select(i => LoadStream.ReadAsync(address, Model, new LoadRequest($"Tell long story {round + 2} of a {s_words[6 + (i % 20)]} and a {s_words[7 + (i / 20)]}.", tokens, (round * 1000) + i), null, null, CancellationToken.None)));
            var drawn = answers.Sum(a => a!.Tokens);
            if (round >= 0) speeds.Add((drawn / Stopwatch.GetElapsedTime(started).TotalSeconds, drawn / (Environment.CpuUsage.TotalTime - busy).TotalSeconds));
        }

        speeds.Sort();
        Print($"serve {streams} streams of {tokens} {Path.GetFileName(path)} {storage} threads {threads}: {speeds[speeds.Count / 2].Wall:0.0} tok/s, {speeds.Select(s => s.Busy).Order().ElementAt(speeds.Count / 2):0.0} tok/processor s");
    }

    private static Task<DeliberateServer> StartAsync(string path, int slots, long? cacheBytes = null, WeightStorage storage = WeightStorage.F32, int threads = 0) => DeliberateServer.StartAsync(new ServerOptions
    {
        Port = 0,
        Runs = null,
        Evaluations = null,
        Api = new ApiOptions { Models = [new ServedModelOptions(Model, path) { Weights = storage }], Slots = slots, Threads = threads, CacheBytes = cacheBytes, Timeout = TimeSpan.FromMinutes(20), Summarizer = null },
    });

    /// <summary>Prompts, no two alike, until the memory of keys and values does not grow by another <see cref="FillingPrompts"/>: what is kept of them then makes room for what comes.</summary>
    private static async Task FillAsync(HttpClient client)
    {
        var (asked, held) = (0, -1.0);
        while (true)
        {
            var metrics = await client.GetStringAsync("/metrics");
            var now = Metric(metrics, "deliberate_cache_bytes");
            if (now <= held)
            {
                Print($"{asked} prompts of {FillingWords} words before the load: keys and values take {now / 1048576:0} MiB of {Metric(metrics, "deliberate_cache_limit_bytes") / 1048576:0}");
                return;
            }

            held = now;
            for (var i = 0; i < FillingPrompts; i++)
            {
                var random = new Random(2_000_000 + asked++);
                await AskAsync(client, new LoadRequest(string.Join(' ', Enumerable.Range(0, FillingWords).Select(_ => s_words[random.Next(s_words.Length)])), 1, asked));
            }
        }
    }

    private static LoadRequest Request(Random random) =>
        new(string.Join(' ', Enumerable.Range(0, random.Next(4, 100)).Select(_ => s_words[random.Next(s_words.Length)])), random.Next(8, 161), random.Next());

    private static async Task<string> AskAsync(HttpClient client, LoadRequest request)
    {
        using var response = await client.PostAsync("/v1/chat/completions", new StringContent(request.Body(Model, streams: false), Encoding.UTF8, "application/json"));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "";
    }

    /// <summary>The same requests, drawn to the same lengths by the sampler, with nothing around it.</summary>
    private static void PlainSampling(string path, int slots, LoadAnswer[] answers, double servedBusy, double servedWall)
    {
        using var model = TextModel.Open(path);
        var writer = new PromptWriter(model.Format);
        var requests = answers.Select(a =>
        {
            var chat = writer.Write([new ChatMessage("user", a.Request.Text)], [], null, thinks: true);
            return new SampleRequest(model.Format.Tokenizer.Encode(chat.Text, addSpecialTokens: false), Math.Max(1, a.Tokens), [new RandomStream((ulong)a.Request.Seed, StreamStage.Sampling)]);
        }).ToArray();
        using var sampler = new Sampler(model.Weights, slots, requests.Max(r => r.Prompt.Length + r.MaxTokens));
        var sampling = GenerationSettings.Resolve(new GenerationOverrides { Temperature = 1 }, model.Format.Generation).Sampling;
        sampler.Sample(requests[..Math.Min(4, requests.Length)], sampling, [.. model.Format.StopIds]);
        var started = Stopwatch.GetTimestamp();
        var busy = Environment.CpuUsage.TotalTime;
        var drawn = sampler.Sample(requests, sampling, [.. model.Format.StopIds]).Sum(r => r.Sum(s => (long)s.Tokens.Length));
        var (wall, spent) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
        Print($"plain batch sampling of {requests.Length} of them, {slots} at once: {drawn} tokens, {drawn / wall:0.0} a second, {drawn / spent:0.0} a processor second; served is {servedWall / (drawn / wall):0.00} of it by the clock, {servedBusy / (drawn / spent):0.00} by processor time");
    }

    /// <summary>A lone request's first text, through the server and from the engine, in turns.</summary>
    private static async Task FirstTokenAsync(string path, Uri address)
    {
        using var model = TextModel.Open(path);
        var writer = new PromptWriter(model.Format);
        List<double> ratios = [], served = [], bare = [];
        for (var i = 0; i < First; i++)
        {
            var request = Request(new Random(1_000_000 + i));
            var answer = await LoadStream.ReadAsync(address, Model, request with { MaxTokens = 8 }, null, null, CancellationToken.None);
            var prompt = writer.Write([new ChatMessage("user", request.Text)], [], null, thinks: true).Text;
            var (started, first) = (Stopwatch.GetTimestamp(), 0.0);
            model.Generate(prompt, new GenerateOptions { MaxTokens = 8, Seed = (ulong)request.Seed }, _ => first = first == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : first);
            if (answer!.FirstSeconds == 0 || first == 0 || i < 2) continue;
            served.Add(answer.FirstSeconds);
            bare.Add(first);
            ratios.Add(answer.FirstSeconds / first);
        }

        Print($"first text of a lone request, {ratios.Count} of them: median {Median(served) * 1000:0} ms served, {Median(bare) * 1000:0} ms from the engine; ratio, in pairs, median {Median(ratios):0.00} (from {ratios.Min():0.00} to {ratios.Max():0.00})");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Metric(string metrics, string name) => double.Parse(metrics.Split('\n').First(l => l.StartsWith(name + "{", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
