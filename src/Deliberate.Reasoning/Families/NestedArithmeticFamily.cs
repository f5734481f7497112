using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How a <see cref="NestedArithmeticFamily"/> asks.
/// </summary>
/// <param name="Name">The family's name.</param>
/// <param name="ModuloTen">Whether all arithmetic is modulo 10, rather than with values from 0 to 99.</param>
/// <param name="Comparison">Whether the question is "is it greater than t?", answered yes or no, rather than "what is it?".</param>
/// <param name="MisleadingShare">Share of problems whose value changes when precedence is ignored; undirected draws give 0.1 to 0.2.</param>
/// <param name="SlipRate">Probability of a wrong value in each step of a slip-prone writer.</param>
/// <param name="GiveUpRate">Probability of giving up after each step that is not the last.</param>
internal sealed record NestedArithmeticOptions(string Name, bool ModuloTen = false, bool Comparison = false, double MisleadingShare = 0.75, double SlipRate = 0.15, double GiveUpRate = 0.3);

/// <summary>
/// Nested arithmetic: an expression of single digits with + - * and parentheses, reduced by one operation a step (the leftmost
/// that is ready), each step rewriting the whole remaining expression, so that a step needs nothing but the line before it.
/// <code>
/// (3+4)*2-5=?   &lt;think&gt;7*2-5 / 14-5 / 9&lt;/think&gt;9          (/ stands for a newline)
/// (3+4)*2-5&gt;9?  &lt;think&gt;7*2-5&gt;9 / 14-5&gt;9 / 9&gt;9&lt;/think&gt;no
/// </code>
/// The level is the number of operations. Every value is from 0 to 99 both by the rules of precedence and when read from left
/// to right, the misconception of the systematically wrong writer: problems that would leave that range in either
/// reading are not asked. Asked as a comparison (yes and no equally often), half of all guesses are lucky.
/// </summary>
internal sealed class NestedArithmeticFamily(NestedArithmeticOptions options) : ITaskFamily
{
    private const int Largest = 99, MostDigits = 4;

    public string Name => options.Name;

    public string Description =>
        $"Nested arithmetic {(options.ModuloTen ? "modulo 10" : "with values below 100")}, one reduction a step, asked as a {(options.Comparison ? "comparison" : "number")}.";

    public string Title => "Nested arithmetic";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = Enumerable.Range(2, 5).Select(n => new DifficultyLevel(n, $"{n} operations")).ToArray();

    public IReadOnlyList<string> Alphabet { get; } =
        Texts.Alphabet(["+", "-", "*", "(", ")", "?", .. options.Comparison ? new[] { ">", Texts.Yes, Texts.No } : ["="], .. options.ModuloTen ? new[] { "%10" } : []]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index)
    {
        // Drawn once a problem, not once a draw: which problems are rare must not decide how often they are asked.
        bool? misleads = null, yes = null;
        return ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
        {
            misleads ??= random.NextBool(options.MisleadingShare);
            yes ??= random.NextBool(0.5);
            var tree = DrawTree(ref random, level);
            if (Evaluate(tree) is not { } value) return null;
            var expression = tree.Render();
            if (Evaluate(Expression.Parse(expression, leftToRight: true)!) is not { } misread || misread != value != misleads) return null;
            var modulo = options.ModuloTen ? "%10" : "";
            if (!options.Comparison)
            {
                return new(Name, level, split, index, $"{expression}=?{modulo}", expression, tree.Canonical(), value.ToString(CultureInfo.InvariantCulture));
            }

            var threshold = yes.Value ? value - random.Next(1, 10) : value + random.Next(0, 9);
            if (threshold < 0 || threshold > (options.ModuloTen ? 9 : Largest)) return null;
            var state = string.Create(CultureInfo.InvariantCulture, $"{expression}>{threshold}");
            return new(Name, level, split, index, $"{state}?{modulo}", state, tree.Canonical(), Texts.YesOrNo(yes.Value));
        });
    }

    public Verdict Verify(Problem problem, string answer) => Texts.VerifyExactly(answer, problem.Answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var (state, threshold) = Read(problem.State);
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (next, askedAbout) = Read(steps[i]);
            verdicts[i] = Check(state!, next, steps[i], askedAbout == threshold);

            // A line that is no expression leaves the state as it was.
            state = next ?? state;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps)
    {
        if (steps.Count == 0 || Read(steps[^1]) is not ({ IsNumber: true } last, var threshold)) return null;
        if (!options.Comparison) return last.Value.ToString(CultureInfo.InvariantCulture);
        return threshold is { } t ? Texts.YesOrNo(last.Value > t) : null;
    }

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var leftToRight = writer == Writer.SystematicallyWrong;
        var (state, threshold) = Read(problem.State, leftToRight);
        var steps = new List<string>();
        while (!state!.IsNumber)
        {
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(options.GiveUpRate)) return new(writer, steps, Guess(steps[^1], ref random));
            var slips = writer == Writer.SlipProne && random.NextBool(options.SlipRate);
            state = slips ? Slip(state, ref random) : state.ReduceLeftmost(e => Value(e)!.Value);
            steps.Add(threshold is { } t ? string.Create(CultureInfo.InvariantCulture, $"{state.Render(leftToRight)}>{t}") : state.Render(leftToRight));
        }

        return new(writer, steps, Conclusion(problem, steps)!);
    }

    /// <summary>A tree of this many operations, each split of the operations between the operands as likely as another.</summary>
    private static Expression DrawTree(ref RandomStream random, int operations)
    {
        if (operations == 0) return Expression.Number(random.Next(1, 10));
        var op = random.Pick<char>("++-*");
        var left = random.Next(operations);
        return Expression.Of(DrawTree(ref random, left), op, DrawTree(ref random, operations - 1 - left));
    }

    /// <summary>The value of an expression all of whose values are in range; null for any other.</summary>
    private int? Evaluate(Expression expression)
    {
        if (expression.IsNumber) return expression.Value;
        if (Evaluate(expression.Left!) is not { } left || Evaluate(expression.Right!) is not { } right) return null;
        var value = Wrap(Expression.Apply(expression.Operator, left, right));
        return value is >= 0 and <= Largest ? (int)value : null;
    }

    private int? Value(Expression ready) => Evaluate(ready);

    private long Wrap(long value) => options.ModuloTen ? ((value % 10) + 10) % 10 : value;

    /// <summary>The leftmost operation with a wrong value, such that what is left can still be reduced within range; the right value if none can.</summary>
    private Expression Slip(Expression state, ref RandomStream random)
    {
        Expression Off(int offset) => state.ReduceLeftmost(e => (int)Wrap(Value(e)!.Value + offset));
        var offset = options.ModuloTen ? random.Next(1, 10) : Slips.Draw(ref random, o => Off(o) is var slipped && !HasOutOfRange(slipped) && Evaluate(slipped) is not null);
        return Off(offset);
    }

    private static bool HasOutOfRange(Expression e) => e.IsNumber ? e.Value is < 0 or > Largest : HasOutOfRange(e.Left!) || HasOutOfRange(e.Right!);

    /// <summary>What who gives up says: the first number still standing; a coin for yes or no.</summary>
    private string Guess(string state, ref RandomStream random)
    {
        if (options.Comparison) return Texts.YesOrNo(random.NextBool(0.5));
        var start = state.AsSpan().IndexOfAnyInRange('0', '9');
        var digits = state.AsSpan(start);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return (end < 0 ? digits : digits[..end]).ToString();
    }

    private Verdict Check(Expression state, Expression? next, string step, bool sameQuestion)
    {
        if (next is null) return Verdict.Fail($"'{Texts.Quote(step)}' is not an expression");
        if (!sameQuestion) return Verdict.Fail("the comparison was changed");
        if (state.IsNumber) return Verdict.Fail("nothing is left to reduce");
        if (next == state) return Verdict.Fail("nothing was reduced");
        if (state.ReducedOperation(next, out var became) is not { } operation) return Verdict.Fail(WhyNotOneReduction(state, next));
        var right = Wrap(Expression.Apply(operation.Operator, operation.Left!.Value, operation.Right!.Value));
        return became == right ? Verdict.Pass() : Verdict.Fail($"{operation.Render()} is {right}, not {became}");
    }

    private static string WhyNotOneReduction(Expression state, Expression next)
    {
        var leftToRight = Expression.Parse(state.Render(), leftToRight: true)!;
        var ignoresPrecedence = Expression.Parse(next.Render(), leftToRight: true) is { } read && leftToRight.ReducedOperation(read, out _) is not null;
        return ignoresPrecedence ? "ignores precedence" : "not one reduction of the line before";
    }

    /// <summary>The expression of a line, null where it is none, and the number it is compared with, null where there is none.</summary>
    private (Expression? Tree, int? Threshold) Read(string line, bool leftToRight = false)
    {
        var text = line.AsSpan();
        int? threshold = null;
        if (options.Comparison)
        {
            var at = text.LastIndexOf('>');
            if (at < 0 || !WholeNumber.TryParse(text[(at + 1)..], MostDigits, out var t)) return (null, null);
            text = text[..at];
            threshold = t;
        }

        var tree = Expression.Parse(text, leftToRight);
        return (tree is null || HasDivision(tree) ? null : tree, threshold);
    }

    private static bool HasDivision(Expression e) => !e.IsNumber && (e.Operator == '/' || HasDivision(e.Left!) || HasDivision(e.Right!));
}
