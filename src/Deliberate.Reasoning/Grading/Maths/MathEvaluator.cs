using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// The value of a scalar expression where its variables have given values: exact as far as fractions, whole powers and exact roots
/// go, doubles beyond. Complex by principal values, or in the real reading, where every part of the expression must be real and
/// odd roots of negative numbers are negative. What cannot be evaluated within bounds, or is two values at once, has no value.
/// </summary>
/// <param name="variables">Null where there are none.</param>
/// <param name="budget">Shared by all that one comparison evaluates.</param>
/// <param name="real">The real reading.</param>
internal sealed class MathEvaluator(Func<string, Rational>? variables = null, MathBudget? budget = null, bool real = false)
{
    private const int MostTerms = 2_000, MostWork = 200_000;

    private readonly Dictionary<string, MathValue> _bound = new(StringComparer.Ordinal);
    private readonly MathBudget _budget = budget ?? new MathBudget(MostWork);
    private int _work = MostWork;
    private bool _real = real;

    /// <param name="node">A scalar.</param>
    /// <returns>Not finite where there is no value.</returns>
    public MathValue Evaluate(MathNode node)
    {
        if (--_work < 0 || !_budget.Take()) return MathValue.None;
        var value = node switch
        {
            NumberNode number => MathValue.Of(number.Value),
            ConstantNode constant => constant.Name switch
            {
                "pi" => MathValue.Of(new Complex(Math.PI, 0)),
                "e" => MathValue.Of(new Complex(Math.E, 0)),
                "i" when !_real => MathValue.Of(Complex.ImaginaryOne),
                _ => MathValue.None,
            },
            SymbolNode symbol => _bound.TryGetValue(symbol.Name, out var bound) ? bound : variables is null ? MathValue.None : MathValue.Of(variables(symbol.Name)),
            SeriesNode series => Series(series),
            IntegralNode integral => Integral(integral),
            RatioNode { Terms: [var a, var b] } => MathFunctions.Divide(Evaluate(a), Evaluate(b)),

            // Inside an expression degrees and per cent are numbers; other units make none.
            QuantityNode { Unit.IsDegree: true } angle => MathFunctions.Unary("deg", Evaluate(angle.Value), _real),
            QuantityNode { Unit.IsPercent: true } share => MathFunctions.Divide(Evaluate(share.Value), MathValue.Of(Rational.Of(100))),
            CallNode { Function: "det", Arguments: [MatrixNode matrix] } => Determinant(matrix),
            CallNode call => Call(call),
            _ => MathValue.None,
        };
        return Paid(value);
    }

    /// <summary>The value, if the budget allows for its length.</summary>
    private MathValue Paid(in MathValue value) => value.Exact is { } exact && !_budget.Take(Cost(exact)) ? MathValue.None : value;

    /// <summary>Long numbers cost more than short ones: their products and common factors grow with the square of their length.</summary>
    private static int Cost(in Rational value)
    {
        var bits = (value.Numerator.GetBitLength() + value.Denominator.GetBitLength()) / 64;
        return (int)(bits * bits);
    }

    private MathValue Call(CallNode call)
    {
        var a = Evaluate(call.Arguments[0]);
        if (!a.IsFinite) return MathValue.None;
        if (call.Function is "gcd" or "lcm" or "max" or "min") return Fold(call, a);
        if (call.Arguments.Length == 1) return MathFunctions.Unary(call.Function, a, _real);
        var b = Evaluate(call.Arguments[1]);
        if (!b.IsFinite) return MathValue.None;
        return call.Function switch
        {
            "add" => MathFunctions.Add(a, b),
            "sub" => MathFunctions.Add(a, MathFunctions.Negate(b)),
            "mul" or "apply" => MathFunctions.Multiply(a, b),
            "div" => MathFunctions.Divide(a, b),

            // Which root a power with a variable in it means, no single point can say.
            "pow" when _real && a.Real < 0 && b.Exact is not { IsInteger: true } && MathSymbols.Any(call.Arguments[1]) => MathValue.None,
            "pow" => MathFunctions.Power(a, b, _real),
            "root" => MathFunctions.Root(a, b, _real),
            "log" => MathFunctions.Divide(MathFunctions.Unary("ln", b, _real), MathFunctions.Unary("ln", a, _real)),
            "binom" => MathFunctions.Binomial(a, b),
            _ => MathValue.None,
        };
    }

    private MathValue Fold(CallNode call, MathValue first)
    {
        foreach (var argument in call.Arguments.Skip(1))
        {
            var next = Evaluate(argument);
            if (!next.IsFinite || !next.IsReal) return MathValue.None;
            first = MathFunctions.Fold(call.Function, first, next);
        }

        return first;
    }

    private MathValue Series(SeriesNode series)
    {
        if (Evaluate(series.From).Exact is not { IsInteger: true } from || Evaluate(series.To).Exact is not { IsInteger: true } to) return MathValue.None;
        if (to.Numerator - from.Numerator >= MostTerms) return MathValue.None;
        var result = MathValue.Of(series.IsProduct ? Rational.One : Rational.Zero);
        var outer = Bound(series.Variable);
        for (var k = from.Numerator; k <= to.Numerator && result.IsFinite; k++)
        {
            _bound[series.Variable] = MathValue.Of(Rational.Of(k, 1)!.Value);
            var term = Evaluate(series.Body);
            result = !term.IsFinite ? MathValue.None : Paid(series.IsProduct ? MathFunctions.Multiply(result, term) : MathFunctions.Add(result, term));
        }

        Restore(series.Variable, outer);
        return result;
    }

    /// <summary>In the real reading, whatever is asked for around it.</summary>
    private MathValue Integral(IntegralNode integral)
    {
        if (End(integral.From) is not { } from || End(integral.To) is not { } to) return MathValue.None;
        var (outer, reading) = (Bound(integral.Variable), _real);
        _real = true;
        var result = MathIntegral.Of(At, from, to);
        _real = reading;
        Restore(integral.Variable, outer);
        return result is { } value && double.IsFinite(value) ? MathValue.Of(new Complex(value, 0)) : MathValue.None;

        double At(double x)
        {
            _bound[integral.Variable] = MathValue.Of(new Complex(x, 0));
            var value = Evaluate(integral.Body);
            return value.IsFinite && value.IsReal ? value.Real : double.NaN;
        }
    }

    /// <summary>The end of an interval; null where it is no real number, nor infinite.</summary>
    private double? End(MathNode node)
    {
        if (node is ConstantNode { Name: "inf" }) return double.PositiveInfinity;
        if (node is CallNode { Function: "neg", Arguments: [ConstantNode { Name: "inf" }] }) return double.NegativeInfinity;
        var value = Evaluate(node);
        return value.IsFinite && value.IsReal ? value.Real : null;
    }

    private MathValue? Bound(string variable) => _bound.TryGetValue(variable, out var old) ? old : null;

    private void Restore(string variable, MathValue? outer)
    {
        if (outer is { } shadowed) _bound[variable] = shadowed;
        else _bound.Remove(variable);
    }

    /// <summary>By expansion along the first row, up to 5 by 5.</summary>
    private MathValue Determinant(MatrixNode matrix)
    {
        var n = matrix.Rows.Length;
        if (n is 0 or > 5 || Array.Exists(matrix.Rows, row => row.Length != n)) return MathValue.None;
        return Minor([.. matrix.Rows.Select(row => row.Select(Evaluate).ToArray())], [.. Enumerable.Range(0, n)], 0);
    }

    private static MathValue Minor(MathValue[][] rows, int[] columns, int row)
    {
        if (columns.Length == 0) return MathValue.Of(Rational.One);
        var sum = MathValue.Of(Rational.Zero);
        for (var c = 0; c < columns.Length; c++)
        {
            var term = MathFunctions.Multiply(rows[row][columns[c]], Minor(rows, [.. columns.Where((_, i) => i != c)], row + 1));
            sum = MathFunctions.Add(sum, c % 2 == 0 ? term : MathFunctions.Negate(term));
        }

        return sum;
    }
}
