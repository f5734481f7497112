using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

/// <summary>
/// Of every kind of value, generated right answers in many notations and wrong ones that differ by one edit: all right ones are
/// accepted, no wrong one is. The numeric grader agrees wherever the reference is a number.
/// </summary>
public sealed class ValueGeneratorTests
{
    private const int Cases = 400;

    private static readonly Dictionary<string, Gen<ValueCase>> Kinds = new(StringComparer.Ordinal)
    {
        ["quantities"] = ValueCases.Quantities,
        ["magnitudes"] = ValueCases.MagnitudeWords,
        ["equations"] = ValueCases.Equations,
        ["powers"] = ValueCases.Powers,
        ["calculus"] = ValueCases.Calculus,
        ["dressed"] = ValueCases.Dressed,
        ["letters"] = ValueCases.Letters,
    };

    public static TheoryData<string> Names { get; } = [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Right_values_are_accepted_and_their_neighbours_are_not(string kind)
    {
        int right = 0, wrong = 0;
        List<string> missed = [], bought = [];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithQuietOnSuccess(true), Prop.ForAll(Kinds[kind].ToArbitrary(), one =>
        {
            foreach (var grader in Graders(one))
            {
                foreach (var answer in one.Right)
                {
                    right++;
                    if (grader.Compare(one.Reference, answer) != AnswerMatch.Equal) missed.Add($"{grader.Name}: {one.Reference} against {answer}");
                }

                foreach (var answer in one.Wrong)
                {
                    wrong++;
                    if (grader.Compare(one.Reference, answer) == AnswerMatch.Equal) bought.Add($"{grader.Name}: {one.Reference} against {answer}");
                }
            }
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {right} right, {right - missed.Count} accepted; {wrong} wrong, {bought.Count} accepted");
        bought.ShouldBeEmpty();
        missed.ShouldBeEmpty();
    }

    private static IEnumerable<IAnswerGrader> Graders(ValueCase one)
    {
        yield return AnswerGraders.Get("math");
        var numeric = AnswerGraders.Get("numeric");
        if (numeric.Objection(one.Reference) is null) yield return numeric;
    }
}
