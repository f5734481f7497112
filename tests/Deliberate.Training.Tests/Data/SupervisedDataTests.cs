using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

public sealed class SupervisedDataTests : IDisposable
{
    private static readonly TextFormat Format = ProblemEncoder.FormatOf(BpeTrainer.Train(["2+3="], 300, [ProblemEncoder.EndToken]));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_pass_holds_every_example_once_in_another_order()
    {
        var data = Load(new SupervisedRecipe { Data = [Numbers("a", 20)], Validation = 0 });
        var (first, second) = (Draw(data, 0, 20), Draw(data, 20, 20));
        first.Distinct().Count().ShouldBe(20);
        second.Order().ShouldBe(first.Order());
        second.ShouldNotBe(first);
        // From any place, again and again.
        Draw(data, 7, 5).ShouldBe(first[7..12]);
    }

    [Fact]
    public void Weights_say_how_often_an_example_is_seen()
    {
        var data = Load(new SupervisedRecipe { Data = [Numbers("a", 10), Numbers("b", 10)], Weights = [2, 0.5], Validation = 0 });
        var drawn = Draw(data, 0, 4 * 25);
        drawn.Where(d => d.StartsWith('a')).GroupBy(d => d).ShouldAllBe(g => g.Count() == 8);
        // A fraction takes turns: half of the file a pass, all of it every second one.
        drawn.Where(d => d.StartsWith('b')).GroupBy(d => d).ShouldAllBe(g => g.Count() == 2);
        drawn.Take(25).Count(d => d.StartsWith('b')).ShouldBe(5);
        data.TokensPerPass.ShouldBe(drawn.Take(25).Sum(d => d.Length + 1), 3);
    }

    [Fact]
    public void A_weight_of_nothing_leaves_a_file_out() =>
        Draw(Load(new SupervisedRecipe { Data = [Numbers("a", 4), Numbers("b", 4)], Weights = [0, 1], Validation = 0 }), 0, 8).ShouldAllBe(d => d.StartsWith('b'));

    [Fact]
    public void Held_out_examples_are_chosen_by_what_they_say()
    {
        var path = Numbers("a", 400);
        var data = Load(new SupervisedRecipe { Data = [path], Validation = 0.1 });
        data.Validation.Count.ShouldBeInRange(20, 60);
        var seen = Draw(data, 0, 400 - data.Validation.Count).ToHashSet();
        data.Validation.ShouldAllBe(e => !seen.Contains(Text(e)));
        // The same ones, wherever they stand and whatever else is there.
        var more = Load(new SupervisedRecipe { Data = [Numbers("b", 50), path], Validation = 0.1 });
        more.Validation.Select(Text).Where(t => t.StartsWith('a')).ShouldBe(data.Validation.Select(Text));
    }

    [Fact]
    public void Long_and_repeated_examples_are_left_out_and_counted_or_refused()
    {
        var path = Write("mixed", "aaaa", "bb", "bb", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        var recipe = new SupervisedRecipe { Data = [path], Validation = 0 };
        var data = Load(recipe);
        data.Notices.Single().ShouldContain("4 examples, 2 to train on");
        data.Notices.Single().ShouldContain("1 left out (longer than the context of 32 tokens)");
        data.Notices.Single().ShouldContain("1 left out (repeat others)");
        var longOne = Should.Throw<UserError>(() => Load(recipe with { TooLong = LongExamples.Refuse }));
        (longOne.Line, longOne.Message.Contains("41 tokens", StringComparison.Ordinal)).ShouldBe((4, true), longOne.Message);
        var repeated = Should.Throw<UserError>(() => Load(recipe with { Duplicates = RepeatedExamples.Refuse }));
        (repeated.Line, repeated.Message.Contains("line 2", StringComparison.Ordinal)).ShouldBe((3, true), repeated.Message);
        Draw(Load(recipe with { Duplicates = RepeatedExamples.Keep }), 0, 3).Count(d => d == "bb").ShouldBe(2);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 10)]
    [InlineData(0.5, 10)]
    [InlineData(2, 64)]
    [InlineData(2.25, 200)]
    public void Passes_are_the_steps_that_come_nearest_however_far_a_batch_goes_beyond_its_tokens(double passes, int batchTokens)
    {
        var data = Load(new SupervisedRecipe { Data = [Write("lengths", [.. Enumerable.Range(0, 40).Select(i => $"{i:D2}{new string('x', i % 17)}")])], Validation = 0 });
        var steps = data.StepsOf(passes, batchTokens);
        long seen = 0;
        // As the supervised stage draws.
        for (var step = 0; step < steps; step++)
            for (var tokens = 0; tokens < batchTokens; seen++) tokens += data.Draw(seen).Tokens.Length;
        long Tokens(long examples)
        {
            long sum = 0;
            for (var i = 0L; i < examples; i++) sum += data.Draw(i).Tokens.Length;
            return sum;
        }

        const int Longest = 20;
        Math.Abs(Tokens(seen) - Tokens((long)(passes * 40))).ShouldBeLessThanOrEqualTo((batchTokens / 2) + Longest);
        data.StepsOf(1, 1 << 20).ShouldBe(1, "a step is the least");
    }

    [Fact]
    public void A_pair_that_is_read_together_has_to_fit_in_a_pass()
    {
        var path = _folder.File("pairs.jsonl");
        File.WriteAllLines(path, ["""{"prompt": "2+3=", "chosen": "5", "rejected": "6"}""", """{"prompt": "2+3=", "chosen": "5555555555", "rejected": "6666666666"}"""]);
        var recipe = new SupervisedRecipe { Data = [path], Validation = 0 };
        SupervisedData Pairs(int? together) => SupervisedData.Load(recipe, new PreferenceReader(Format), context: 32, seed: 1, together);
        var error = Should.Throw<UserError>(() => Pairs(20));
        (error.File, error.Line, error.Advice).ShouldBe((path, 2, "Raise micro_batch_tokens."));
        Pairs(64).TokensPerPass.ShouldBe(Pairs(null).TokensPerPass);
    }

    [Fact]
    public void A_file_of_which_nothing_is_left_is_refused_with_the_counts()
    {
        Should.Throw<UserError>(() => Load(new SupervisedRecipe { Data = [Write("empty")] })).Message.ShouldContain("no example");
        var error = Should.Throw<UserError>(() => Load(new SupervisedRecipe { Data = [Write("long", new string('x', 50), new string('y', 50))] }));
        error.Message.ShouldContain("2 are longer than the context of 32");
        error.Message.ShouldContain("Raise model.context");
    }

    [Fact]
    public void Examples_of_the_corpus_stand_evenly_among_the_users()
    {
        const double Share = 0.3;
        for (var cursor = 0; cursor < 1000; cursor++) SupervisedStage.OwnExamples(Share, cursor).ShouldBe((long)Math.Floor(cursor * 0.7));
        SupervisedStage.OwnExamples(1, 12345).ShouldBe(0);
        SupervisedStage.OwnExamples(0, 12345).ShouldBe(12345);
    }

    private static string Text(SupervisedExample example) => Format.Tokenizer.Decode(example.Tokens);

    private static List<string> Draw(SupervisedData data, long from, int count) => [.. Enumerable.Range(0, count).Select(i => Text(data.Draw(from + i)))];

    private static SupervisedData Load(SupervisedRecipe recipe) => SupervisedData.Load(recipe, Format, context: 32, seed: 1);

    private string Numbers(string name, int count) => Write(name, [.. Enumerable.Range(0, count).Select(i => $"{name}{i:D4}")]);

    private string Write(string name, params string[] completions)
    {
        var path = _folder.File(name + ".jsonl");
        File.WriteAllLines(path, completions.Select(c => $"{{\"prompt\": \"\", \"completion\": \"{c}\"}}"));
        return path;
    }
}
