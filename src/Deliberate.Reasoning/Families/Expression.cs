using System.Globalization;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// An arithmetic expression over whole numbers with + - * / and parentheses. All four operators associate to the left; * and /
/// bind tighter, except in the left-to-right reading, in which none does (the misconception of a writer who ignores
/// precedence). Parsing is bounded in length, depth and digits and gives null for anything else: model text goes through it.
/// </summary>
internal sealed record Expression(char Operator, int Value, Expression? Left, Expression? Right)
{
    private const int LongestText = 200, DeepestNesting = 24, MostDigits = 4;

    public static Expression Number(int value) => new('\0', value, null, null);

    public static Expression Of(Expression left, char op, Expression right) => new(op, 0, left, right);

    public bool IsNumber => Operator == '\0';

    /// <summary>Whether both operands are numbers, so that it can be reduced.</summary>
    public bool IsReady => !IsNumber && Left!.IsNumber && Right!.IsNumber;

    public static Expression? Parse(ReadOnlySpan<char> text, bool leftToRight = false)
    {
        if (text.Length is 0 or > LongestText) return null;
        var position = 0;
        var result = Chain(text, ref position, 0, leftToRight ? 0 : 1);
        return position == text.Length ? result : null;
    }

    /// <summary>Applies an operator to numbers in double-width arithmetic; division is for callers who know rationals.</summary>
    public static long Apply(char op, long left, long right) => op switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "Not an operator on whole numbers."),
    };

    /// <summary>The text with the fewest parentheses that parses back to this very tree, in the same reading.</summary>
    public string Render(bool leftToRight = false)
    {
        var text = new StringBuilder();
        Append(text, leftToRight);
        return text.ToString();
    }

    /// <summary>The expression with its leftmost ready operation replaced by a number, as chosen by the caller.</summary>
    public Expression ReduceLeftmost(Func<Expression, int> value)
    {
        if (IsReady) return Number(value(this));
        return Left!.IsNumber ? this with { Right = Right!.ReduceLeftmost(value) } : this with { Left = Left.ReduceLeftmost(value) };
    }

    /// <summary>
    /// The operation that turns this expression into <paramref name="next"/> when exactly one ready operation became a number
    /// (of any value, given in <paramref name="became"/>); null when it is not one reduction.
    /// </summary>
    public Expression? ReducedOperation(Expression next, out int became)
    {
        became = 0;
        if (IsNumber) return null;
        if (IsReady && next.IsNumber)
        {
            became = next.Value;
            return this;
        }

        if (next.Operator != Operator) return null;
        if (Left == next.Left) return Right!.ReducedOperation(next.Right!, out became);
        return Right == next.Right ? Left!.ReducedOperation(next.Left!, out became) : null;
    }

    /// <summary>The same text for expressions that differ only in the order of operands of + and *.</summary>
    public string Canonical()
    {
        if (IsNumber) return Value.ToString(CultureInfo.InvariantCulture);
        string left = Left!.Canonical(), right = Right!.Canonical();
        if (Operator is '+' or '*' && string.CompareOrdinal(left, right) > 0) (left, right) = (right, left);
        return $"({left}{Operator}{right})";
    }

    public int CountOperators() => IsNumber ? 0 : 1 + Left!.CountOperators() + Right!.CountOperators();

    private void Append(StringBuilder text, bool leftToRight)
    {
        if (IsNumber)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Value}");
            return;
        }

        var own = Binding(Operator, leftToRight);
        AppendOperand(text, Left!, !Left!.IsNumber && Binding(Left.Operator, leftToRight) < own, leftToRight);
        text.Append(Operator);
        AppendOperand(text, Right!, !Right!.IsNumber && Binding(Right.Operator, leftToRight) <= own, leftToRight);
    }

    private static void AppendOperand(StringBuilder text, Expression operand, bool parentheses, bool leftToRight)
    {
        if (parentheses) text.Append('(');
        operand.Append(text, leftToRight);
        if (parentheses) text.Append(')');
    }

    private static int Binding(char op, bool leftToRight) => !leftToRight && op is '*' or '/' ? 1 : 0;

    /// <summary>Tier 1: sums of products; tier 2: products of atoms; tier 0: atoms joined by any operator.</summary>
    private static Expression? Chain(ReadOnlySpan<char> text, ref int position, int depth, int tier)
    {
        if (depth > DeepestNesting) return null;
        var left = tier == 1 ? Chain(text, ref position, depth, 2) : Atom(text, ref position, depth, tier);
        while (left is not null && position < text.Length && Joins(text[position], tier))
        {
            var op = text[position++];
            var right = tier == 1 ? Chain(text, ref position, depth, 2) : Atom(text, ref position, depth, tier);
            left = right is null ? null : Of(left, op, right);
        }

        return left;
    }

    private static bool Joins(char c, int tier) => tier switch
    {
        0 => c is '+' or '-' or '*' or '/',
        1 => c is '+' or '-',
        _ => c is '*' or '/',
    };

    private static Expression? Atom(ReadOnlySpan<char> text, ref int position, int depth, int tier)
    {
        if (position >= text.Length) return null;
        if (text[position] == '(')
        {
            position++;
            var inner = Chain(text, ref position, depth + 1, tier == 0 ? 0 : 1);
            if (inner is null || position >= text.Length || text[position] != ')') return null;
            position++;
            return inner;
        }

        return WholeNumber.TryTake(text, ref position, MostDigits, out var value) ? Number(value) : null;
    }
}
