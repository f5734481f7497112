using Deliberate.Core;
using Deliberate.Models;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class SamplingPropertyTests
{
    /// <summary>Logits with ties (a few distinct values) and without, for vocabularies small enough to be looked through and large enough to be partitioned.</summary>
    private static readonly Gen<double[]> Logits =
        from size in Gen.OneOf(Gen.Choose(1, 30), Gen.Choose(31, 400), Gen.Constant(2000))
        from levels in Gen.Elements(1, 4, 1 << 20)
        from spread in Gen.Elements(0.01, 1.0, 6.0)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Draw(size, levels, spread, seed);

    private static readonly Gen<SamplingOptions> Filters =
        from k in Gen.Elements(0, 1, 2, 7, 50, 1000)
        from p in Gen.Elements(1.0, 0.999, 0.9, 0.5, 0.01, 0.0)
        from minP in Gen.Elements(0.0, 0.05, 0.5, 1.0)
        from typical in Gen.Elements(1.0, 0.9, 0.2)
        from epsilon in Gen.Elements(0.0, 1e-4, 0.1, 1.0)
        from eta in Gen.Elements(0.0, 1e-4, 0.1, 1.0)
        from temperature in Gen.Elements(1.0, 0.3, 2.0)
        select new SamplingOptions { Temperature = temperature, TopK = k, TopP = p, MinP = minP, TypicalP = typical, EpsilonCutoff = epsilon, EtaCutoff = eta };

    /// <summary>Most of the options left at their neutral values, so that each is also seen alone.</summary>
    private static readonly Gen<SamplingOptions> FewFilters =
        from all in Filters
        from which in Gen.Choose(0, 7)
        let neutral = new SamplingOptions()
        select which switch
        {
            0 => neutral with { TopK = all.TopK },
            1 => neutral with { TopP = all.TopP },
            2 => neutral with { MinP = all.MinP },
            3 => neutral with { TypicalP = all.TypicalP },
            4 => neutral with { EpsilonCutoff = all.EpsilonCutoff },
            5 => neutral with { EtaCutoff = all.EtaCutoff },
            6 => all with { TypicalP = 1, EpsilonCutoff = 0, EtaCutoff = 0 },
            _ => all,
        };

    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void Probabilities_sum_to_one_and_keep_their_proportions() => Check.One(Thorough, Prop.ForAll(Pairs(), pair =>
    {
        var (logits, options) = pair;
        var filtered = Distribution.Of(logits, options);
        var whole = Distribution.Of(logits, new SamplingOptions { Temperature = options.Temperature });
        filtered.Sum().ShouldBe(1, 1e-9);
        var kept = Enumerable.Range(0, logits.Length).Where(i => filtered[i] > 0).ToArray();
        var share = kept.Sum(i => whole[i]);
        foreach (var i in kept) filtered[i].ShouldBe(whole[i] / share, 1e-9);
    }));

    [Fact]
    public void The_most_likely_token_stays_unless_typical_p_drops_it() => Check.One(Thorough, Prop.ForAll(Pairs(), pair =>
    {
        var (logits, options) = pair;
        Distribution.Of(logits, options with { TypicalP = 1 })[Array.IndexOf(logits, logits.Max())].ShouldBeGreaterThan(0);
    }));

    [Fact]
    public void Selecting_gives_what_sorting_gives() => Check.One(Thorough, Prop.ForAll(Pairs(), pair =>
    {
        var (logits, options) = pair;
        var expected = SortedFilters.Kept(logits, options);
        var actual = Distribution.Of(logits, options);
        Enumerable.Range(0, logits.Length).Where(i => actual[i] > 0).ShouldBe(expected);
    }));

    [Fact]
    public void The_ids_of_the_tokens_do_not_matter() => Check.One(Thorough, Prop.ForAll(Pairs(), pair =>
    {
        var (logits, options) = (Draw(pair.Logits.Length, 1 << 20, 3, pair.Logits.Length), pair.Options);
        var order = Enumerable.Range(0, logits.Length).ToArray();
        new RandomStream(1, StreamStage.Test, problem: logits.Length).Shuffle<int>(order);
        var straight = Distribution.Of(logits, options);
        var shuffled = Distribution.Of([.. order.Select(i => logits[i])], options);
        for (var i = 0; i < order.Length; i++) shuffled[i].ShouldBe(straight[order[i]], 1e-12);
    }));

    [Fact]
    public void Draws_come_as_often_as_they_are_likely()
    {
        var logits = Draw(300, 1 << 20, 3, 5);
        var options = new SamplingOptions { TopK = 40, TopP = 0.9, Temperature = 0.8 };
        var probabilities = Distribution.Of(logits, options);
        var chooser = new TokenChooser(logits.Length);
        const int Draws = 20_000;
        var counts = new int[logits.Length];
        for (var i = 0; i < Draws; i++)
        {
            logits.CopyTo(chooser.Scores);
            var token = chooser.Choose(options, default, (i + 0.5) / Draws, out var logProbability);
            counts[token]++;
            logProbability.ShouldBe(Math.Log(probabilities[token]), 1e-12);
        }

        for (var i = 0; i < logits.Length; i++) ((double)counts[i]).ShouldBe(Draws * probabilities[i], 1.01);
    }

    /// <summary>From 1 down to the smallest number there is, a denormal, by halves.</summary>
    private static readonly Gen<double> Temperatures = from halvings in Gen.Choose(0, 1074) select Math.Pow(2, -halvings);

    [Fact]
    public void Every_temperature_gives_probabilities_and_a_very_low_one_the_most_likely_token() => Check.One(Thorough, Prop.ForAll(
        (from pair in Pairs().Generator from temperature in Temperatures from scale in Gen.Elements(1e-30, 1.0, 1e30) select (pair.Logits, pair.Options, Temperature: temperature, Scale: scale)).ToArbitrary(), given =>
        {
            double[] logits = [.. given.Logits.Select(z => (float)(z * given.Scale))];
            var probabilities = Distribution.Of(logits, given.Options with { Temperature = given.Temperature, TypicalP = 1 });
            probabilities.ShouldAllBe(p => double.IsFinite(p) && p >= 0);
            probabilities.Sum().ShouldBe(1, 1e-9);
            var ordered = logits.OrderDescending().Distinct().Take(2).ToArray();
            if (ordered.Length == 1 || (ordered[0] - ordered[1]) / given.Temperature < 50) return;
            var chooser = new TokenChooser(logits.Length);
            logits.CopyTo(chooser.Scores);
            var token = chooser.Choose(given.Options with { Temperature = given.Temperature, TypicalP = 1 }, default, 0.999, out var logProbability);
            logits[token].ShouldBe(ordered[0]);
            double.IsFinite(logProbability).ShouldBeTrue();
        }));

    [Fact]
    public void Penalties_do_not_depend_on_the_order_of_the_text_nor_on_earlier_calls()
    {
        var options = new SamplingOptions { RepetitionPenalty = 1.3, PresencePenalty = 0.4, FrequencyPenalty = -0.2 };
        var chooser = new TokenChooser(20);
        var texts = from prompt in Gen.Choose(0, 19).ListOf() from output in Gen.Choose(0, 19).ListOf() select (Prompt: prompt.ToArray(), Output: output.ToArray());
        Check.One(Thorough, Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var logits = Draw(20, 1 << 20, 2, text.Output.Length);
            var fresh = Distribution.Of(logits, options, text.Prompt, text.Output);
            Distribution.Of(logits, options, [.. text.Prompt.Reverse()], [.. text.Output.Order()], chooser).ShouldBe(fresh);
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_run_of_n_tokens_comes_twice(int size)
    {
        var options = new SamplingOptions { Temperature = 0, NoRepeatNgramSize = size };
        var chooser = new TokenChooser(12);
        int[] prompt = [3, 1, 4, 1];
        if (size == 1) prompt = [3, 1, 4];
        var text = new List<int>(prompt);
        while (text.Count < 12)
        {
            Draw(12, 1 << 20, 2, 1).CopyTo(chooser.Scores);
            text.Add(chooser.Choose(options, new TokenHistory(prompt, [.. text.Skip(prompt.Length)]), 0, out _));
        }

        var runs = Enumerable.Range(0, text.Count - size + 1).Select(i => string.Join(' ', text.Skip(i).Take(size))).ToArray();
        runs.Distinct().Count().ShouldBe(runs.Length);
    }

    [Fact]
    public void Where_every_token_is_banned_the_rule_is_dropped()
    {
        int[] all = [0, 1, 2, 0];
        var probabilities = Distribution.Of([1, 2, 3], new SamplingOptions { NoRepeatNgramSize = 1 }, all);
        probabilities.ShouldBe(Distribution.Of([1, 2, 3], new SamplingOptions()));
        Distribution.Of([1, 2, 3], new SamplingOptions { NoRepeatNgramSize = 1 }, [0, 1, 0, 1])[2].ShouldBe(1);
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top_p")]
    [InlineData("min_p")]
    [InlineData("repetition_penalty")]
    public void An_option_out_of_its_range_is_refused_by_name(string field)
    {
        var options = field switch
        {
            "temperature" => new SamplingOptions { Temperature = double.NaN },
            "top_p" => new SamplingOptions { TopP = 1.5 },
            "min_p" => new SamplingOptions { MinP = -0.1 },
            _ => new SamplingOptions { RepetitionPenalty = 0 },
        };
        Should.Throw<UserError>(options.Check).Field.ShouldBe(field);
    }

    private static Arbitrary<(double[] Logits, SamplingOptions Options)> Pairs() => (from logits in Logits from options in FewFilters select (logits, options)).ToArbitrary();

    private static double[] Draw(int size, int levels, double spread, int seed)
    {
        var random = new RandomStream((ulong)seed, StreamStage.Test);
        var logits = new double[size];
        for (var i = 0; i < size; i++) logits[i] = levels == 1 << 20 ? spread * random.NextNormal() : spread * random.Next(levels);
        return logits;
    }
}
