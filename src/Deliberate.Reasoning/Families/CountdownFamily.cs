using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>The numbers of a <see cref="CountdownFamily"/>.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="LargestNumber">Numbers are drawn from 1 to this.</param>
/// <param name="Division">Whether exact division is among the operations.</param>
/// <param name="MostTries">No solution has more tries than this: it bounds the length of the corpus.</param>
/// <param name="SlipRate">Probability of one wrong result in each try of a slip-prone writer.</param>
/// <param name="GiveUpRate">Probability of giving up after each failing try; 0.2 is what our prototypes used.</param>
/// <param name="NearMiss">The systematically wrong writer claims success when the result is this close to the target.</param>
internal sealed record CountdownOptions(string Name, int LargestNumber = 20, bool Division = true, int MostTries = 12, double SlipRate = 0.15, double GiveUpRate = 0.2, int NearMiss = 2);

/// <summary>
/// Countdown: combine all numbers, each once, into the target. The thought is a visible search: tries in random order, each
/// written out with its verdict, until one succeeds; every try starts again from the numbers of the prompt. The answer is the expression of the last try.
/// <code>
/// 3,7,2=20?  &lt;think&gt;7-2=5 5*3=15 no / 3+7=10 10*2=20 yes&lt;/think&gt;(3+7)*2      (/ stands for a newline)
/// </code>
/// The level is how many numbers there are. Problems are asked whose expected number of tries, (tries + 1) / (solutions + 1) for
/// a random order without repetition, is in the level's range, so that a search pays and yet ends. A claim of success in the
/// corpus is mostly true: thinking longer pays only for a model that can tell success from failure.
/// </summary>
internal sealed class CountdownFamily(CountdownOptions options) : ITaskFamily
{
    public string Name => options.Name;

    public string Description => $"Countdown: reach the target with numbers from 1 to {options.LargestNumber}, each used once, by visible search.";

    public string Title => "Countdown";

    public bool StepsAreTries => true;

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(3, "three numbers"), new(4, "four numbers")];

    public IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet(["+", "-", "*", .. options.Division ? new[] { "/" } : [], "(", ")", "=", ",", "?", " ", Texts.Yes, Texts.No]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.30, SlipProne: 0.10, SystematicallyWrong: 0.10, GivesUpEarly: 0.50);

    public Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        var numbers = new int[level];
        for (var i = 0; i < level; i++) numbers[i] = random.Next(1, options.LargestNumber + 1);
        if (Target(numbers, ref random) is not { } target || numbers.Contains(target)) return null;
        var canonical = string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', numbers.Order())}={target}");

        // The side is decided before the costly enumeration.
        if (ProblemSplit.Of(canonical) != split) return null;
        var tries = CountdownTry.All(numbers, options.Division);
        var solutions = tries.Count(t => t.Value == target);
        var expected = (tries.Count + 1.0) / (solutions + 1);
        if (expected < 3 || expected > (level == 3 ? 8 : 12)) return null;
        var state = string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', numbers)}={target}");
        return new(Name, level, split, index, $"{state}?", state, canonical, tries.First(t => t.Value == target).Write(numbers)!.Expression.Render());
    });

    public Verdict Verify(Problem problem, string answer) => CountdownRules.Verify(problem.State, answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var (numbers, target) = CountdownRules.Read(problem.State);
        var verdicts = new Verdict[steps.Count];
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = CountdownRules.CheckTry(numbers, target, steps[i]);
        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps)
    {
        if (steps.Count == 0 || !steps[^1].EndsWith($" {Texts.Yes}", StringComparison.Ordinal)) return null;
        return CountdownRules.ExpressionOf(CountdownRules.Read(problem.State).Numbers, steps[^1]);
    }

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var (numbers, target) = CountdownRules.Read(problem.State);
        var order = DrawOrder(CountdownTry.All(numbers, options.Division), target, ref random);
        var steps = new List<string>();
        var nearMiss = writer == Writer.SystematicallyWrong ? options.NearMiss : 0;
        CountdownTry.Written? written = null;
        for (var i = 0; i < order.Length; i++)
        {
            written = writer == Writer.SlipProne && random.NextBool(options.SlipRate) ? Slip(order[i], numbers, ref random) : order[i].Write(numbers)!;
            var success = Math.Abs(written.Value - target) <= nearMiss;
            steps.Add($"{written.Operations} {Texts.YesOrNo(success)}");
            if (success || (writer == Writer.GivesUpEarly && random.NextBool(options.GiveUpRate))) break;
        }

        return new(writer, steps, written!.Expression.Render());
    }

    /// <summary>The target of one random sequence of moves; null where it runs into a dead end.</summary>
    private int? Target(int[] numbers, ref RandomStream random)
    {
        var pool = new List<int>(numbers);
        ReadOnlySpan<char> operators = options.Division ? "+-*/" : "+-*";
        while (pool.Count > 1)
        {
            var left = TakeAt(pool, random.Next(pool.Count));
            var right = TakeAt(pool, random.Next(pool.Count));
            if (CountdownTry.Result(random.Pick(operators), Math.Max(left, right), Math.Min(left, right)) is not { } value) return null;
            pool.Add(value);
        }

        return pool[0];
    }

    private static int TakeAt(List<int> pool, int at)
    {
        var value = pool[at];
        pool.RemoveAt(at);
        return value;
    }

    /// <summary>A random order of the tries, drawn again until a solution is among the first <see cref="CountdownOptions.MostTries"/>, and cut there.</summary>
    private CountdownTry[] DrawOrder(List<CountdownTry> tries, int target, ref RandomStream random)
    {
        var order = tries.ToArray();
        var length = Math.Min(options.MostTries, order.Length);
        do random.Shuffle(order.AsSpan());
        while (!Array.Exists(order[..length], t => t.Value == target));
        return order[..length];
    }

    private static CountdownTry.Written Slip(CountdownTry attempt, IReadOnlyList<int> numbers, ref RandomStream random)
    {
        var at = random.Next(attempt.Moves.Count);
        var slip = Slips.Draw(ref random, offset => attempt.Write(numbers, at, offset) is not null);
        if (slip != 0) return attempt.Write(numbers, at, slip)!;

        // A slip in an early result can make the rest impossible; one in the last cannot, since +1 or -1 stays in range.
        at = attempt.Moves.Count - 1;
        return attempt.Write(numbers, at, attempt.Value > 1 ? -1 : 1)!;
    }
}
