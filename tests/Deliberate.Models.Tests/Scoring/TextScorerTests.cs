using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class TextScorerTests : IDisposable
{
    private readonly Device _device = Device.Cpu(1);
    private readonly LanguageModel _model;

    public TextScorerTests()
    {
        using var opened = PretrainedModel.Open(FixtureModels.Folder("llama"));
        _model = opened.LoadWeights(_device);
    }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Log_probabilities_are_those_of_transformers()
    {
        var golden = SharedFolder.Json("fixtures", "models", "llama", "golden.json");
        using var tensors = WeightSource.Open(SharedFolder.Path("fixtures", "models", "llama", "golden.safetensors"));
        string[] names = ["n7", "n33", "n96"];
        var texts = names.Select(n => golden.GetProperty("sequences").GetProperty(n).GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()).ToArray()).ToArray();
        using var scorer = new TextScorer(_model, [], 128, 64);
        var scores = scorer.Score(texts);
        var compared = 0;
        for (var i = 0; i < names.Length; i++)
        {
            var expected = new double[texts[i].Length - 1];
            tensors.ReadDouble("next_logprob64." + names[i], expected);
            float.IsNaN(scores[i][0]).ShouldBeTrue();
            for (var t = 0; t < expected.Length; t++, compared++) ((double)scores[i][t + 1]).ShouldBe(expected[t], 1e-4);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} log-probabilities");
    }

    [Theory]
    [InlineData(0, 20, 7)]
    [InlineData(0, 20, 19)]
    [InlineData(1, 20, 19)]
    [InlineData(2, 3, 1)]
    public void Every_token_is_scored_once_after_what_its_window_holds(int before, int context, int stride)
    {
        int[] begin = [.. Enumerable.Range(5, before)];
        int[] text = [.. Enumerable.Range(0, 50).Select(i => i * 11 % 320)];
        using var scorer = new TextScorer(_model, begin, context, stride);
        var scores = scorer.Score([text, text[..3], [], [9]]);
        scores.Select(s => s.Count(float.IsNaN)).ShouldBe(before == 0 ? [1, 1, 0, 1] : [0, 0, 0, 0]);
        using var graph = new TrainingGraph(_model, 64, 1, 64, training: false);
        var scored = before == 0 ? 1 : 0;
        for (var start = 0; scored < text.Length; start += stride)
        {
            var end = Math.Min(text.Length, start + context - before);
            graph.Batch.Clear();
            graph.Batch.AddSequence([.. begin, .. text[start..end]], 1, before + end - start);
            graph.Forward();
            var statistics = new float[4 * graph.Batch.Tokens];
            graph.Head.Statistics.Value.Read(0, statistics);
            for (; scored < end; scored++) scores[0][scored].ShouldBe(statistics[4 * (before + scored - start - 1)]);
        }
    }

    [Fact]
    public void A_stride_that_would_leave_tokens_out_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new TextScorer(_model, [], 20, 20));
        new TextScorer(_model, [5], 20, 19).Dispose();
    }

    [Fact]
    public void Perplexity_and_its_error_are_those_of_the_mean()
    {
        float[][] scores = [[float.NaN, -1, -2], [float.NaN, -3, -4, -5]];
        var perplexity = Perplexity.Of(scores, bytes: 10, stretch: 2);
        perplexity.Tokens.ShouldBe(5);
        perplexity.Estimate.Value.ShouldBe(Math.Exp(3), 1e-9);
        perplexity.Loss.ShouldBe(3, 1e-12);
        perplexity.BitsPerByte.ShouldBe(15 / 10.0 / Math.Log(2), 1e-12);
        // Two texts, whose deviations from the mean sum to -3 and 3.
        perplexity.Estimate.High.ShouldBe(Math.Exp(3 + (12.706204736 * Math.Sqrt(18) / 5)), 1);
        (perplexity.Estimate.N, perplexity.Estimate.Clusters, perplexity.Estimate.Low).ShouldBe((5, 2, 1));
        Perplexity.Of([scores[1]], 10, stretch: 2).Estimate.Clusters.ShouldBe(2);
        Perplexity.Of([scores[1]], 10, stretch: 9).Estimate.Clusters.ShouldBe(3, "one stretch: each token for itself");
        Perplexity.Of([[float.NaN, -1]], 1, 9).Estimate.HasInterval.ShouldBeFalse();
    }
}
