namespace Deliberate.Reasoning;

/// <summary>The derivative of an elementary expression by one variable, as an expression. Null where it has none that is known, or where it grows too large.</summary>
internal static class MathDerivative
{
    private const int MostNodes = 4_000;

    private static readonly MathNode Zero = new NumberNode(Rational.Zero), One = new NumberNode(Rational.One), Two = new NumberNode(Rational.Of(2));

    /// <param name="node">A scalar.</param>
    /// <param name="variable">By which variable.</param>
    /// <param name="order">How many times.</param>
    public static MathNode? Of(MathNode node, string variable, int order)
    {
        MathNode? result = node;
        for (var i = 0; i < order && result is not null; i++)
        {
            var left = MostNodes;
            result = Of(result, variable, ref left);
            left = MostNodes;
            if (result is not null && !Fits(result, ref left)) return null;
        }

        return result;
    }

    /// <summary>Whether an expression is not too large, written out: parts stand in it several times.</summary>
    private static bool Fits(MathNode node, ref int left)
    {
        if (--left < 0) return false;
        foreach (var child in MathSymbols.Children(node))
        {
            if (!Fits(child, ref left)) return false;
        }

        return true;
    }

    private static MathNode? Of(MathNode node, string variable, ref int left)
    {
        if (--left < 0) return null;
        if (node is SymbolNode symbol) return symbol.Name == variable ? One : Zero;
        if (node is NumberNode or ConstantNode) return Zero;
        if (node is not CallNode call) return MathSymbols.Of(node).Contains(variable) ? null : Zero;
        if (Of(call.Arguments[0], variable, ref left) is not { } inner) return null;
        var a = call.Arguments[0];
        if (call.Arguments.Length == 1) return inner == Zero ? Zero : Outer(call.Function, a, node) is { } outer ? Times(outer, inner) : null;
        var b = call.Arguments[1];
        if (call.Arguments.Length > 2 || Of(b, variable, ref left) is not { } second) return null;
        if (inner == Zero && second == Zero) return Zero;
        switch (call.Function)
        {
            case "add" or "sub": return inner == Zero && call.Function == "add" ? second : second == Zero ? inner : new CallNode(call.Function, inner, second);
            case "mul" or "apply": return Plus(Times(inner, b), Times(a, second));
            case "div": return second == Zero ? new CallNode("div", inner, b) : new CallNode("div", new CallNode("sub", Times(inner, b), Times(a, second)), new CallNode("pow", b, Two));
            case "pow" when second == Zero: return Times(Times(b, new CallNode("pow", a, new CallNode("sub", b, One))), inner);
            case "pow" when inner == Zero: return Times(Times(node, new CallNode("ln", a)), second);

            // u^v = exp(v ln u).
            case "pow": return Times(node, Plus(Times(second, new CallNode("ln", a)), Times(b, new CallNode("div", inner, a))));
            case "root" when second == Zero: return new CallNode("div", Times(node, inner), Times(b, a));
            case "log" when inner == Zero: return new CallNode("div", second, Times(b, new CallNode("ln", a)));
            default: return null;
        }
    }

    /// <summary>The derivative of a function by its argument.</summary>
    private static MathNode? Outer(string function, MathNode a, MathNode whole)
    {
        switch (function)
        {
            case "neg": return Negative(One);
            case "pos": return One;
            case "sqrt": return new CallNode("div", One, Times(Two, whole));
            case "exp" or "sinh": return new CallNode(function == "exp" ? "exp" : "cosh", a);
            case "cosh": return new CallNode("sinh", a);
            case "ln": return new CallNode("div", One, a);
            case "sin": return new CallNode("cos", a);
            case "cos": return Negative(new CallNode("sin", a));
            case "tan": return Squared(new CallNode("sec", a));
            case "cot": return Negative(Squared(new CallNode("csc", a)));
            case "sec": return Times(whole, new CallNode("tan", a));
            case "csc": return Negative(Times(whole, new CallNode("cot", a)));
            case "tanh": return new CallNode("div", One, Squared(new CallNode("cosh", a)));
            case "arcsin": return new CallNode("div", One, new CallNode("sqrt", new CallNode("sub", One, Squared(a))));
            case "arccos": return Negative(new CallNode("div", One, new CallNode("sqrt", new CallNode("sub", One, Squared(a)))));
            case "arctan": return new CallNode("div", One, Plus(One, Squared(a)));
            case "abs": return new CallNode("div", a, whole);
            default: return null;
        }
    }

    private static CallNode Squared(MathNode node) => new("pow", node, Two);

    private static CallNode Negative(MathNode node) => new("neg", node);

    private static MathNode Plus(MathNode a, MathNode b) => a == Zero ? b : b == Zero ? a : new CallNode("add", a, b);

    private static MathNode Times(MathNode a, MathNode b) => a == Zero || b == Zero ? Zero : a == One ? b : b == One ? a : new CallNode("mul", a, b);
}
