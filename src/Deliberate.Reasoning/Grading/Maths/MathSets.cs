namespace Deliberate.Reasoning;

/// <summary>
/// A set of real numbers as intervals in order, overlapping and touching ones joined: what inequalities, unions and brackets are
/// compared as. Null where the answer is no such set.
/// </summary>
internal static class MathSets
{
    private const int MostParts = 100;

    /// <param name="Low">An end; <see cref="double.NegativeInfinity"/> has no exact value.</param>
    internal readonly record struct Interval(MathValue Low, bool LowIn, MathValue High, bool HighIn);

    private static readonly MathValue Least = new(null, new System.Numerics.Complex(double.NegativeInfinity, 0)), Largest = new(null, new System.Numerics.Complex(double.PositiveInfinity, 0));

    /// <summary>Whether an answer can only be a set of reals; brackets with two numbers may be a pair as well.</summary>
    public static bool IsSet(MathNode node) => node is UnionNode or BuilderNode or RelationNode { Operators: not ["="] } or GroupNode { Open: '(', Close: ']' } or GroupNode { Open: '[', Close: ')' } || (node is GroupNode { Items: [var low, var high] } && (IsInfinite(low) || IsInfinite(high)));

    public static List<Interval>? Of(MathNode node, MathBudget budget)
    {
        var parts = new List<Interval>();
        if (!Collect(node, parts, budget, 0)) return null;
        parts.Sort((a, b) => a.Low.Real != b.Low.Real ? a.Low.Real.CompareTo(b.Low.Real) : b.LowIn.CompareTo(a.LowIn));
        var joined = new List<Interval>();
        foreach (var part in parts)
        {
            if (joined.Count > 0 && joined[^1] is var last && (part.Low.Real < last.High.Real || (Same(part.Low, last.High) && (part.LowIn || last.HighIn))))
                joined[^1] = Same(part.High, last.High) ? last with { HighIn = last.HighIn || part.HighIn } : part.High.Real > last.High.Real ? last with { High = part.High, HighIn = part.HighIn } : last;
            else joined.Add(part);
        }

        return joined;
    }

    /// <param name="a">In order.</param>
    /// <param name="b">In order.</param>
    /// <param name="rounded">Whether a decimal stands in one of them that may be rounded.</param>
    public static bool Equal(List<Interval> a, List<Interval> b, bool rounded)
    {
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].LowIn != b[i].LowIn || a[i].HighIn != b[i].HighIn || !Same(a[i].Low, b[i].Low, rounded) || !Same(a[i].High, b[i].High, rounded)) return false;
        }

        return true;
    }

    private static bool Same(in MathValue a, in MathValue b, bool rounded = false) => double.IsInfinity(a.Real) || double.IsInfinity(b.Real) ? a.Real == b.Real : MathValue.Same(a, b, rounded) == true;

    private static bool Collect(MathNode node, List<Interval> parts, MathBudget budget, int depth)
    {
        if (depth > 8 || parts.Count > MostParts) return false;
        switch (node)
        {
            case UnionNode union: return Array.TrueForAll(union.Parts, part => Collect(part, parts, budget, depth + 1));
            case ListNode list: return Array.TrueForAll(list.Items, part => Collect(part, parts, budget, depth + 1));
            case BuilderNode builder: return Collect(builder.Condition, parts, budget, depth + 1);
            case SetNode set:
                foreach (var item in set.Items)
                {
                    if (Number(item, budget) is not { } point) return false;
                    parts.Add(new Interval(point, true, point, true));
                }

                return true;
            case GroupNode { Items: [var low, var high] } group:
                return Number(low, budget) is { } from && Number(high, budget) is { } to && from.Real <= to.Real && Add(parts, from, group.Open == '[', to, group.Close == ']');
            case RelationNode { Operators: [var op, var op2], Sides: [var low, SymbolNode, var high] } when op is "<" or "<=" && op2 is "<" or "<=":
                return Number(low, budget) is { } from1 && Number(high, budget) is { } to1 && Add(parts, from1, op == "<=", to1, op2 == "<=");
            case RelationNode { Operators: [var op, var op2], Sides: [var high, SymbolNode, var low] } when op is ">" or ">=" && op2 is ">" or ">=":
                return Number(low, budget) is { } from2 && Number(high, budget) is { } to2 && Add(parts, from2, op2 == ">=", to2, op == ">=");
            case RelationNode { Operators: ["in"], Sides: [_, var set] }: return Collect(set, parts, budget, depth + 1);
            case RelationNode { Operators: [var op], Sides: [var left, var right] }: return Half(op, left, right, parts, budget);
            default: return false;
        }
    }

    private static bool Add(List<Interval> parts, MathValue low, bool lowIn, MathValue high, bool highIn)
    {
        parts.Add(new Interval(low, lowIn && !double.IsInfinity(low.Real), high, highIn && !double.IsInfinity(high.Real)));
        return true;
    }

    /// <summary>A linear inequality in one variable, solved: a x + b against 0.</summary>
    private static bool Half(string op, MathNode left, MathNode right, List<Interval> parts, MathBudget budget)
    {
        var symbols = MathSymbols.Of(left, right);
        if (symbols.Count != 1 || op is not ("<" or "<=" or ">" or ">=" or "!=")) return false;
        var difference = new CallNode("sub", left, right);
        if (At(difference, 0, budget) is not { } b || At(difference, 1, budget) is not { } one || At(difference, 2, budget) is not { } two || At(difference, -3, budget) is not { } three) return Bound(op, left, right, parts, budget);
        if (Rational.Add(one, -b) is not { } a || a.Sign == 0) return false;
        if (Rational.Multiply(a, Rational.Of(2)) is not { } twice || Rational.Add(twice, b) != two || Rational.Multiply(a, Rational.Of(-3)) is not { } back || Rational.Add(back, b) != three) return Bound(op, left, right, parts, budget);
        if (Rational.Divide(-b, a) is not { } root) return false;
        Place(op, MathValue.Of(root), a.Sign < 0, parts);
        return true;
    }

    /// <summary>A variable alone against a number that is no fraction.</summary>
    private static bool Bound(string op, MathNode left, MathNode right, List<Interval> parts, MathBudget budget)
    {
        if ((left is SymbolNode ? Number(right, budget) : right is SymbolNode ? Number(left, budget) : null) is not { } bound) return false;
        Place(op, bound, left is not SymbolNode, parts);
        return true;
    }

    private static void Place(string op, MathValue bound, bool flipped, List<Interval> parts)
    {
        var closed = op is "<=" or ">=";
        if (op == "!=" || op.StartsWith('<') != flipped) Add(parts, Least, false, bound, closed);
        if (op == "!=" || op.StartsWith('<') == flipped) Add(parts, bound, closed, Largest, false);
    }

    private static Rational? At(MathNode node, int x, MathBudget budget) => new MathEvaluator(_ => Rational.Of(x), budget).Evaluate(node).Exact;

    private static bool IsInfinite(MathNode node) => node is ConstantNode { Name: "inf" } || (node is CallNode { Arguments: [var inner], Function: "neg" or "pos" } && IsInfinite(inner));

    private static MathValue? Number(MathNode node, MathBudget budget)
    {
        if (IsInfinite(node)) return node is CallNode { Function: "neg" } ? Least : Largest;
        var value = new MathEvaluator(budget: budget).Evaluate(node is QuantityNode quantity ? quantity.Value : node);
        return value.IsFinite && value.IsReal ? value : null;
    }
}
