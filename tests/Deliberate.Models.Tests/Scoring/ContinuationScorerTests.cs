using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class ContinuationScorerTests : IDisposable
{
    private readonly Device _device = Device.Cpu(2);
    private readonly LanguageModel _model;

    public ContinuationScorerTests()
    {
        using var opened = PretrainedModel.Open(FixtureModels.Folder("llama"));
        _model = opened.LoadWeights(_device);
    }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    private static int[] Ids(System.Text.Json.JsonElement ids) => [.. ids.EnumerateArray().Select(e => e.GetInt32())];

    [Theory]
    [InlineData("n33", 1)]
    [InlineData("n33", 10)]
    [InlineData("n96", 95)]
    [InlineData("n7", 6)]
    public void A_continuations_log_probability_is_the_sum_of_those_of_transformers(string name, int beginning)
    {
        var ids = Ids(SharedFolder.Json("fixtures", "models", "llama", "golden.json").GetProperty("sequences").GetProperty(name).GetProperty("ids"));
        using var tensors = WeightSource.Open(SharedFolder.Path("fixtures", "models", "llama", "golden.safetensors"));
        var golden = new double[ids.Length - 1];
        tensors.ReadDouble("next_logprob64." + name, golden);
        using var scorer = new ContinuationScorer(_model, 256, adapter: null);
        var score = scorer.Score([new ContinuationRequest(ids[..beginning], [ids[beginning..]])], CancellationToken.None)[0][0];
        score.LogProbability.ShouldBe(golden[(beginning - 1)..].Sum(), 1e-4 * (ids.Length - beginning));
        score.Tokens.ShouldBe(ids.Length - beginning);
    }

    [Fact]
    public void What_the_model_would_say_is_greedy_and_nothing_else()
    {
        using var scorer = new ContinuationScorer(_model, 256, adapter: null);
        foreach (var golden in SharedFolder.Json("fixtures", "models", "llama", "golden.json").GetProperty("greedy").EnumerateArray())
        {
            var (prompt, said) = (Ids(golden.GetProperty("prompt")), Ids(golden.GetProperty("ids")));
            int[] other = [.. said[..^1], (said[^1] + 1) % 320];
            scorer.Score([new ContinuationRequest(prompt, [said, other, said[..1]])], CancellationToken.None)[0].Select(s => s.IsGreedy).ShouldBe([true, false, true]);
        }
    }

    [Fact]
    public void A_score_does_not_depend_on_what_it_shares_a_beginning_or_a_pass_with()
    {
        var random = new Random(5);
        int[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(5, 320))];
        ContinuationRequest[] requests = [.. Enumerable.Range(0, 60).Select(i => new ContinuationRequest(Some(1 + (i * 7 % 120)), [.. Enumerable.Range(0, 1 + (i % 5)).Select(c => Some(1 + ((i + c) % 9)))]))];
        using var scorer = new ContinuationScorer(_model, 256, adapter: null);
        var together = scorer.Score(requests, CancellationToken.None);
        scorer.TokensRead.ShouldBeGreaterThan(2048, "more than one pass");
        for (var r = 0; r < requests.Length; r++)
        {
            together[r].Length.ShouldBe(requests[r].Continuations.Count);
            for (var c = 0; c < together[r].Length; c++)
                scorer.Score([requests[r] with { Continuations = [requests[r].Continuations[c]] }], CancellationToken.None)[0][0].ShouldBe(together[r][c]);
        }
    }

    [Fact]
    public void The_longest_text_fits_and_a_longer_one_is_refused()
    {
        using var scorer = new ContinuationScorer(_model, 64, adapter: null);
        int[] ids = [.. Enumerable.Range(0, 66).Select(i => i * 11 % 320)];
        scorer.Score([new ContinuationRequest(ids[..60], [ids[60..65], ids[60..64]])], CancellationToken.None)[0][0].LogProbability.ShouldBe(scorer.Score([new ContinuationRequest(ids[..60], [ids[60..65]])], CancellationToken.None)[0][0].LogProbability);
        Should.Throw<ArgumentException>(() => scorer.Score([new ContinuationRequest(ids[..60], [ids[60..]])], CancellationToken.None));
    }
}
