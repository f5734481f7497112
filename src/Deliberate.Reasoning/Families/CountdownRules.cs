using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// The exact rules of Countdown for text that anyone may have written: an answer uses each number once and equals the target
/// in rational arithmetic; a try takes its operands from what is left, computes rightly, uses everything up and says the truth about the result.
/// </summary>
internal static class CountdownRules
{
    private const int MostDigits = 4;

    /// <summary>Reads <c>3,7,2=20</c>, which the family itself wrote.</summary>
    public static (int[] Numbers, int Target) Read(string state)
    {
        var equals = state.IndexOf('=', StringComparison.Ordinal);
        return (state[..equals].Split(',').Select(int.Parse).ToArray(), int.Parse(state.AsSpan(equals + 1)));
    }

    public static Verdict Verify(string state, string answer)
    {
        var (numbers, target) = Read(state);
        if (Expression.Parse(answer) is not { } expression) return Verdict.Fail("not an expression");
        var left = numbers.ToList();
        if (!TakeLeaves(expression, left)) return Verdict.Fail("uses a number that is not there, or one twice");
        if (left.Count > 0) return Verdict.Fail($"does not use {left[0]}");
        if (Evaluate(expression) is not { } value) return Verdict.Fail("divides by zero");
        return value.Numerator == value.Denominator * target ? Verdict.Pass()
            : Verdict.Fail(value.Numerator % value.Denominator == 0 ? $"makes {value.Numerator / value.Denominator}, not {target}" : $"makes a fraction, not {target}");
    }

    public static Verdict CheckTry(IReadOnlyList<int> numbers, int target, string step)
    {
        var words = step.Split(' ');
        if (words.Length < 2 || words[^1] is not (Texts.Yes or Texts.No)) return Verdict.Fail("no verdict at the end");
        var pool = numbers.ToList();
        foreach (var word in words.AsSpan(0, words.Length - 1))
        {
            if (!TryReadOperation(word, out var left, out var op, out var right, out var result)) return Verdict.Fail($"'{Texts.Quote(word)}' is not an operation");
            if (!pool.Remove(left)) return Verdict.Fail($"there is no {left} left");
            if (!pool.Remove(right)) return Verdict.Fail($"there is no {right} left");
            if (op == '/' && (right == 0 || left % right != 0)) return Verdict.Fail($"{left}/{right} is not whole");
            var value = op == '/' ? left / right : Expression.Apply(op, left, right);
            if (value != result) return Verdict.Fail($"{left}{op}{right} is {value}, not {result}");
            pool.Add(result);
        }

        if (pool.Count > 1) return Verdict.Fail("numbers are left over");
        var truth = Texts.YesOrNo(pool[0] == target);
        return words[^1] == truth ? Verdict.Pass() : Verdict.Fail($"{pool[0]} is {(truth == Texts.Yes ? "" : "not ")}the target");
    }

    /// <summary>The expression that a try computes, whatever results it claims; null where it takes numbers that are not there.</summary>
    public static string? ExpressionOf(IReadOnlyList<int> numbers, string step)
    {
        var words = step.Split(' ');
        var pool = numbers.Select(n => (Value: n, Expression: Expression.Number(n))).ToList();
        if (words.Length > numbers.Count) return null;
        foreach (var word in words.AsSpan(0, words.Length - 1))
        {
            if (!TryReadOperation(word, out var left, out var op, out var right, out var result)) return null;
            if (!TryTake(pool, left, out var l) || !TryTake(pool, right, out var r)) return null;
            pool.Add((result, Expression.Of(l, op, r)));
        }

        return pool.Count == 1 ? pool[0].Expression.Render() : null;
    }

    private static bool TryTake(List<(int Value, Expression Expression)> pool, int value, out Expression taken)
    {
        var at = pool.FindIndex(p => p.Value == value);
        taken = at < 0 ? Expression.Number(0) : pool[at].Expression;
        if (at >= 0) pool.RemoveAt(at);
        return at >= 0;
    }

    private static bool TryReadOperation(string word, out int left, out char op, out int right, out int result)
    {
        var text = word.AsSpan();
        var at = 0;
        (op, right, result) = ('\0', 0, 0);
        if (!WholeNumber.TryTake(text, ref at, MostDigits, out left) || at >= text.Length) return false;
        op = text[at++];
        if (op is not ('+' or '-' or '*' or '/') || !WholeNumber.TryTake(text, ref at, MostDigits, out right)) return false;
        return at < text.Length && text[at++] == '=' && WholeNumber.TryTake(text, ref at, MostDigits, out result) && at == text.Length;
    }

    private static bool TakeLeaves(Expression e, List<int> left) =>
        e.IsNumber ? left.Remove(e.Value) : TakeLeaves(e.Left!, left) && TakeLeaves(e.Right!, left);

    /// <summary>The value as a fraction; null where something is divided by zero.</summary>
    private static (BigInteger Numerator, BigInteger Denominator)? Evaluate(Expression e)
    {
        if (e.IsNumber) return (e.Value, BigInteger.One);
        if (Evaluate(e.Left!) is not var (a, b) || Evaluate(e.Right!) is not var (c, d)) return null;
        return e.Operator switch
        {
            '+' => ((a * d) + (c * b), b * d),
            '-' => ((a * d) - (c * b), b * d),
            '*' => (a * c, b * d),
            _ => c.IsZero ? null : (a * d, b * c),
        };
    }
}
