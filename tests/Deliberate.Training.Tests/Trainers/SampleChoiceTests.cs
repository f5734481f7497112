using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The distance from the reference on some of a step's samples: an estimate without bias of the mean over all of its tokens.</summary>
public sealed class SampleChoiceTests
{
    [Fact]
    public void Over_all_first_places_a_sample_is_chosen_as_often_as_it_has_tokens()
    {
        int[] lengths = [7, 0, 1, 30, 12, 3, 0, 21, 26];
        foreach (var count in new[] { 1, 3, 5, 8 })
        {
            var often = new double[lengths.Length];
            // Each token is a place for the same stretch of first places: a grid of all of them at once.
            for (var k = 0; k < 100; k++)
                foreach (var i in SampleChoice.ByLength(lengths, count, (k + 0.5) / 100)) often[i]++;
            often.ShouldBe(lengths.Select(l => (double)l * count), tolerance: 1e-9);
        }
    }

    [Fact]
    public void The_last_token_is_the_last_place()
    {
        int[] lengths = [3, 2, 0];
        SampleChoice.ByLength(lengths, 2, Math.BitDecrement(1)).ShouldBe([0, 1]);
        SampleChoice.ByLength(lengths, 5, 0).ShouldBe([0, 0, 0, 1, 1]);
    }

    [Fact]
    public void The_mean_of_many_measurements_is_that_of_all_samples()
    {
        using var device = Device.Cpu(1);
        using var model = Model(device);
        using var reference = ReferencePolicy.Beside(model, null, 256, 64, 1);
        var random = new RandomStream(4, StreamStage.Test);
        var samples = new List<PolicySample>();
        for (var i = 0; i < 12; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(29))];
            // Longer samples are further away, so that a mean over samples would be another number.
            float[] logp = [.. tokens.Select(_ => (float)(-Math.Log(29) + (0.02 * tokens.Length * random.NextNormal())))];
            samples.Add(new PolicySample([1, 2, 3 + (i / 4)], new Rollout(tokens, logp, logp, FinishReason.Stop), 0));
        }

        var all = reference.DistanceOf(samples);
        reference.DistanceOf(samples, samples.Count, default).ShouldBe((all, samples.Sum(s => s.Rollout.Tokens.Length)));
        var measured = Enumerable.Range(0, 400).Select(step => reference.DistanceOf(samples, 4, new RandomStream(1, StreamStage.ReferenceDistance, step))).ToArray();
        var moments = Moments.Of([.. measured.Select(m => m.Distance)]);
        var error = moments.Deviation / Math.Sqrt(measured.Length);
        Golden.Report($"of all {all:F5}, mean of measurements {moments.Mean:F5}, standard error {error:F5}; measurements", measured.Length);
        moments.Mean.ShouldBe(all, 4 * error);
        error.ShouldBeLessThan(0.03 * all);
        measured.ShouldAllBe(m => m.Tokens > 0 && m.Tokens < samples.Sum(s => s.Rollout.Tokens.Length));
        // By the run's random numbers: the same again.
        reference.DistanceOf(samples, 4, new RandomStream(1, StreamStage.ReferenceDistance, 7)).ShouldBe(measured[7]);
    }

    private static LanguageModel Model(Device device)
    {
        var model = new LanguageModel(device, new ModelConfiguration { Architecture = "llama", VocabularySize = 29, HiddenSize = 24, IntermediateSize = 40, LayerCount = 1, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 6, TieWordEmbeddings = true });
        model.Initialise(5);
        model.Pack(training: false);
        return model;
    }
}
