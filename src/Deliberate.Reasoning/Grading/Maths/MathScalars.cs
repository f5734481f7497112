namespace Deliberate.Reasoning;

/// <summary>
/// Whether two scalar expressions are the same: constants by their values, expressions with variables at several points, exactly
/// where they are rational functions. Roots, logarithms and powers are read as real, and compared where both sides are: at
/// positive points first, then at negative values of those variables that both sides have a real value for. Where there are too
/// few such points, at whole numbers, then in complex numbers.
/// </summary>
internal sealed class MathScalars(MathBudget budget)
{
    private const int Points = 8, EnoughPoints = 4, SignPoints = 3, Far = 6;

    /// <returns>Null where it cannot be told.</returns>
    public bool? Equal(MathNode a, MathNode b)
    {
        if (Infinity(a) is var p && Infinity(b) is var q && (p != 0 || q != 0)) return p == q;
        var rounded = MathValue.IsRounded(a) != MathValue.IsRounded(b);
        var variables = MathSymbols.Of(a, b);
        if (variables.Count == 0) return Constants(a, b, rounded);
        var compared = 0;
        if (!Alike(Points, Positive)) return false;
        var exponential = IsExponential(a) || IsExponential(b);
        if (!exponential && !Alike(EnoughPoints, Larger)) return false;
        variables.RemoveWhere(v => !MayBeNegative(a, b, v));
        if (variables.Count > 0 && !Alike(Points, (name, point) => variables.Contains(name) ? MathSymbols.Value(name, point) : Positive(name, point))) return false;
        if (compared >= EnoughPoints) return !IsPiecewise(a) && !IsPiecewise(b) ? true : AlikeFarOff(a, b, variables, exponential);
        compared = 0;
        if (!Alike(Points, MathSymbols.Whole)) return false;
        if (compared >= EnoughPoints) return true;
        compared = 0;
        if (!Alike(Points, Positive, real: false) || !Alike(Points, MathSymbols.Value, real: false)) return false;
        return compared >= EnoughPoints ? true : null;

        bool Alike(int points, Func<string, int, Rational> place, bool real = true)
        {
            for (var point = 0; point < points; point++)
            {
                var at = point;
                var (x, y) = (Evaluate(a, name => place(name, at), real), Evaluate(b, name => place(name, at), real));
                if (MathValue.Same(x, y, rounded) is not { } same) continue;
                if (!same) return false;
                compared++;
            }

            return true;
        }
    }

    /// <summary>Whether one factor takes all of the first into the second; with <paramref name="alike"/>, the same factor at every point.</summary>
    public bool? Proportional(MathNode[] a, MathNode[] b, bool alike = false, bool positive = false)
    {
        MathValue? factor = null;
        var compared = 0;
        var rounded = Array.Exists(a, MathValue.IsRounded) != Array.Exists(b, MathValue.IsRounded);
        for (var point = 0; point < Points; point++)
        {
            if (!alike) factor = null;
            for (var i = 0; i < a.Length; i++)
            {
                var ratio = Evaluate(new CallNode("div", a[i], b[i]), name => MathSymbols.Value(name, point), real: false);
                if (!ratio.IsFinite) continue;
                if (rounded && ratio.Exact is null) return null;
                if (ratio.Exact is { Sign: 0 } || (positive && ratio.Real <= 0)) return false;
                if (factor is { } known && MathValue.Same(known, ratio) == false) return false;
                factor ??= ratio;
                compared++;
            }
        }

        return compared >= EnoughPoints ? true : null;
    }

    /// <summary>The real value of a constant, else its complex one.</summary>
    public MathValue Constant(MathNode node) => Evaluate(node, null, real: true) is { IsFinite: true } value ? value : Evaluate(node, null, real: false);

    private bool? Constants(MathNode a, MathNode b, bool rounded)
    {
        var (x, y) = (Evaluate(a, null, real: true), Evaluate(b, null, real: true));
        if (x.IsFinite && y.IsFinite) return MathValue.Same(x, y, rounded) is var same && same == true && Square(a) is { } s && Square(b) is { } t ? s == t : same;
        return MathValue.Same(Evaluate(a, null, real: false), Evaluate(b, null, real: false), rounded);
    }

    /// <summary>The exact square of a product of square roots: two of long numbers may be nearer to one another than doubles tell.</summary>
    private Rational? Square(MathNode node)
    {
        switch (node)
        {
            case CallNode { Function: "sqrt", Arguments: [var inner] } when Evaluate(inner, null, real: true).Exact is { } radicand: return radicand;
            case CallNode { Function: "neg", Arguments: [var inner] }: return Square(inner);
            case CallNode { Function: "mul" or "div", Arguments: [var left, var right] } call:
                if (Square(left) is not { } a || Square(right) is not { } b) return null;
                return call.Function == "mul" ? Rational.Multiply(a, b) : Rational.Divide(a, b);
            default: return Evaluate(node, null, real: true).Exact is { } exact ? Rational.Multiply(exact, exact) : null;
        }
    }

    private MathValue Evaluate(MathNode node, Func<string, Rational>? variables, bool real) => new MathEvaluator(variables, budget, real).Evaluate(node);

    /// <summary>
    /// Whether both sides are real for some negative value of one variable: <c>\sqrt{x^2}</c> is; of a variable that stands alone
    /// under a root or in a logarithm, it goes without saying that it is positive.
    /// </summary>
    private bool MayBeNegative(MathNode a, MathNode b, string variable)
    {
        for (var point = 0; point < SignPoints; point++)
        {
            Rational Place(string name) => name == variable ? -Positive(name, point) : Positive(name, point);
            if (Evaluate(a, Place, real: true).IsFinite && Evaluate(b, Place, real: true).IsFinite) return true;
        }

        return false;
    }

    /// <summary>Up to 15: some expressions are real only there.</summary>
    private static Rational Larger(string name, int point) => Rational.Multiply(Positive(name, 2 * point), Rational.Of(5))!.Value;

    private static Rational Positive(string name, int point) => MathSymbols.Value(name, point) is { Sign: < 0 } value ? -value : MathSymbols.Value(name, point);

    /// <summary>Whether an expression may be one thing here and another far off: <c>|x-5|</c> is <c>5-x</c> for small x.</summary>
    private static bool IsPiecewise(MathNode node) => node is CallNode { Function: "abs" or "norm" or "floor" or "ceil" or "sgn" or "max" or "min" or "sqrt" or "root" or "arcsin" or "arccos" or "arctan" }
        || (node is CallNode { Function: "pow", Arguments: [_, var exponent] } && exponent is not NumberNode { Value.IsInteger: true }) || MathSymbols.Children(node).Any(IsPiecewise);

    /// <summary>Whether a variable stands in an exponent: very far off, such an expression is too large or too small for a double.</summary>
    private static bool IsExponential(MathNode node) => node is CallNode { Function: "exp" or "sinh" or "cosh" } || (node is CallNode { Function: "pow", Arguments: [_, var exponent] } && MathSymbols.Any(exponent)) || MathSymbols.Children(node).Any(IsExponential);

    /// <summary>There rounding may take all digits but the first few: only a plain difference counts.</summary>
    private bool AlikeFarOff(MathNode a, MathNode b, HashSet<string> signed, bool exponential)
    {
        int[] scales = exponential ? [13] : [13, 131];
        foreach (var scale in scales)
        {
            for (var point = 0; point < Far; point++)
            {
                Rational Place(string name) => Rational.Multiply(signed.Contains(name) ? MathSymbols.Value(name, point + 100) : Positive(name, point + 100), Rational.Of(scale))!.Value;
                if (MathValue.DifferMuch(Evaluate(a, Place, real: true), Evaluate(b, Place, real: true))) return false;
            }
        }

        return true;
    }

    private static int Infinity(MathNode node) => node switch
    {
        ConstantNode { Name: "inf" } => 1,
        CallNode { Function: "neg", Arguments: [var inner] } => -Infinity(inner),
        CallNode { Function: "pos", Arguments: [var inner] } => Infinity(inner),
        _ => 0,
    };
}
