using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// What an equation says as an answer: <c>m+n=7</c>, <c>AB = 5</c>, <c>P(A \cap B) = 5/12</c> and <c>200-130=70</c> give their last
/// right side. An equation between constants that is not true says nothing; nor does one that is still to be solved, as
/// <c>x^2=25</c> or <c>2x=10</c>.
/// </summary>
internal sealed class MathEquations(MathScalars scalars)
{
    /// <summary>How far a rounded number may be, as a share, where zeros at its end may be rounded too.</summary>
    private const double Rounding = 0.1;

    /// <summary>
    /// What a chain comes down to: <c>x = 2 + 3 = 5</c> to x = 5, <c>2 + 3 = 5</c> to 5, <c>x = 1/3 \approx 0.33</c> to both of its
    /// readings, <c>x \in A</c> to A. Nothing where the chain is false; anything else to itself.
    /// </summary>
    public IReadOnlyList<MathNode> Readings(MathNode node)
    {
        if (node is not RelationNode relation) return [node];
        if (relation.Operators is ["in"]) return [relation.Sides[1]];
        if (!Array.TrueForAll(relation.Operators, op => op is "=" or "~")) return [node];
        if (IsFalse(relation)) return [];
        var cut = Array.IndexOf(relation.Operators, "~");
        if (cut < 0) return [Chain(relation.Sides)];
        MathNode[] about = IsName(relation.Sides[0]) ? [relation.Sides[0], relation.Sides[^1]] : [relation.Sides[^1]];
        return cut == 0 && about.Length == 2 ? [Chain(about)] : [Chain(relation.Sides[..(cut + 1)]), Chain(about)];
    }

    /// <summary>What is named, and the value it is given; null where the relation gives none.</summary>
    /// <param name="node">A reading.</param>
    /// <param name="reference">Of a reference only a name on the left side makes the right side the answer: <c>2x+z=1</c> is a line.</param>
    public (MathNode Name, MathNode Value)? Given(MathNode node, bool reference)
    {
        if (node is not RelationNode { Operators: ["="], Sides: [var left, var right] }) return null;
        var (variables, others) = (MathSymbols.Of(left), MathSymbols.Of(right));
        if (left is CallNode { Function: "apply", Arguments: [var applied, var argument] } && MathSymbols.FunctionName(applied) is { } function && !others.Contains(function) && !MathSymbols.Of(argument).Contains(function)) return (left, right);
        if (others.Overlaps(variables)) return !reference && others.SetEquals(variables) && scalars.Equal(left, right) == true ? (left, right) : null;
        if (IsName(left)) return (left, right);
        if (variables.Count == 0 && (right is SymbolNode || (!reference && others.Count > 1))) return (right, left);
        return !reference && (variables.Count > 1 || (variables.Count == 1 && IsQuantity(left))) ? (left, right) : null;
    }

    /// <summary>Whether two left sides name the same.</summary>
    public bool SameName(MathNode a, MathNode b) => MathSymbols.Write(a) == MathSymbols.Write(b) || (a is not NameNode && b is not NameNode && scalars.Equal(a, b) == true);

    /// <summary>The value of a function with its variable renamed as in another; null where they are not the same function.</summary>
    public static MathNode? Renamed((MathNode Name, MathNode Value) function, MathNode name) =>
        function.Name is CallNode { Function: "apply", Arguments: [var f, SymbolNode x] } && name is CallNode { Function: "apply", Arguments: [var g, SymbolNode y] } && MathSymbols.Write(f) == MathSymbols.Write(g) && x != y && !MathSymbols.Of(function.Value).Contains(y.Name)
            ? MathSymbols.Replace(function.Value, x.Name, y) : null;

    private MathNode Chain(MathNode[] sides)
    {
        var (first, last) = (sides[0], sides[^1]);
        if (sides.Length == 1) return first;
        return IsConstant(first) && IsConstant(last) ? last : new RelationNode([first, last], ["="]);
    }

    /// <summary>Whether a side is a sum to work out, which was compared with the others where it has a value.</summary>
    private bool IsConstant(MathNode node) => node switch
    {
        QuantityNode quantity => IsConstant(quantity.Value),
        SeriesNode or IntegralNode => !MathSymbols.Any(node),
        NumberNode or ConstantNode or CallNode or RatioNode => !MathSymbols.Any(node) && scalars.Constant(node).IsFinite,
        _ => false,
    };

    /// <summary>A letter, a label of capitals, a length, a function's value, or what is written in a notation of its own.</summary>
    private static bool IsName(MathNode node) => node switch
    {
        SymbolNode or NameNode => true,
        GroupNode group => Array.TrueForAll(group.Items, item => item is SymbolNode),
        CallNode { Function: "norm" } => true,
        CallNode { Function: "abs", Arguments: [var inner] } => IsLabel(inner) || inner is SymbolNode { Name: not ("x" or "y" or "t") },
        CallNode { Function: "mul" } => IsLabel(node),
        CallNode { Function: "sin" or "cos" or "tan" or "cot" or "sec" or "csc", Arguments: [var angle] } => MathSymbols.Any(angle),
        _ => false,
    };

    private static bool IsLabel(MathNode node) => node switch
    {
        SymbolNode { Name: [>= 'A' and <= 'Z', ..] } => true,
        CallNode { Function: "mul", Arguments: [var left, var right] } => IsLabel(left) && IsLabel(right),
        _ => false,
    };

    /// <summary>Whether an expression in one variable is something to find the value of, rather than the side of an equation to solve: <c>x + \frac{1}{x}</c>.</summary>
    private static bool IsQuantity(MathNode node) => Divides(node) && Occurrences(node) > 1;

    private static bool Divides(MathNode node) => node switch
    {
        CallNode { Function: "div", Arguments: [_, var under] } when MathSymbols.Any(under) => true,
        CallNode { Function: "pow", Arguments: [var under, CallNode { Function: "neg" }] } when MathSymbols.Any(under) => true,
        _ => MathSymbols.Children(node).Any(Divides),
    };

    private static int Occurrences(MathNode node) => node is SymbolNode ? 1 : MathSymbols.Children(node).Sum(Occurrences);

    /// <summary>Whether sides that can be compared are not what the chain says they are.</summary>
    private bool IsFalse(RelationNode relation)
    {
        for (var i = 0; i + 1 < relation.Sides.Length; i++)
        {
            // With the next side that has a value: those between are names, or what is asked for.
            for (var j = i + 1; j < relation.Sides.Length; j++)
            {
                var about = Array.IndexOf(relation.Operators, "~", i, j - i) >= 0;
                if (Agree(relation.Sides[i], relation.Sides[j], about, inside: i > 0) is not { } agree) continue;
                if (!agree) return true;
                break;
            }
        }

        return false;
    }

    /// <summary>Whether two sides are the same, or nearly; null where that cannot be told, or depends on variables.</summary>
    private bool? Agree(MathNode left, MathNode right, bool about, bool inside)
    {
        if (left is QuantityNode a && right is QuantityNode b && !(a.Unit.Powers.SequenceEqual(b.Unit.Powers) && MathUnit.Agree(a.Unit, b.Unit))) return null;
        if (left is QuantityNode { Unit.IsModular: true } || right is QuantityNode { Unit.IsModular: true }) return null;
        if (left is NameNode name) return Stripped(name) is { } constant ? Agree(constant, right, about, inside) : null;
        var (x, y) = ((left as QuantityNode)?.Value ?? left, (right as QuantityNode)?.Value ?? right);
        if (!IsScalar(x) || !IsScalar(y)) return null;
        var variables = MathSymbols.Of(x);
        if (variables.Count > 0) return inside && !about && variables.SetEquals(MathSymbols.Of(y)) ? scalars.Equal(x, y) : null;
        if (MathSymbols.Any(y)) return null;
        var (p, q) = (scalars.Constant(x), scalars.Constant(y));
        if (!p.IsFinite || !q.IsFinite) return null;
        if (about ? Near(x, p, y, q) : MathValue.Same(p, q) == true) return true;

        // A sign of degrees or per cent on one side only: its value is the other's as a number, or as an angle or share.
        var (first, second) = (Mark(left), Mark(right));
        if (first is null && second is null) return false;
        if (MathValue.Same(scalars.Constant(left), scalars.Constant(right)) == true) return true;
        return about && first is { IsPercent: true } != second is { IsPercent: true } && Near(x, first is null ? Percent(p) : p, y, second is null ? Percent(q) : q);

        static MathUnit? Mark(MathNode side) => side is QuantityNode { Unit: { IsDegree: true } or { IsPercent: true } } marked ? marked.Unit : null;
        static MathValue Percent(in MathValue value) => MathFunctions.Multiply(value, MathValue.Of(Rational.Of(100)));
    }

    private static bool IsScalar(MathNode node) => node is NumberNode or CallNode or ConstantNode or RatioNode or SeriesNode or IntegralNode or SymbolNode;

    /// <summary>The sum that is left of a side in words, without them; null where there is none, or where units differ in it.</summary>
    private static MathNode? Stripped(NameNode name)
    {
        var words = name.Tokens.Where(t => t.Kind is MathTokenKind.Word or MathTokenKind.Text).ToArray();
        if (words.Length == 0 || Array.Exists(words, w => w.Text.Length < 2) || !name.Tokens.All(t => t.Kind is MathTokenKind.Number or MathTokenKind.Word or MathTokenKind.Text || t.Is("+") || t.Is("-"))) return null;
        if (words.Select(w => MathWords.Singular(w.Text)).Distinct(StringComparer.Ordinal).Count() > 1) return null;
        return MathParser.Parse([.. name.Tokens.Where(t => t.Kind is not (MathTokenKind.Word or MathTokenKind.Text))]) is { } sum && sum.Node is CallNode or NumberNode ? sum.Node : null;
    }

    /// <summary>Whether the rounded one of two numbers is the other, rounded: to the last place that is written. A whole number is no rounding of another.</summary>
    private static bool Near(MathNode left, in MathValue p, MathNode right, in MathValue q)
    {
        if (!p.IsReal || !q.IsReal) return true;
        if (left is NumberNode { Value.IsInteger: true } && right is NumberNode { Value.IsInteger: true }) return p.Exact == q.Exact;
        var difference = Math.Abs(p.Real - q.Real);
        var (place, plain) = LastPlace(right) ?? LastPlace(left) ?? (0, true);
        return difference <= place / 2 * (1 + 1e-9) && (plain || difference <= Rounding * Math.Max(Math.Abs(p.Real), Math.Abs(q.Real)));
    }

    /// <summary>The worth of the last place of a written number, and whether that is a one or less.</summary>
    private static (double Place, bool Plain)? LastPlace(MathNode node)
    {
        if (node is CallNode { Function: "neg", Arguments: [var inner] }) return LastPlace(inner);
        if (node is CallNode { Function: "mul", Arguments: [var factor, CallNode { Function: "pow" } power] } && LastPlace(factor) is { } mantissa && new MathEvaluator().Evaluate(power) is { IsFinite: true } scale) return (mantissa.Place * scale.Real, false);
        if (node is not NumberNode { Value: var value }) return null;
        var place = 1.0;
        var scaled = value;
        while (!scaled.IsInteger && place > 1e-300)
        {
            place /= 10;
            if (Rational.Multiply(scaled, Rational.Of(10)) is not { } next) return null;
            scaled = next;
        }

        if (place < 1 || scaled.Sign == 0) return (place, true);
        for (var n = scaled.Numerator; (n % 10).IsZero; n /= 10) place *= 10;
        return (place, place <= 1);
    }
}
