using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// What brain floats in the key-value cache do to a pretrained model: the same prompts and random numbers with either cache, as many
/// tokens as both draw alike compared by their log-probabilities. Then the speed of either.
/// </summary>
internal static class CacheBenchmark
{
    private const int PromptLength = 32, NewTokens = 128;

    /// <summary>Prompts are pieces of it, each beginning a word later: on text that a model knows, it is sure enough that both draw alike for long.</summary>
    private const string Text =
        "The harbour of the old town lies open to the west, and in winter the wind brings rain from the sea for weeks on end. Fishermen mend their nets in the " +
        "long sheds behind the quay, where it is dry, and talk about the price of herring, about the ferry that never comes on time, and about the summer, when the " +
        "first visitors arrive and every house with a spare room puts a sign in its window. In the school above the market the children draw the boats that they see.";

    public static void Run(string path, int batch, int threads)
    {
        using var opened = PretrainedModel.Open(path);
        using var device = Device.Cpu(threads);
        using var model = opened.LoadWeights(device, WeightStorage.F32);
        var text = opened.Text.Tokenizer.Encode(Text);
        var (exact, exactSpeed) = Sample(CacheStorage.F32);
        var (narrow, narrowSpeed) = Sample(CacheStorage.BF16);
        int compared = 0, alike = 0;
        double sum = 0, worst = 0;
        for (var b = 0; b < batch; b++)
        {
            var i = 0;
            for (; i < NewTokens && exact[b].Tokens[i] == narrow[b].Tokens[i]; i++)
            {
                var difference = Math.Abs((double)exact[b].LogProbabilities[i] - narrow[b].LogProbabilities[i]);
                (sum, worst, compared) = (sum + difference, Math.Max(worst, difference), compared + 1);
            }

            if (i == NewTokens) alike++;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"cache BF16 against F32, batch {batch}, threads {threads}: {compared / (double)batch:F1} tokens of {NewTokens} alike before a sample parts, {compared} in all; " +
            $"their log-probabilities differ by {sum / compared:F5} nats on average, {worst:F4} at most; " +
            $"{alike} of {batch} samples the same to their end; {exactSpeed:F1} tok/s with F32, {narrowSpeed:F1} with BF16"));

        (Rollout[] Rollouts, double Speed) Sample(CacheStorage cache)
        {
            using var sampler = new Sampler(model, batch, PromptLength + NewTokens, cache);
            var requests = new SampleRequest[batch];
            for (var b = 0; b < batch; b++)
            {
                var begin = b % (text.Length - PromptLength);
                requests[b] = new SampleRequest(text[begin..(begin + PromptLength)], NewTokens, [new RandomStream(1, StreamStage.Test, 0, b)]);
            }

            var rollouts = sampler.Sample(requests, new SamplingOptions(), []);
            return ([.. rollouts.Select(r => r[0])], batch * NewTokens / SampleBenchmark.Times(sampler, model.Configuration.VocabularySize, batch, PromptLength, NewTokens, repeats: 3).Times[1]);
        }
    }
}
