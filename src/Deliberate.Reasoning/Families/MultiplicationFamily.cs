using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>How the writers of a <see cref="MultiplicationFamily"/> err.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="MisleadingShare">Share of problems asked only if a carry matters when the parts are added; the others are as they come, so that
/// large factors stay as frequent as they are.</param>
/// <param name="SlipRate">Probability of a wrong number in each computing step of a slip-prone writer.</param>
/// <param name="GiveUpRate">Probability of giving up after each step that is not the last.</param>
internal sealed record MultiplicationOptions(string Name, double MisleadingShare = 0.75, double SlipRate = 0.08, double GiveUpRate = 0.08);

/// <summary>
/// Multiplication of up to three digits in steps that rewrite the whole remaining state, in which nothing harder than the product of
/// two digits or one sum is computed at once:
/// <code>47*6=?   &lt;think&gt;40*6+42 / 240+42 / 282&lt;/think&gt;282</code>
/// The method (<see cref="LongMultiplication"/>) is fixed, so a step is right iff it is the method's next one. The misconception: sums
/// without carry.
/// </summary>
internal sealed class MultiplicationFamily(MultiplicationOptions options) : ITaskFamily
{
    private static readonly (int Left, int Right)[] Digits = [(2, 1), (3, 1), (2, 2), (3, 2), (3, 3)];

    public string Name => options.Name;

    public string Description => "Multiplication of up to three digits in reduced-state steps.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(1, "two digits by one"), new(2, "three digits by one"), new(3, "two digits by two"), new(4, "three digits by two"), new(5, "three digits by three")];

    public IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet(["+", "*", "=", "?"]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index)
    {
        bool? misleads = null;
        return ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
        {
            misleads ??= random.NextBool(options.MisleadingShare);
            var (leftDigits, rightDigits) = Digits[level - 1];
            int left = WithDigits(ref random, leftDigits), right = WithDigits(ref random, rightDigits);

            // At least two digits that are not zero, so that there is something to take apart.
            if (left % 10 == 0 || right == 1 || (rightDigits > 1 && right % 10 == 0)) return null;
            var text = string.Create(CultureInfo.InvariantCulture, $"{left}*{right}");
            var canonical = string.Create(CultureInfo.InvariantCulture, $"{Math.Min(left, right)}*{Math.Max(left, right)}");
            if (ProblemSplit.Of(canonical) != split || (misleads.Value && Solve(new([new(left, right)])) == left * right)) return null;
            return new(Name, level, split, index, $"{text}=?", text, canonical, (left * right).ToString(CultureInfo.InvariantCulture));
        });
    }

    public Verdict Verify(Problem problem, string answer) => Texts.VerifyExactly(answer, problem.Answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var state = LongMultiplication.Parse(problem.State)!;
        for (var i = 0; i < verdicts.Length; i++)
        {
            var next = LongMultiplication.Parse(steps[i]);
            verdicts[i] = next is null ? Verdict.Fail($"'{Texts.Quote(steps[i])}' is not a sum of products") : Check(state, next);
            state = next ?? state;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) =>
        steps.Count > 0 && LongMultiplication.Parse(steps[^1]) is { IsDone: true } last ? last.Render() : null;

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var state = LongMultiplication.Parse(problem.State)!;
        var steps = new List<string>();
        while (!state.IsDone)
        {
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(options.GiveUpRate)) return new(writer, steps, Guess(state));
            var before = state;
            var slips = writer == Writer.SlipProne && before.NextComputes() && random.NextBool(options.SlipRate);

            // Sums stay positive: a product of digits with zeros is at least 1, so a slip may not take it to nothing.
            var slip = slips ? Slips.Draw(ref random, offset => before.Next(slip: offset)!.Terms.All(t => t.Left > 0)) : 0;
            state = state.Next(carry: writer != Writer.SystematicallyWrong, slip)!;
            steps.Add(state.Render());
        }

        return new(writer, steps, state.Render());
    }

    private static int WithDigits(ref RandomStream random, int digits) => digits switch
    {
        1 => random.Next(2, 10),
        2 => random.Next(10, 100),
        _ => random.Next(100, 1000),
    };

    private static int Solve(LongMultiplication state)
    {
        while (!state.IsDone) state = state.Next(carry: false)!;
        return (int)state.Value;
    }

    /// <summary>What who gives up says: the last number that stands there, or a factor.</summary>
    private static string Guess(LongMultiplication state) => state.Terms[^1].Left.ToString(CultureInfo.InvariantCulture);

    private static Verdict Check(LongMultiplication state, LongMultiplication next)
    {
        if (state.IsDone) return Verdict.Fail("nothing is left to compute");
        if (state.Next() is not { } right) return Verdict.Fail("the line before cannot be continued");
        if (next.Render() == right.Render()) return Verdict.Pass();
        return Verdict.Fail(next.Value == state.Value ? $"not the next step of the method, {right.Render()}" : $"changes the value from {state.Value} to {next.Value}");
    }
}
