using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>A model whose weights are held once, for inference: F32 gives the trainable model's bits, narrower storage a close answer that no batch changes.</summary>
[Collection(SmolLm2.Collection)]
public sealed class StoredModelTests(SmolLm2 smol)
{
    private static readonly string[] Folders = ["llama", "llama_bias_tied", "qwen2", "qwen3", "gemma2_softcap", "gemma3", "olmo2", "smollm3_nope", "mistral_sliding"];

    [Fact]
    public void F32_samples_with_the_bits_of_the_trainable_model()
    {
        using var device = Device.Cpu(2);
        foreach (var folder in Folders)
        {
            using var opened = PretrainedModel.Open(FixtureModels.Folder(folder));
            using var trainable = opened.LoadWeights(device);
            using var stored = opened.LoadWeights(device, WeightStorage.F32);
            var expected = Samples(trainable, slots: 5);
            var found = Samples(stored, slots: 3);
            for (var i = 0; i < expected.Length; i++)
            {
                found[i].Tokens.ShouldBe(expected[i].Tokens, folder);
                found[i].LogProbabilities.ShouldBe(expected[i].LogProbabilities, folder);
            }
        }
    }

    [Theory]
    [InlineData(WeightStorage.BF16)]
    [InlineData(WeightStorage.Q8_0)]
    public void No_batch_shifts_what_narrow_weights_give(WeightStorage storage)
    {
        using var device = Device.Cpu(2);
        foreach (var folder in Folders)
        {
            using var opened = PretrainedModel.Open(FixtureModels.Folder(folder));
            using var narrow = opened.LoadWeights(device, storage);
            var alone = Samples(narrow, slots: 1);
            var together = Samples(narrow, slots: 7);
            for (var i = 0; i < alone.Length; i++)
            {
                together[i].Tokens.ShouldBe(alone[i].Tokens, folder);
                together[i].LogProbabilities.ShouldBe(alone[i].LogProbabilities, folder);
            }
        }
    }

    /// <summary>What docs/models.md says narrow weights cost, on the one real model there is.</summary>
    [Theory]
    [InlineData(WeightStorage.BF16, 0.02)]
    [InlineData(WeightStorage.Q8_0, 0.08)]
    public void Narrow_weights_shift_log_probabilities_of_a_real_text_little(WeightStorage storage, double mean)
    {
        using var device = Device.Cpu(2);
        using var opened = PretrainedModel.Open(FixtureModels.SmolLm2);
        using var narrow = opened.LoadWeights(device, storage);
        var text = smol.Text.Tokenizer.Encode("The capital of France is Paris, a city on the Seine. Water boils at a hundred degrees at sea level, and at less on a mountain.");
        using var first = new EngineRun(smol.Model, text);
        using var second = new EngineRun(narrow, text);
        var shifts = Enumerable.Range(0, text.Length - 1).Select(t => Math.Abs(first.LogProbability(0, t) - second.LogProbability(0, t))).ToArray();
        shifts.Average().ShouldBeInRange(1e-6, mean);
        TestContext.Current.TestOutputHelper?.WriteLine($"{storage}: {shifts.Length} tokens, mean shift {shifts.Average():g3} nats, largest {shifts.Max():g3}");
    }

    [Fact]
    public void Quantised_files_lose_nothing_where_the_weights_are_held_as_they_came()
    {
        using var device = Device.Cpu(2);
        using var opened = PretrainedModel.Open(FixtureModels.Gguf("llama.Q8_0.gguf"));
        using var exact = opened.LoadWeights(device, WeightStorage.F32);
        using var narrow = opened.LoadWeights(device, WeightStorage.Q8_0);
        int[] text = [.. Enumerable.Range(0, 30).Select(i => (i * 11) % opened.Configuration.VocabularySize)];
        using var first = new EngineRun(exact, text);
        using var second = new EngineRun(narrow, text);
        // Matrices of other types in the file are rounded once.
        var allEightBits = opened.Weights.Names.Where(n => opened.Weights.Info(n).Shape is [_, _]).All(n => opened.Weights.Info(n).Type == StoredType.Q8_0);
        for (var t = 0; t + 1 < text.Length; t++)
        {
            if (allEightBits) second.LogProbability(0, t).ShouldBe(first.LogProbability(0, t));
            else second.LogProbability(0, t).ShouldBe(first.LogProbability(0, t), 0.05);
        }
    }

    [Fact]
    public void A_model_that_cannot_fit_is_refused_with_the_numbers_and_what_would_fit()
    {
        using var opened = PretrainedModel.Open(FixtureModels.Folder("llama"));
        var estimate = MemoryEstimate.Of(opened.Configuration, WeightStorage.F32, 4, 100);
        estimate.EnsureFits(opened.Configuration, opened.Location, estimate.Total);
        var error = Should.Throw<UserError>(() => estimate.EnsureFits(opened.Configuration, opened.Location, estimate.Total - 1));
        error.Message.ShouldContain("keys and values");
        error.Message.ShouldContain("--weights bf16");
        Should.Throw<UserError>(() => estimate.EnsureFits(opened.Configuration, opened.Location, 1000)).Message.ShouldContain("smaller model");
    }

    [Theory]
    [InlineData(WeightStorage.F32)]
    [InlineData(WeightStorage.BF16)]
    [InlineData(WeightStorage.Q8_0)]
    public void The_estimate_of_the_weights_is_what_they_take(WeightStorage storage)
    {
        using var device = Device.Cpu(1);
        foreach (var folder in Folders)
        {
            using var opened = PretrainedModel.Open(FixtureModels.Folder(folder));
            using var model = opened.LoadWeights(device, storage);
            var taken = (model.Parameters.BufferLength * sizeof(float)) + model.Parameters.LinearWeights.Sum(w => w.Stored!.Length);
            var estimate = MemoryEstimate.WeightBytes(opened.Configuration, storage);
            // Padding to whole vectors and cache lines counts for much only in tiny models.
            ((double)taken / estimate).ShouldBeInRange(1, 1.35, folder);
        }
    }

    private static Rollout[] Samples(LanguageModel model, int slots)
    {
        using var sampler = new Sampler(model, slots, 80);
        var vocabulary = model.Configuration.VocabularySize;
        var requests = Enumerable.Range(0, 5).Select(p => new SampleRequest(
            [.. Enumerable.Range(0, 2 + (p * 9)).Select(i => (p + (i * 5)) % vocabulary)], 30, [.. Enumerable.Range(0, 2).Select(s => new RandomStream(9, StreamStage.Sampling, problem: p, sample: s))])).ToArray();
        return [.. sampler.Sample(requests, new SamplingOptions(), [0]).SelectMany(r => r)];
    }
}
