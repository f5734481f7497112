using Deliberate.Models;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

public sealed class GraderTests
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
            var grade = Grader.Grade(family, problem, text, truncated: false);
            var truncated = Grader.Grade(family, problem, text, truncated: true);
            return grade.Correct is 0 or 1 && grade.Reason.Length > 0 && grade.StepVerdicts.Count == grade.Steps.Count
                && (grade.Correct == 0 || grade.FormatOk) && (!grade.AllStepsRight || grade.Correct == 1)
                && truncated.Correct == 0 && truncated.StepVerdicts.SequenceEqual(grade.StepVerdicts);
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
                var own = Grader.Grade(family, drawn.Problem, drawn.Completion, truncated: false);
                var behind = drawn.Completion[ChainOfThought.OpeningTag.Length..].Replace(ChainOfThought.ClosingTag, close, StringComparison.Ordinal);
                Grader.Grade(family, drawn.Problem, behind, truncated: false, open + "\n").ShouldBeEquivalentTo(own);
                var cut = behind[..behind.IndexOf(close, StringComparison.Ordinal)];
                Grader.Grade(family, drawn.Problem, cut, truncated: true, open).Outcome.ShouldBe(SampleOutcome.CutWhileThinking);
                Grader.Grade(family, drawn.Problem, cut, truncated: false, open).Outcome.ShouldBe(SampleOutcome.Unscored);
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
            var grade = Grader.Grade(family, problem, text, truncated: false);
            grade.Correct.ShouldBe(0);
            grade.Reason.ShouldNotBe("right");
        }
    }
}
