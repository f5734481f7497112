using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class CountdownFamilyTests
{
    private static readonly ITaskFamily Family = FamilyRegistry.Get("countdown");
    private static readonly Problem Example = new("countdown", 3, Split.Train, 0, "3,7,2=20?", "3,7,2=20", "2,3,7=20", "(3+7)*2");

    [Theory]
    [InlineData("(3+7)*2", "right")]
    [InlineData("2*(7+3)", "right")]
    [InlineData("3+7*2", "makes 17, not 20")]
    [InlineData("(3+7)*2*2", "uses a number that is not there, or one twice")]
    [InlineData("20", "uses a number that is not there, or one twice")]
    [InlineData("3+7", "does not use 2")]
    [InlineData("3/7/2", "makes a fraction, not 20")]
    [InlineData("yes", "not an expression")]
    [InlineData("3+7)*2", "not an expression")]
    [InlineData("-3+7+2", "not an expression")]
    public void An_answer_uses_every_number_once_and_makes_the_target(string answer, string reason) => Family.Verify(Example, answer).Reason.ShouldBe(reason);

    [Fact]
    public void Fractions_on_the_way_are_exact()
    {
        var problem = Example with { State = "8,3,8,3=24" };
        Family.Verify(problem, "8/(3-8/3)").IsRight.ShouldBeTrue();
        Family.Verify(problem, "8/(3-3)+8").Reason.ShouldBe("divides by zero");
    }

    [Theory]
    [InlineData("3+7=10 10*2=20 yes", "right")]
    [InlineData("7-2=5 5*3=15 no", "right")]
    [InlineData("7-2=5 5*3=15 yes", "15 is not the target")]
    [InlineData("3+7=10 10*2=20 no", "20 is the target")]
    [InlineData("3+7=11 11*2=22 no", "3+7 is 10, not 11")]
    [InlineData("3+7=10 10*3=30 no", "there is no 3 left")]
    [InlineData("3+7=10 no", "numbers are left over")]
    [InlineData("7/2=3 3*3=9 no", "7/2 is not whole")]
    [InlineData("3+7=10 10*2=20", "no verdict at the end")]
    [InlineData("3+7 no", "'3+7' is not an operation")]
    [InlineData("no", "no verdict at the end")]
    public void A_try_is_legal_arithmetic_with_a_true_verdict(string step, string reason) => Family.CheckSteps(Example, [step])[0].Reason.ShouldBe(reason);

    [Fact]
    public void The_conclusion_is_the_expression_of_a_claimed_success()
    {
        Family.Conclusion(Example, ["7-2=5 5*3=15 no", "3+7=10 10*2=20 yes"]).ShouldBe("(3+7)*2");
        Family.Conclusion(Example, ["7-2=5 5*3=15 no"]).ShouldBeNull();
    }

    [Fact]
    public void Tries_of_three_numbers_are_all_there_once()
    {
        var tries = CountdownTry.All([3, 7, 2], division: true).Select(t => t.Write([3, 7, 2])!).ToArray();
        tries.Select(t => t.Operations).Distinct().Count().ShouldBe(tries.Length);
        tries.ShouldContain(t => t.Operations == "3+7=10 10*2=20" && t.Expression.Render() == "(3+7)*2");
        foreach (var t in tries) CountdownRules.Verify($"3,7,2={t.Value}", t.Expression.Render()).IsRight.ShouldBeTrue();
        Console.WriteLine($"{tries.Length} tries");
    }

    [Fact]
    public void Slip_prone_tries_are_wrong_at_the_nominal_rate()
    {
        int wrong = 0, tries = 0;
        for (var i = 0; i < 2000; i++)
        {
            var problem = Family.Generate(Split.Train, 3, 8, i);
            var random = new RandomStream(8, StreamStage.Test, problem: i);
            var verdicts = Family.CheckSteps(problem, Family.Write(problem, Writer.SlipProne, ref random).Steps);
            tries += verdicts.Length;
            wrong += verdicts.Count(v => !v.IsRight);
        }

        Console.WriteLine($"{wrong} of {tries} tries have a slip");
        ((double)wrong / tries).ShouldBe(0.15, 0.015);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Claims_of_success_in_the_corpus_are_mostly_true(int level)
    {
        int claims = 0, lies = 0, right = 0, tries = 0;
        const int Count = 2000;
        for (var i = 0; i < Count; i++)
        {
            var example = Corpus.Draw(Family, LevelMix.Of(level), Family.DefaultMixture, 8, i);
            tries += example.Solution.Steps.Count;
            if (example.IsRight) right++;
            if (!example.Solution.Steps[^1].EndsWith("yes", StringComparison.Ordinal)) continue;
            claims++;
            if (!example.IsRight) lies++;
        }

        Console.WriteLine($"level {level}: corpus solves {(double)right / Count:0.000}, {(double)tries / Count:0.0} tries, {lies} of {claims} claims are false");
        ((double)lies / claims).ShouldBeLessThan(0.2);
    }
}
