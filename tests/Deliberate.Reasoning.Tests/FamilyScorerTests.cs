using Deliberate.Models;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

public sealed class FamilyScorerTests
{
    public static TheoryData<string> Families { get; } = [.. FamilyRegistry.All.Select(f => new TheoryDataRow<string>(f.Name))];

    [Theory]
    [MemberData(nameof(Families))]
    public void Grades_any_text_without_throwing(string name)
    {
        var family = FamilyRegistry.Get(name);
        var problems = family.Levels.SelectMany(l => Enumerable.Range(0, 5), (l, i) => family.Generate(Split.Train, l.Number, 9, i)).ToArray();
        var runs = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(600), Prop.ForAll(TextFuzz.Completions(family).ToArbitrary(), Gen.Elements(problems).ToArbitrary(), (text, problem) =>
        {
            runs++;
            var sample = new Sample { Problem = problem, Attempt = 0, Completion = text };
            var verdict = new FamilyScorer(family).Judge(sample);
            var truncated = new FamilyScorer(family).Judge(sample with { Truncated = true });
            return verdict.Reason.Length > 0 && verdict.Steps.Count == sample.Steps.Count && verdict.IsReadable == (ChainOfThought.Parse(text).Answer is not null)
                && (!verdict.AllStepsRight || verdict.IsRight) && !truncated.IsRight && truncated.Steps.SequenceEqual(verdict.Steps);
        }));
        Console.WriteLine($"{name}: {runs} texts");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_thought_that_the_prompt_opened_is_read_as_one_that_the_model_opens(string name)
    {
        var family = FamilyRegistry.Get(name);
        for (var i = 0; i < 20; i++)
        {
            var drawn = Corpus.Draw(family, LevelMix.All(family), family.DefaultMixture, 9, i);
            foreach (var (open, close) in ThinkingTags.All)
            {
                var scorer = new FamilyScorer(family);
                Verdict Judge(string completion, string opened, bool truncated = false) => scorer.Judge(new Sample { Problem = drawn.Problem, Attempt = 0, Completion = completion, ThoughtOpenedBy = opened, Truncated = truncated });
                var own = Judge(drawn.Completion, "");
                var behind = drawn.Completion[ChainOfThought.OpeningTag.Length..].Replace(ChainOfThought.ClosingTag, close, StringComparison.Ordinal);
                Judge(behind, open + "\n").ShouldBeEquivalentTo(own);
                var cut = behind[..behind.IndexOf(close, StringComparison.Ordinal)];
                Judge(cut, open, truncated: true).Outcome.ShouldBe(SampleOutcome.CutWhileThinking);
                Judge(cut, open).Outcome.ShouldBe(SampleOutcome.Unscored);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Endless_and_nested_text_is_wrong_with_a_reason(string name)
    {
        var family = FamilyRegistry.Get(name);
        var problem = family.Generate(Split.Train, family.Levels[0].Number, 9, 0);
        foreach (var text in new[] { "", "<think>", new string('(', 200_000), "<think>" + new string('(', 200_000) + "</think>1", $"<think>{string.Join('\n', Enumerable.Repeat("1+1 no", 50_000))}</think>" })
        {
            var verdict = new FamilyScorer(family).Judge(problem, text);
            verdict.IsRight.ShouldBeFalse();
            verdict.Reason.ShouldNotBe("right");
        }
    }
}
