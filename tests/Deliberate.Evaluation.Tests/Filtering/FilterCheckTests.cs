using Deliberate.Core;
using Deliberate.Evaluation;
using Shouldly;
using Xunit;

namespace Deliberate.Evaluation.Tests;

/// <summary>What single checks of the filter find, and what they leave alone.</summary>
public sealed class FilterCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Estimated_similarity_is_that_of_the_sets_of_runs(ulong seed)
    {
        var stream = new RandomStream(seed, StreamStage.Test);
        var words = Enumerable.Range(0, 150).Select(_ => "w" + stream.Next(400)).ToList();
        var other = words.ToList();
        for (var i = stream.Next(12); i >= 0; i--) other[stream.Next(other.Count)] = "x" + stream.Next(400);

        var estimate = NearDuplicates.Similarity(NearDuplicates.Signature(words)!, NearDuplicates.Signature(other)!);

        // The deviation of a share of 112 is at most 0.047.
        Math.Abs(estimate - Jaccard(words, other)).ShouldBeLessThan(0.2);
    }

    [Fact]
    public void Near_duplicates_are_found_and_problems_that_differ_in_a_number_are_not()
    {
        var near = new NearDuplicates(0.8);
        near.Add(7, NearDuplicates.Signature(Numbered(60, "last"))!);

        near.Find(NearDuplicates.Signature(Numbered(60, "final"))!)!.Value.Line.ShouldBe(7);
        near.Find(NearDuplicates.Signature(FilteredText.Words("Tom has 8 books and buys 2 more. How many books does Tom have now? Say a number."))!).ShouldBeNull();
        near.Add(8, NearDuplicates.Signature(FilteredText.Words("Tom has 8 books and buys 2 more. How many books does Tom have now? Say a number."))!);
        near.Find(NearDuplicates.Signature(FilteredText.Words("Tom has 9 books and buys 3 more. How many books does Tom have now? Say a number."))!).ShouldBeNull();
        NearDuplicates.Signature(FilteredText.Words("too few words")).ShouldBeNull();
    }

    [Theory]
    [InlineData("Mail anna.berg@mailer.org today", "email")]
    [InlineData("card 4111 1111 1111 1111, thanks", "payment card")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00.", "iban")]
    [InlineData("SSN 219-09-9999", "us social security number")]
    [InlineData("call +44 20 7946 0958", "telephone")]
    [InlineData("from 81.2.69.142 at noon", "ip address")]
    public void Personal_data_is_told_by_its_kind(string text, string kind) => PersonalData.In(text).Select(f => f.Kind.Name).ShouldBe([kind]);

    [Theory]
    [InlineData("Write to someone@example.com")]
    [InlineData("card 4111 1111 1111 1112")]
    [InlineData("IBAN DE88 3704 0044 0532 0130 00.")]
    [InlineData("123 + 456 = 579, and 3.14159265358979")]
    [InlineData("from 192.168.0.1, version 1.2.3.4")]
    [InlineData("$1,234,567 on 2026-11-29, ISBN 9780306406157")]
    [InlineData("In 1999, 1000000 people; 0.123456789012345678")]
    public void What_only_looks_like_personal_data_is_not(string text) => PersonalData.In(text).ShouldBeEmpty();

    [Fact]
    public void Patterns_are_as_good_as_the_page_says_on_the_texts_made_for_them()
    {
        var figures = PersonalDataFigures.Measure();

        figures.Count.ShouldBe(PersonalData.Kinds.Count);
        foreach (var figure in figures)
        {
            figure.Precision.Value.ShouldBeGreaterThan(0.93, figure.Kind);
            figure.Recall.Value.ShouldBeInRange(0.6, 0.999, figure.Kind);
        }
    }

    [Fact]
    public void A_long_line_of_digits_and_signs_takes_no_longer_than_its_length_says()
    {
        var text = string.Concat(Enumerable.Repeat("+1 23.45-67 8@9 ", 20_000));
        PersonalData.In(text).Count().ShouldBeLessThanOrEqualTo(PersonalData.Kinds.Count);
    }

    [Theory]
    [InlineData("What is the capital of the country that has the largest number of lakes in it?", "en")]
    [InlineData("Wie viele Äpfel hat der Junge, wenn er die Hälfte von ihnen mit der Schwester teilt und das nicht sagt?", "de")]
    [InlineData("Combien de pommes est-ce que le garçon a dans la poche et pour qui sont les poires ?", "fr")]
    [InlineData("¿Cuántas manzanas tiene el niño en la bolsa y para quién son las peras que no se han comido?", "es")]
    [InlineData("Quante mele sono nella borsa del ragazzo e per chi è il pane che non è più sul tavolo?", "it")]
    [InlineData("Сколько яблок у мальчика, если он отдал сестре половину, и это не всё, что у него было?", "ru")]
    [InlineData("请问这个男孩一共有多少个苹果，他把一半给了他的妹妹？", "zh")]
    [InlineData("男の子はりんごをいくつ持っていますか。妹に半分あげました。", "ja")]
    [InlineData("소년은 사과를 몇 개 가지고 있습니까? 그는 절반을 여동생에게 주었습니다.", "ko")]
    [InlineData("كم عدد التفاح الذي يملكه الصبي بعد أن أعطى نصفه لأخته؟", "ar")]
    [InlineData("3 + 4 * (17 - 5) = 51", null)]
    [InlineData("Tom Anna Sam Mia Ben Lily Jack Emma Max Ruth", null)]
    [InlineData("yes", null)]
    public void Languages_are_told_where_they_can_be(string text, string? code) => LanguageGuess.Of(text).ShouldBe(code);

    private static List<string> Numbered(int count, string end) => [.. Enumerable.Range(0, count).Select(i => $"word{i}"), end];

    private static double Jaccard(List<string> a, List<string> b)
    {
        HashSet<string> first = [.. Runs(a)], second = [.. Runs(b)];
        return first.Intersect(second).Count() / (double)first.Union(second).Count();

        static IEnumerable<string> Runs(List<string> words) => Enumerable.Range(0, words.Count - 4).Select(i => string.Join(' ', words.GetRange(i, 5)));
    }
}
