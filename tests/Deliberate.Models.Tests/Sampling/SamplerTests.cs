using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>What no other system promises: the sampler's log-probabilities are the trainer's bits, whatever shares the batch.</summary>
public sealed class SamplerTests
{
    private static ModelConfiguration Small(int heads = 4, int keyHeads = 2, int? window = null, double? cap = null) => new()
    {
        Architecture = "llama",
        VocabularySize = 61,
        HiddenSize = 48,
        IntermediateSize = 72,
        LayerCount = 3,
        HeadCount = heads,
        KeyValueHeadCount = keyHeads,
        HeadSize = 20,
        TieWordEmbeddings = true,
        SlidingWindow = window,
        SlidingLayers = window is null ? [] : [0, 2],
        AttentionSoftCap = cap,
        LogitSoftCap = cap,
    };

    private static LanguageModel Model(Device device, ModelConfiguration? configuration = null)
    {
        var model = new LanguageModel(device, configuration ?? Small());
        model.Initialise(3);
        // Sharper than fresh weights, so that the samples differ in length and content.
        var embedding = new float[model.Parameters.Parameters[0].Length];
        model.Parameters.Values.Read(0, embedding);
        for (var i = 0; i < embedding.Length; i++) embedding[i] *= 12;
        model.Parameters.Values.Write(0, embedding);
        model.Pack(training: true);
        return model;
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, 3.0)]
    public void The_lower_the_temperature_the_more_it_is_the_most_likely_token(bool reference, double? cap)
    {
        using var device = reference ? Device.Reference() : Device.Cpu(2);
        using var model = Model(device, Small(cap: cap));
        using var sampler = new Sampler(model, 3, 60);
        var greedy = sampler.Sample(Requests(4, 2, 20), new SamplingOptions { Temperature = 0 }, [0]);
        foreach (var filtered in new[] { false, true })
        {
            foreach (var temperature in new[] { 1e-9, 1e-20, 9e-31, 1e-31, 3e-36, 1e-38, 1e-39, 1e-45, 1e-60, 1e-300, double.Epsilon })
            {
                var drawn = sampler.Sample(Requests(4, 2, 20), new SamplingOptions { Temperature = temperature, TopP = filtered ? 0.9 : 1 }, [0]);
                for (var r = 0; r < greedy.Length; r++)
                {
                    for (var i = 0; i < greedy[r].Length; i++)
                    {
                        drawn[r][i].Tokens.ShouldBe(greedy[r][i].Tokens, $"at {temperature}");
                        drawn[r][i].LogProbabilities.ShouldBe(greedy[r][i].LogProbabilities);
                        drawn[r][i].BehaviourLogProbabilities.ShouldAllBe(l => Math.Abs(l) < 1e-6);
                    }
                }
            }
        }
    }

    /// <summary>Brain floats keep 8 bits: an attention output is off by some thousandths, a log-probability by no more than that.</summary>
    [Fact]
    public void A_cache_of_brain_floats_takes_half_the_memory_and_changes_log_probabilities_little()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device, Small());
        using var exact = new Sampler(model, 7, 200);
        using var narrow = new Sampler(model, 7, 200, CacheStorage.BF16);
        var requests = Requests(9, 3);
        var (expected, found) = (exact.Sample(requests, new SamplingOptions(), [0]), narrow.Sample(requests, new SamplingOptions(), [0]));
        int compared = 0, different = 0;
        for (var r = 0; r < requests.Count; r++)
        {
            for (var s = 0; s < expected[r].Length; s++)
            {
                // As far as both have drawn the same tokens, they gave them nearly the same probability.
                for (var i = 0; i < Math.Min(expected[r][s].Tokens.Length, found[r][s].Tokens.Length) && expected[r][s].Tokens[i] == found[r][s].Tokens[i]; i++, compared++)
                {
                    found[r][s].LogProbabilities[i].ShouldBe(expected[r][s].LogProbabilities[i], 0.02f);
                    if (found[r][s].LogProbabilities[i] != expected[r][s].LogProbabilities[i]) different++;
                }
            }
        }

        compared.ShouldBeGreaterThan(500);
        different.ShouldBeGreaterThan(compared / 2);
        narrow.LivePages.ShouldBe(0);
        // Both grow by 32 pages at a time.
        narrow.CacheBytes.ShouldBe(exact.CacheBytes / 2);
    }

    private static List<SampleRequest> Requests(int prompts, int samples, int maxTokens = 90) =>
    [
        .. Enumerable.Range(0, prompts).Select(p => new SampleRequest(
            [.. Enumerable.Range(0, 3 + (p * 7 % 70)).Select(i => (p + (i * 5)) % 61)], maxTokens,
            [.. Enumerable.Range(0, samples).Select(s => new RandomStream(9, StreamStage.Sampling, problem: p, sample: s))])),
    ];

    [Theory]
    [InlineData(1.0, null, null)]
    [InlineData(0.7, null, null)]
    [InlineData(1.0, 17, null)]
    [InlineData(1.3, null, 20.0)]
    public void Log_probabilities_are_the_trainers_bit_for_bit(double temperature, int? window, double? cap)
    {
        using var device = Device.Cpu(2);
        using var model = Model(device, Small(window: window, cap: cap));
        using var sampler = new Sampler(model, 7, 200);
        var requests = Requests(9, 3);
        var rollouts = sampler.Sample(requests, new SamplingOptions { Temperature = temperature }, [0]);
        using var graph = new TrainingGraph(model, 1024, 64, 200);
        graph.Head.Temperature = temperature;
        var compared = 0;
        for (var r = 0; r < requests.Count; r++)
        {
            foreach (var rollout in rollouts[r])
            {
                int[] all = [.. requests[r].Prompt, .. rollout.Tokens];
                if (!graph.Batch.Fits(all.Length)) graph.Batch.Clear();
                var row = graph.Batch.AddSequence(all, requests[r].Prompt.Length, all.Length);
                graph.Forward();
                var statistics = new float[4 * graph.Batch.Tokens];
                graph.Head.Statistics.Value.Read(0, statistics);
                for (var i = 0; i < rollout.Tokens.Length; i++, compared++)
                    BitConverter.SingleToInt32Bits(rollout.BehaviourLogProbabilities[i]).ShouldBe(BitConverter.SingleToInt32Bits(statistics[4 * (row + requests[r].Prompt.Length - 1 + i)]));
                if (temperature == 1) rollout.LogProbabilities.ShouldBe(rollout.BehaviourLogProbabilities);
            }
        }

        compared.ShouldBeGreaterThan(500);
        sampler.LivePages.ShouldBe(0);
    }

    [Fact]
    public void A_sample_does_not_depend_on_what_shares_its_batch_or_on_threads()
    {
        Rollout[][]? expected = null;
        foreach (var (slots, threads) in new[] { (1, 1), (1, 2), (3, 2), (16, 1), (64, 2), (64, 3) })
        {
            using var device = Device.Cpu(threads);
            using var model = Model(device);
            using var sampler = new Sampler(model, slots, 200);
            var rollouts = sampler.Sample(Requests(11, 4), new SamplingOptions(), [0]);
            expected ??= rollouts;
            for (var r = 0; r < rollouts.Length; r++)
            {
                for (var s = 0; s < rollouts[r].Length; s++)
                {
                    rollouts[r][s].Tokens.ShouldBe(expected[r][s].Tokens);
                    rollouts[r][s].LogProbabilities.ShouldBe(expected[r][s].LogProbabilities);
                }
            }
        }

        expected!.SelectMany(r => r).Select(r => r.Tokens.Length).Distinct().Count().ShouldBeGreaterThan(3);
    }

    [Fact]
    public void A_watch_ends_its_sample_and_a_budget_cuts_it_off()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        using var sampler = new Sampler(model, 4, 200);
        var free = sampler.Sample(Requests(3, 2, 40), new SamplingOptions(), []);
        free.SelectMany(r => r).ShouldAllBe(r => r.FinishReason == FinishReason.Length && r.Tokens.Length == 40);
        // Each sample is watched apart from the others: it ends with its seventh token, whatever that is.
        var watched = Requests(3, 2, 40).Select((request, i) => i == 1 ? request : request with { Watch = Seventh }).ToArray();
        var stopped = sampler.Sample(watched, new SamplingOptions(), []);
        for (var r = 0; r < 3; r++)
        {
            for (var s = 0; s < 2; s++)
            {
                stopped[r][s].FinishReason.ShouldBe(r == 1 ? FinishReason.Length : FinishReason.Stop);
                stopped[r][s].Tokens.ShouldBe(r == 1 ? free[r][s].Tokens : free[r][s].Tokens[..7]);
            }
        }

        static Func<int, bool> Seventh()
        {
            var seen = 0;
            return _ => ++seen == 7;
        }
    }

    [Fact]
    public void Filters_keep_to_what_they_promise()
    {
        using var device = Device.Cpu(1);
        using var model = Model(device);
        using var sampler = new Sampler(model, 8, 200);
        var greedy = sampler.Sample(Requests(3, 1, 30), new SamplingOptions { Temperature = 0 }, []);
        foreach (var options in new[] { new SamplingOptions { TopK = 1 }, new SamplingOptions { TopP = 1e-9 }, new SamplingOptions { MinP = 1 } })
        {
            var filtered = sampler.Sample(Requests(3, 1, 30), options, []);
            for (var r = 0; r < 3; r++)
            {
                filtered[r][0].Tokens.ShouldBe(greedy[r][0].Tokens);
                filtered[r][0].BehaviourLogProbabilities.ShouldAllBe(p => Math.Abs(p) < 1e-5);
            }
        }
    }

    [Fact]
    public void Penalties_see_prompt_and_output_whatever_shares_the_batch()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        var options = new SamplingOptions { Temperature = 0.8, TopK = 20, TopP = 0.95, RepetitionPenalty = 1.2, FrequencyPenalty = 0.3, NoRepeatNgramSize = 3 };
        var requests = Requests(7, 2, 50);
        using var one = new Sampler(model, 1, 200);
        using var many = new Sampler(model, 14, 200);
        var (alone, together) = (one.Sample(requests, options, [0]), many.Sample(requests, options, [0]));
        for (var r = 0; r < requests.Count; r++)
        {
            for (var s = 0; s < 2; s++)
            {
                together[r][s].Tokens.ShouldBe(alone[r][s].Tokens);
                int[] text = [.. requests[r].Prompt, .. alone[r][s].Tokens];
                // Only the prompts repeat themselves.
                for (var i = requests[r].Prompt.Length; i < text.Length; i++)
                    Enumerable.Range(2, i - 2).Any(j => j < i && text.AsSpan(j - 2, 3).SequenceEqual(text.AsSpan(i - 2, 3))).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void A_prompt_longer_than_a_forward_pass_gives_the_trainers_bits_too()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        using var sampler = new Sampler(model, 2, 2400);
        int[] prompt = [.. Enumerable.Range(0, 2300).Select(i => i * 7 % 61)];
        var rollout = sampler.Sample([new SampleRequest([4, 5], 5, [new RandomStream(1, StreamStage.Test)]), new SampleRequest(prompt, 20, [new RandomStream(2, StreamStage.Test)])], new SamplingOptions(), [])[1][0];
        using var graph = new TrainingGraph(model, 2400, 1, 2400);
        graph.Batch.AddSequence([.. prompt, .. rollout.Tokens], prompt.Length, prompt.Length + rollout.Tokens.Length);
        graph.Forward();
        var statistics = new float[4 * graph.Batch.Tokens];
        graph.Head.Statistics.Value.Read(0, statistics);
        rollout.LogProbabilities.ShouldBe(Enumerable.Range(prompt.Length - 1, rollout.Tokens.Length).Select(row => statistics[4 * row]));
        sampler.LivePages.ShouldBe(0);
    }

    [Fact]
    public void A_cancelled_sampler_can_be_used_again()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        using var sampler = new Sampler(model, 4, 200);
        using var source = new CancellationTokenSource();
        var observer = new Observer(cancelAfter: 30, source);
        Should.Throw<OperationCanceledException>(() => sampler.Sample(Requests(4, 3), new SamplingOptions(), [], observer: observer, cancellation: source.Token));
        sampler.LivePages.ShouldBe(0);
        var again = sampler.Sample(Requests(4, 3), new SamplingOptions(), [], observer: new Observer(int.MaxValue, source));
        again.ShouldAllBe(r => r.All(s => s != null && s.Tokens.Length == 90));
    }

    [Fact]
    public void An_observer_hears_of_every_token_and_every_sample()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        using var sampler = new Sampler(model, 3, 200);
        using var source = new CancellationTokenSource();
        var observer = new Observer(int.MaxValue, source);
        var rollouts = sampler.Sample(Requests(4, 3), new SamplingOptions(), [0], observer: observer);
        observer.Tokens.ShouldBe(rollouts.Sum(r => r.Sum(s => s.Tokens.Length)));
        observer.Rollouts.Count.ShouldBe(12);
        foreach (var ((request, sample), rollout) in observer.Rollouts) rollout.ShouldBe(rollouts[request][sample]);
    }

    private sealed class Observer(int cancelAfter, CancellationTokenSource source) : ISampleObserver
    {
        public int Tokens { get; private set; }

        public Dictionary<(int Request, int Sample), Rollout> Rollouts { get; } = [];

        public void Drawn(int tokens)
        {
            Tokens += tokens;
            if (Tokens >= cancelAfter) source.Cancel();
        }

        public void Finished(int request, int sample, Rollout rollout) => Rollouts.Add((request, sample), rollout);
    }

    [Fact]
    public void A_budget_beyond_the_context_is_refused()
    {
        using var device = Device.Cpu(1);
        using var model = Model(device);
        using var sampler = new Sampler(model, 4, 50);
        Should.Throw<UserError>(() => sampler.Sample(Requests(1, 1, 60), new SamplingOptions(), [])).Message.ShouldContain("max_tokens");
    }
}
