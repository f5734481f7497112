namespace Deliberate.Reasoning;

/// <summary>The variables of an expression, and the values at which two expressions are compared.</summary>
internal static class MathSymbols
{
    public static HashSet<string> Of(params ReadOnlySpan<MathNode> nodes)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes) Collect(node, found);
        return found;
    }

    /// <summary>A fraction between -3 and 3 that follows from the variable's name and the number of the point: of either sign, never near 0 or 1.</summary>
    public static Rational Value(string name, int point)
    {
        var hash = 14695981039346656037UL + (ulong)point * 0x9E3779B97F4A7C15UL;
        foreach (var c in name) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        var size = (long)(hash >> 33) % 750 + 250;
        return Rational.Of((hash & 1) == 0 ? size : -size, 337)!.Value;
    }

    private static void Collect(MathNode node, HashSet<string> found)
    {
        switch (node)
        {
            case SymbolNode symbol: found.Add(symbol.Name); break;
            case CallNode call: All(call.Arguments, found); break;
            case GroupNode group: All(group.Items, found); break;
            case SetNode set: All(set.Items, found); break;
            case ListNode list: All(list.Items, found); break;
            case UnionNode union: All(union.Parts, found); break;
            case RatioNode ratio: All(ratio.Terms, found); break;
            case RelationNode relation: All(relation.Sides, found); break;
            case BuilderNode builder: Collect(builder.Condition, found); break;
            case MatrixNode matrix:
                foreach (var row in matrix.Rows) All(row, found);
                break;
            case SeriesNode series:
                var inner = new HashSet<string>(StringComparer.Ordinal);
                Collect(series.Body, inner);
                inner.Remove(series.Variable);
                found.UnionWith(inner);
                All([series.From, series.To], found);
                break;
            default: break;
        }
    }

    private static void All(ReadOnlySpan<MathNode> nodes, HashSet<string> found)
    {
        foreach (var node in nodes) Collect(node, found);
    }
}
