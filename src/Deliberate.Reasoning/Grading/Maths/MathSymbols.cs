using System.Globalization;

namespace Deliberate.Reasoning;

/// <summary>The variables of an expression, the values at which two expressions are compared, and replacing one by another expression.</summary>
internal static class MathSymbols
{
    public static HashSet<string> Of(params ReadOnlySpan<MathNode> nodes)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes) Collect(node, found);
        return found;
    }

    public static bool Any(MathNode node) => Of(node).Count > 0;

    /// <summary>
    /// A fraction that follows from the variable's name and the number of the point, of either sign: between 0.74 and 3 where the
    /// number is even, between 0.18 and 0.75 where it is odd.
    /// </summary>
    public static Rational Value(string name, int point)
    {
        var hash = Hash(name, point);
        var size = (long)(hash >> 33) % 750 + 250;
        return Rational.Of((hash & 1) == 0 ? size : -size, point % 2 == 0 ? 337 : 4 * 337)!.Value;
    }

    /// <summary>A whole number from 2 to 13.</summary>
    public static Rational Whole(string name, int point) => Rational.Of((long)(Hash(name, point) >> 33) % 12 + 2);

    /// <summary>The letter that may be a function's where brackets follow, as it stands or as its inverse <c>f^{-1}</c>; null for what is none.</summary>
    public static string? FunctionName(MathNode node) => node switch
    {
        SymbolNode symbol => symbol.Name,
        CallNode { Function: "pow", Arguments: [SymbolNode symbol, CallNode { Function: "neg", Arguments: [NumberNode { Value: var one }] }] } when one == Rational.One => symbol.Name,
        _ => null,
    };

    /// <summary>What an expression consists of, as a text: the same for expressions that are written alike.</summary>
    public static string Write(MathNode node) => node switch
    {
        NumberNode number => number.Value.IsInteger ? number.Value.Numerator.ToString(CultureInfo.InvariantCulture) : $"{number.Value.Numerator}/{number.Value.Denominator}",
        SymbolNode symbol => symbol.Name,
        ConstantNode constant => constant.Name,
        NameNode name => name.Text.Replace(" ", "", StringComparison.Ordinal),
        WordsNode words => words.Text,
        QuantityNode quantity => Write(quantity.Value),
        _ => $"{(node as CallNode)?.Function ?? node.GetType().Name}({string.Join(',', Children(node).Select(Write))})",
    };

    /// <summary>The expression with another one in a variable's place; null where the variable is bound inside.</summary>
    public static MathNode? Replace(MathNode node, string variable, MathNode by)
    {
        switch (node)
        {
            case SymbolNode symbol: return symbol.Name == variable ? by : node;
            case CallNode call:
                {
                    var arguments = new MathNode[call.Arguments.Length];
                    for (var i = 0; i < arguments.Length; i++)
                    {
                        if (Replace(call.Arguments[i], variable, by) is not { } replaced) return null;
                        arguments[i] = replaced;
                    }

                    return new CallNode(call.Function, arguments);
                }

            default: return Of(node).Contains(variable) ? null : node;
        }
    }

    /// <summary>The parts of a node.</summary>
    public static IEnumerable<MathNode> Children(MathNode node) => node switch
    {
        CallNode call => call.Arguments,
        GroupNode group => group.Items,
        SetNode set => set.Items,
        ListNode list => list.Items,
        UnionNode union => union.Parts,
        RatioNode ratio => ratio.Terms,
        RelationNode relation => relation.Sides,
        BuilderNode builder => [builder.Condition],
        QuantityNode quantity => [quantity.Value],
        MatrixNode matrix => matrix.Rows.SelectMany(r => r),
        SeriesNode series => [series.From, series.To, series.Body],
        IntegralNode integral => [integral.From, integral.To, integral.Body],
        _ => [],
    };

    private static ulong Hash(string name, int point)
    {
        var hash = 14695981039346656037UL + (ulong)point * 0x9E3779B97F4A7C15UL;
        foreach (var c in name) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        return (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
    }

    private static void Collect(MathNode node, HashSet<string> found)
    {
        switch (node)
        {
            case SymbolNode symbol: found.Add(symbol.Name); break;
            case SeriesNode series: Bound(series.Variable, series.Body, [series.From, series.To], found); break;
            case IntegralNode integral: Bound(integral.Variable, integral.Body, [integral.From, integral.To], found); break;
            default:
                foreach (var child in Children(node)) Collect(child, found);
                break;
        }
    }

    private static void Bound(string variable, MathNode body, ReadOnlySpan<MathNode> free, HashSet<string> found)
    {
        var inner = new HashSet<string>(StringComparer.Ordinal);
        Collect(body, inner);
        inner.Remove(variable);
        found.UnionWith(inner);
        foreach (var node in free) Collect(node, found);
    }
}
