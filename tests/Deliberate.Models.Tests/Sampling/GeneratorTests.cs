using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

public sealed class GeneratorTests : IDisposable
{
    private readonly Device _device = Device.Cpu(1);
    private readonly LanguageModel _model;

    public GeneratorTests()
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
    public void Its_tokens_are_the_samplers()
    {
        using var generator = new Generator(_model, 900);
        using var sampler = new Sampler(_model, 4, 900);
        foreach (var options in new[] { new SamplingOptions(), new SamplingOptions { Temperature = 0 }, new SamplingOptions { Temperature = 0.7, TopK = 30, TopP = 0.9, RepetitionPenalty = 1.1 } })
        {
            // The long one takes two forward passes here and one there.
            foreach (var length in new[] { 1, 40, 800 })
            {
                int[] prompt = [.. Enumerable.Range(0, length).Select(i => i * 13 % 320)];
                var stream = new RandomStream(3, StreamStage.Test, problem: length);
                var expected = sampler.Sample([new SampleRequest(prompt, 60, [stream])], options, [2])[0][0];
                var actual = generator.Generate(prompt, 60, options, stream, [2]);
                actual.Tokens.ShouldBe(expected.Tokens);
                actual.FinishReason.ShouldBe(expected.FinishReason);
            }
        }
    }

    [Fact]
    public void What_is_kept_gives_the_tokens_of_what_is_read_again()
    {
        using var kept = new Generator(_model, 600);
        int[] prompt = [.. Enumerable.Range(0, 70).Select(i => i * 7 % 320)];
        var options = new SamplingOptions { Temperature = 0.8 };
        for (var turn = 0; turn < 4; turn++)
        {
            var stream = new RandomStream(5, StreamStage.Test, step: turn);
            using var fresh = new Generator(_model, 600);
            var expected = fresh.Generate(prompt, 40, options, stream, []);
            var actual = kept.Generate(prompt, 40, options, stream, []);
            actual.Tokens.ShouldBe(expected.Tokens);
            // All but the last token drawn was read; after that only what the user adds is new.
            actual.ReusedTokens.ShouldBe(turn == 0 ? 0 : prompt.Length - 4);
            expected.ReusedTokens.ShouldBe(0);
            prompt = [.. prompt, .. actual.Tokens, 9, 8, 7];
        }
    }

    [Fact]
    public void Another_continuation_of_the_same_prompt_goes_back_to_its_end()
    {
        using var generator = new Generator(_model, 300);
        int[] prompt = [.. Enumerable.Range(0, 100).Select(i => i * 7 % 320)];
        generator.Generate(prompt, 30, new SamplingOptions(), new RandomStream(1, StreamStage.Test), []);
        int[] other = [.. prompt, 1, 2, 3];
        using var fresh = new Generator(_model, 300);
        var stream = new RandomStream(2, StreamStage.Test);
        var again = generator.Generate(other, 30, new SamplingOptions(), stream, []);
        again.ReusedTokens.ShouldBe(100);
        again.Tokens.ShouldBe(fresh.Generate(other, 30, new SamplingOptions(), stream, []).Tokens);
        // A text of its own begins anew.
        generator.Generate([5, .. other], 30, new SamplingOptions(), stream, []).ReusedTokens.ShouldBe(0);
    }

    [Fact]
    public void Cancelled_it_gives_what_it_has_and_goes_on_from_there()
    {
        using var generator = new Generator(_model, 2000);
        using var source = new CancellationTokenSource();
        int[] prompt = [.. Enumerable.Range(0, 1200).Select(i => i * 7 % 320)];
        var stream = new RandomStream(1, StreamStage.Test);
        var whole = generator.Generate(prompt, 30, new SamplingOptions(), stream, []);
        generator.Clear();
        var drawn = 0;
        var cut = generator.Generate(prompt, 30, new SamplingOptions(), stream, [], _ =>
        {
            if (++drawn == 5) source.Cancel();
            return false;
        }, cancellation: source.Token);
        cut.FinishReason.ShouldBeNull();
        cut.Tokens.ShouldBe(whole.Tokens[..5]);
        generator.Generate([.. prompt, 1, 2], 30, new SamplingOptions(), stream, [], cancellation: source.Token).ShouldSatisfyAllConditions(g => g.Tokens.ShouldBeEmpty(), g => g.ReusedTokens.ShouldBe(0, "nothing was read"));
        // The fifth was read when it was cancelled; the last token of a prompt is read again for its logits.
        generator.Generate([.. prompt, .. cut.Tokens], 25, new SamplingOptions(), stream, []).ReusedTokens.ShouldBe(1204);
    }
}
