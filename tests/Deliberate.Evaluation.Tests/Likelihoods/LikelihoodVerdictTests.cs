using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>What log-probabilities come to, worked out by hand from lm-evaluation-harness's definitions.</summary>
public sealed class LikelihoodVerdictTests
{
    private static ContinuationScore[] Scores(params double[] logs) => [.. logs.Select(l => new ContinuationScore(l, 1, false))];

    private static double Of(Verdict verdict, string name) => verdict.Scores.Single(s => s.Name == name).Value;

    [Fact]
    public void A_choice_is_right_by_itself_per_character_and_per_byte()
    {
        // log p -3, -4, -6; characters 2, 4, 6: per character -1.5, -1, -1: of equals the first; bytes 2, 12, 6: -1.5, -1/3, -1.
        string[] choices = ["no", "日本語だ", "really"];
        var verdict = LikelihoodVerdict.OfChoices(choices, 1, Scores(-3, -4, -6), alone: null);
        (verdict.Outcome, Of(verdict, "acc"), Of(verdict, "acc_norm"), Of(verdict, "acc_bytes"), Of(verdict, "exact_match")).ShouldBe((SampleOutcome.Fail, 0, 1, 1, 0));
        verdict.Reason.ShouldBe("A is the likeliest: log p A -3, B -4, C -6");
        var last = LikelihoodVerdict.OfChoices(choices, 2, Scores(-3, -4, -6), alone: null);
        (Of(last, "acc_norm"), Of(last, "acc_bytes")).ShouldBe((0, 0));
        var first = LikelihoodVerdict.OfChoices(choices, 0, Scores(-3, -4, -6), alone: null);
        (first.Outcome, Of(first, "acc"), Of(first, "logp.C")).ShouldBe((SampleOutcome.Pass, 1, -6));
        // p = 1 / (1 + e^-1 + e^-3) and so on.
        var sum = 1 + Math.Exp(-1) + Math.Exp(-3);
        Of(first, "brier_score").ShouldBe(Math.Pow((1 / sum) - 1, 2) + Math.Pow(Math.Exp(-1) / sum, 2) + Math.Pow(Math.Exp(-3) / sum, 2), 1e-12);
    }

    [Fact]
    public void What_a_prompt_adds_to_a_choice_is_its_information()
    {
        // -3 - -1 = -2, -4 - -5 = 1.
        var verdict = LikelihoodVerdict.OfChoices(["a", "b"], 1, Scores(-3, -4), Scores(-1, -5));
        (Of(verdict, "acc"), Of(verdict, "acc_mutual_info")).ShouldBe((0, 1));
    }

    [Fact]
    public void Very_unlikely_choices_have_a_brier_score() => Of(LikelihoodVerdict.OfChoices(["a", "b"], 0, Scores(-2000, -3000), null), "brier_score").ShouldBe(0);

    [Theory]
    [InlineData("a b  c", 3)]
    [InlineData(" a\n", 3)]
    [InlineData("a", 1)]
    public void Words_are_counted_as_pythons_split_does(string text, int words) => LikelihoodVerdict.WordsOf(text).ShouldBe(words);

    private static SampleResult Result(Verdict verdict, string item) => new() { Item = item, Epoch = 0, Cluster = item, Outcome = verdict.Outcome, Value = verdict.Value, Scores = verdict.Scores.ToDictionary(s => s.Name, s => s.Value) };

    private static Estimate Measure(string name, LikelihoodOf of, params Verdict[] verdicts) => LikelihoodMetrics.Named(name, of, "t.yaml").Measure([.. verdicts.Select((v, i) => Result(v, $"{i}"))]).Single().Estimate;

    [Fact]
    public void Perplexities_are_of_all_texts_together()
    {
        // 6 and 2 nats; 3 and 1 words; 6 and 2 bytes.
        Verdict[] texts = [LikelihoodVerdict.OfText("aa b c", new ContinuationScore(-6, 3, false)), LikelihoodVerdict.OfText("dd", new ContinuationScore(-2, 1, false))];
        Measure("word_perplexity", LikelihoodOf.Text, texts).Value.ShouldBe(Math.Exp(8.0 / 4), 1e-12);
        Measure("byte_perplexity", LikelihoodOf.Text, texts).Value.ShouldBe(Math.Exp(8.0 / 8), 1e-12);
        Measure("bits_per_byte", LikelihoodOf.Text, texts).Value.ShouldBe(1 / Math.Log(2), 1e-12);
        // Not every group has the same rate: 6 / 3 and 3 / 1 nats a word, R = 9 / 4; SE² = ((6 - 27/4)² + (3 - 9/4)²) · 2 / 16.
        texts[1] = LikelihoodVerdict.OfText("dd", new ContinuationScore(-3, 1, false));
        var words = Measure("word_perplexity", LikelihoodOf.Text, texts);
        words.Method.ShouldBe(EstimateMethod.LogStudentT);
        var error = Math.Sqrt(((0.75 * 0.75) + (0.75 * 0.75)) * 2 / 16);
        Math.Log(words.High).ShouldBe(2.25 + (12.706204736432095 * error), 1e-9);
        (words.N, words.Clusters).ShouldBe((4, 2));
        Measure("perplexity", LikelihoodOf.Answer, LikelihoodVerdict.OfAnswer(new ContinuationScore(-1, 2, true)), LikelihoodVerdict.OfAnswer(new ContinuationScore(-3, 2, false))).Value.ShouldBe(Math.Exp(2), 1e-12);
    }

    [Fact]
    public void A_metric_of_something_else_is_no_metric() =>
        Should.Throw<UserError>(() => LikelihoodMetrics.Named("word_perplexity", LikelihoodOf.Choices, "t.yaml")).Message.ShouldContain("acc_mutual_info");
}
