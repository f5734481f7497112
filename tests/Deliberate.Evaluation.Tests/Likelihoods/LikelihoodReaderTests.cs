using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

/// <summary>Texts into tokens and windows as lm-evaluation-harness cuts them, against the library's own scores of whole texts.</summary>
public sealed class LikelihoodReaderTests : IAsyncDisposable
{
    private readonly TextModel _model = TextModel.Open(SharedFolder.Path("fixtures", "models", "llama"));
    private readonly LikelihoodReader _reader;

    public LikelihoodReaderTests() => _reader = new LikelihoodReader(_model.Weights, _model.Format, _model.Context, adapter: null);

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        _model.Dispose();
    }

    /// <summary>Of the tokens behind the first ones of a text.</summary>
    private double Whole(string text, int from) => _model.Score(_model.Tokenizer.Encode(text)).Skip(from).Sum(s => s.LogProbability!.Value);

    [Fact]
    public async Task Choices_are_scored_behind_the_prompt_and_spaces_belong_to_what_follows()
    {
        var before = _model.Tokenizer.Encode("The capital is").Length;
        var (scores, _) = await _reader.ContinuationsAsync("The capital is", [" Rome.", " Bern or so."], CancellationToken.None);
        scores[0].LogProbability.ShouldBe(Whole("The capital is Rome.", before), 1e-4);
        scores[1].LogProbability.ShouldBe(Whole("The capital is Bern or so.", before), 1e-4);
        (await _reader.ContinuationsAsync("The capital is ", ["Rome."], CancellationToken.None)).Scores[0].ShouldBe(scores[0]);
        // With nothing before it, behind the token that begins texts.
        var (alone, _) = await _reader.ContinuationsAsync("", [" Rome."], CancellationToken.None);
        alone[0].LogProbability.ShouldNotBe(scores[0].LogProbability);
        alone[0].Tokens.ShouldBe(_model.Tokenizer.Encode(" Rome.").Length);
        var text = await _reader.TextAsync(" Rome.", CancellationToken.None);
        text.Score.ShouldBe(alone[0]);
    }

    [Fact]
    public async Task A_text_longer_than_the_context_is_read_in_windows_of_which_the_last_is_full()
    {
        var text = string.Concat(Enumerable.Range(0, 120).Select(i => $"Sentence {i} of it. "));
        var ids = _model.Tokenizer.Encode(text, parseSpecial: false);
        var (context, first) = (_model.Context, _model.Tokenizer.TokenToId("<|bos|>"));
        ids.Length.ShouldBeGreaterThan(3 * context);
        using var scorer = new ContinuationScorer(_model.Weights, context, adapter: null);
        double Part(int[] beginning, int[] rest) => scorer.Score([new ContinuationRequest(beginning, [rest])], CancellationToken.None)[0][0].LogProbability;
        var expected = Part([first], ids[..context]);
        for (var done = context; done < ids.Length; done += context)
        {
            var end = Math.Min(ids.Length, done + context);
            expected += Part(ids[(end - context - 1)..done], ids[done..end]);
        }

        var (score, tokens) = await _reader.TextAsync(text, CancellationToken.None);
        score.LogProbability.ShouldBe(expected, 1e-9);
        score.Tokens.ShouldBe(ids.Length);
        tokens.ShouldBeGreaterThan(ids.Length);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_cut_at_its_beginning()
    {
        var prompt = string.Concat(Enumerable.Range(0, 120).Select(i => $"Sentence {i}. "));
        var (scores, _) = await _reader.ContinuationsAsync(prompt, ["Yes.", "No, never."], CancellationToken.None);
        var ids = _model.Tokenizer.Encode(prompt + "Yes.");
        var count = ids.Length - _model.Tokenizer.Encode(prompt.TrimEnd()).Length;
        using var scorer = new ContinuationScorer(_model.Weights, _model.Context, adapter: null);
        int[] kept = ids[(ids.Length - _model.Context - 1)..];
        scorer.Score([new ContinuationRequest(kept[..^count], [kept[^count..]])], CancellationToken.None)[0][0].ShouldBe(scores[0]);
        (await Should.ThrowAsync<UserError>(() => _reader.ContinuationsAsync("a", [prompt], CancellationToken.None))).Message.ShouldContain("the model's context holds 256");
        (await Should.ThrowAsync<UserError>(() => _reader.ContinuationsAsync("a", [""], CancellationToken.None))).Message.ShouldContain("no tokens");
    }

    [Fact]
    public async Task Many_ask_at_once_and_get_what_each_would_alone()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => Task.Run(() => _reader.ContinuationsAsync($"Number {i} is", [" odd", " even"], CancellationToken.None))));
        for (var i = 0; i < asked.Length; i += 37) (await _reader.ContinuationsAsync($"Number {i} is", [" odd", " even"], CancellationToken.None)).Scores.ShouldBe(asked[i].Scores);
    }
}
