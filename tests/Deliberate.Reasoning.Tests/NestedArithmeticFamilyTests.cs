using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class NestedArithmeticFamilyTests
{
    private static readonly ITaskFamily Number = FamilyRegistry.Get("arithmetic"), Comparison = FamilyRegistry.Get("arithmetic-compare"), Modulo = FamilyRegistry.Get("arithmetic-mod10");

    [Theory]
    [InlineData("7*2-5;14-5;9", "")]
    [InlineData("7*2-5;15-5;10", "1:7*2 is 14, not 15")]
    [InlineData("7*2-5;15-5;9", "1:7*2 is 14, not 15;2:15-5 is 10, not 9")]
    [InlineData("14-5;9", "0:not one reduction of the line before")]
    [InlineData("hm;7*2-5;14-5", "0:'hm' is not an expression")]
    [InlineData("7*2-5;7*-3", "1:'7*-3' is not an expression")]
    [InlineData("7*2-5;7*3", "1:not one reduction of the line before")]
    [InlineData("(7)*2-5;7*2-5", "1:nothing was reduced")]
    [InlineData("7*2-5;14-5;9;9", "3:nothing is left to reduce")]
    public void A_step_is_one_reduction_of_the_line_before(string steps, string wrong)
    {
        var problem = new Problem("arithmetic", 3, Split.Train, 0, "(3+4)*2-5=?", "(3+4)*2-5", "", "9");
        Wrong(Number, problem, steps).ShouldBe(wrong);
    }

    [Theory]
    [InlineData("5*4;20", "0:ignores precedence")]
    [InlineData("2+12;14", "")]
    public void Precedence_ignored_is_named(string steps, string wrong)
    {
        var problem = new Problem("arithmetic", 2, Split.Train, 0, "2+3*4=?", "2+3*4", "", "14");
        Wrong(Number, problem, steps).ShouldBe(wrong);
    }

    [Theory]
    [InlineData("2+12>9;14>9", "")]
    [InlineData("2+12>8;14>9", "0:the comparison was changed")]
    [InlineData("2+12;14>9", "0:'2+12' is not an expression;1:not one reduction of the line before")]
    public void A_comparison_is_carried_along(string steps, string wrong)
    {
        var problem = new Problem("arithmetic-compare", 2, Split.Train, 0, "2+3*4>9?", "2+3*4>9", "", "yes");
        Wrong(Comparison, problem, steps).ShouldBe(wrong);
        Comparison.Conclusion(problem, ["14>9"]).ShouldBe("yes");
    }

    [Fact]
    public void Modulo_ten_wraps_below_and_above()
    {
        var problem = new Problem("arithmetic-mod10", 2, Split.Train, 0, "3-5*7=?%10", "3-5*7", "", "8");
        Wrong(Modulo, problem, "3-5;8").ShouldBe("");
        Wrong(Modulo, problem, "3-35").ShouldBe("0:5*7 is 5, not 35");
    }

    /// <summary>Every problem of the smallest level, by enumeration: all 2 x 3 x 3 shapes and operators over operands 1 to 9.</summary>
    [Fact]
    public void No_problem_of_the_smallest_level_is_on_both_sides()
    {
        var sides = new Dictionary<string, Split>(StringComparer.Ordinal);
        var drawn = 0;
        for (var i = 0; i < 40_000; i++)
        {
            var problem = Number.Generate(i % 2 == 0 ? Split.Train : Split.Test, 2, 3, i);
            if (sides.TryGetValue(problem.Canonical, out var side)) side.ShouldBe(problem.Split);
            else sides[problem.Canonical] = problem.Split;
            drawn++;
        }

        var all = new HashSet<string>(StringComparer.Ordinal);
        const string Operators = "+-*";
        for (var code = 0; code < 2 * 9 * 729; code++)
        {
            int a = 1 + (code % 9), b = 1 + (code / 9 % 9), c = 1 + (code / 81 % 9);
            char p = Operators[code / 729 % 3], q = Operators[code / 2187 % 3];
            var inner = Expression.Of(Expression.Number(a), p, Expression.Number(b));
            var tree = code / 6561 == 0 ? Expression.Of(inner, q, Expression.Number(c)) : Expression.Of(Expression.Number(c), q, inner);
            all.Add(tree.Canonical());
        }

        sides.Keys.ShouldAllBe(k => all.Contains(k));
        Console.WriteLine($"{drawn} draws saw {sides.Count} problems of the {all.Count} expressions there are; {sides.Values.Count(s => s == Split.Test)} are test");
        sides.Count.ShouldBeGreaterThan(all.Count / 4);
    }

    [Fact]
    public void Slip_prone_writers_slip_at_the_nominal_rate()
    {
        int wrong = 0, steps = 0;
        foreach (var family in new[] { Number, Comparison, Modulo })
        {
            for (var i = 0; i < 3000; i++)
            {
                var problem = family.Generate(Split.Train, 4, 8, i);
                var random = new RandomStream(8, StreamStage.Test, problem: i);
                var verdicts = family.CheckSteps(problem, family.Write(problem, Writer.SlipProne, ref random).Steps);
                steps += verdicts.Length;
                wrong += verdicts.Count(v => !v.IsRight);
            }
        }

        Console.WriteLine($"{wrong} of {steps} steps are slips");
        ((double)wrong / steps).ShouldBe(0.15, 0.01);
    }

    [Fact]
    public void The_misconception_is_wrong_exactly_where_precedence_matters()
    {
        int matters = 0, count = 4000;
        for (var i = 0; i < count; i++)
        {
            var problem = Number.Generate(Split.Train, 4, 8, i);
            var random = new RandomStream(8, StreamStage.Test, problem: i);
            var again = new RandomStream(9, StreamStage.Test, problem: i);
            var answer = Number.Write(problem, Writer.SystematicallyWrong, ref random).Answer;
            Number.Write(problem, Writer.SystematicallyWrong, ref again).Answer.ShouldBe(answer);
            var differs = answer != problem.Answer;
            if (differs) matters++;
            Number.Verify(problem, answer).IsRight.ShouldBe(!differs);
            if (!problem.State.Contains('*', StringComparison.Ordinal)) differs.ShouldBeFalse();
        }

        Console.WriteLine($"precedence matters in {matters} of {count} problems");
        ((double)matters / count).ShouldBe(0.75, 0.03);
    }

    private static string Wrong(ITaskFamily family, Problem problem, string steps) => string.Join(';', family.CheckSteps(problem, steps.Split(';'))
        .Select((v, i) => (v, i)).Where(x => !x.v.IsRight).Select(x => $"{x.i}:{x.v.Reason}"));
}
