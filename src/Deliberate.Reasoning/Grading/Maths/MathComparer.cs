namespace Deliberate.Reasoning;

/// <summary>
/// Whether two answers are the same. Null means that it cannot be told. Constants are compared exactly where they are fractions;
/// expressions with variables at several points, exactly where they are rational functions; sets without order, brackets with it;
/// equations up to a factor; inequalities as the sets they describe.
/// </summary>
internal static class MathComparer
{
    private const int Points = 8, EnoughPoints = 4, MostItems = 100;

    public static bool? Equal(MathNode a, MathNode b, int depth = 0)
    {
        if (depth > 12) return null;
        (a, b) = (Settled(a), Settled(b));
        if (a is WordsNode || b is WordsNode) return a is WordsNode x && b is WordsNode y && SameWords(x.Text, y.Text);
        if (Relations(a, b, depth) is { } decided) return decided.Equal;
        if (MathSets.IsSet(a) || MathSets.IsSet(b)) return MathSets.Of(a) is { } s && MathSets.Of(b) is { } t ? MathSets.Equal(s, t) : a is RelationNode || b is RelationNode ? null : false;
        if (IsMany(a) || IsMany(b)) return Many(a, b, depth);
        if (a is GroupNode || b is GroupNode) return Tuples(a, b, depth);
        if (a is MatrixNode m && b is MatrixNode n) return Matrices(m, n, depth);
        if (a is MatrixNode || b is MatrixNode) return false;
        if (a is BasedNode || b is BasedNode) return a == b;
        if (a is RatioNode { Terms.Length: > 2 } || b is RatioNode { Terms.Length: > 2 }) return a is RatioNode p && b is RatioNode q && p.Terms.Length == q.Terms.Length ? Proportional(p.Terms, q.Terms) : false;
        if (a is RatioNode time && b is RatioNode other && IsTime(time) && IsTime(other)) return time.Text == other.Text;
        return Scalars(a, b);
    }

    /// <summary>Chains down to their ends: <c>x = 2 + 3 = 5</c> says x = 5, <c>1/3 \approx 0.33</c> says 1/3, <c>x \in A</c> says A.</summary>
    private static MathNode Settled(MathNode node)
    {
        if (node is ListNode list) return Solutions(list);
        if (node is not RelationNode relation) return node;
        var cut = Array.IndexOf(relation.Operators, "~");
        if (cut == 0 && relation.Sides[0] is SymbolNode) relation = new RelationNode(relation.Sides[..2], ["="]);
        else if (cut == 0) return Settled(relation.Sides[0]);
        else if (cut > 0) relation = new RelationNode(relation.Sides[..(cut + 1)], relation.Operators[..cut]);
        if (relation.Operators is ["in"]) return relation.Sides[1];
        if (relation.Operators.Length > 1 && Array.TrueForAll(relation.Operators, op => op == "=")) return new RelationNode([relation.Sides[0], relation.Sides[^1]], ["="]);
        return relation;
    }

    /// <summary>A list of equations for one variable (<c>x = 2 or x = 3</c>, <c>x = 1, 2</c>) is the list of its values.</summary>
    private static ListNode Solutions(ListNode list)
    {
        if (list.Items[0] is not RelationNode first || Settled(first) is not { } settled || Definition(settled) is not { } definition) return list;
        var values = new MathNode[list.Items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (Definition(Settled(list.Items[i])) is { } next)
            {
                if (next.Name != definition.Name) return list;
                values[i] = next.Value;
            }
            else
            {
                values[i] = list.Items[i];
            }
        }

        return new ListNode(values);
    }

    /// <summary><c>x = value</c> and <c>f(x) = value</c>; null for any other relation.</summary>
    private static (string Name, MathNode Value)? Definition(MathNode node) => node is RelationNode { Operators: ["="], Sides: [var left, var right] }
        ? left is SymbolNode symbol ? (symbol.Name, right)
            : left is CallNode { Function: "mul", Arguments: [SymbolNode { Name: "f" or "g" or "h" or "p" or "q" } function, SymbolNode] } ? (function.Name, right)
            : right is SymbolNode last && left is not SymbolNode && MathSymbols.Of(left).Count == 0 ? (last.Name, left)
            : null
        : null;

    /// <summary>The verdict where relations decide it; null where neither is one.</summary>
    private static (bool? Equal, bool Decided)? Relations(MathNode a, MathNode b, int depth)
    {
        var (x, y) = (Definition(a), Definition(b));
        if (x is { } p && y is { } q && p.Name == q.Name) return (Equal(p.Value, q.Value, depth + 1), true);
        if (x is { } left && b is not RelationNode) return (Equal(left.Value, b, depth + 1), true);
        if (y is { } right && a is not RelationNode) return (Equal(a, right.Value, depth + 1), true);
        if (a is not RelationNode first || b is not RelationNode second) return null;
        if (first.Operators is ["="] && second.Operators is ["="]) return (Proportional([Difference(first)], [Difference(second)], alike: true), true);
        if (first.Operators.Length > 1 || second.Operators.Length > 1 || MathSymbols.Of(a).Count < 2) return null;
        var (f, s) = (first.Operators[0], second.Operators[0]);
        var flipped = f[0] != s[0] && f.Length == s.Length && f[0] is '<' or '>' && s[0] is '<' or '>';
        if (f != s && !flipped) return (false, true);
        return (Proportional([Difference(first)], [flipped ? new CallNode("neg", Difference(second)) : Difference(second)], alike: true, positive: f != "!="), true);
    }

    private static CallNode Difference(RelationNode relation) => new("sub", relation.Sides[0], relation.Sides[1]);

    private static bool IsMany(MathNode node) => node is SetNode or ListNode || HasSign(node);

    private static bool? Many(MathNode a, MathNode b, int depth)
    {
        // A list without brackets may stand for a tuple, and then its order counts.
        if (a is GroupNode tuple && b is ListNode list) return Pairwise(tuple.Items, list.Items, depth);
        if (a is ListNode items && b is GroupNode group) return Pairwise(items.Items, group.Items, depth);
        List<MathNode> x = [], y = [];
        Expand(a, x);
        Expand(b, y);
        if (x.Count > MostItems || y.Count > MostItems) return null;
        var unknown = false;
        return Within(x, y) && Within(y, x) ? true : unknown ? null : false;

        bool Within(List<MathNode> some, List<MathNode> all)
        {
            foreach (var one in some)
            {
                var found = false;
                foreach (var other in all)
                {
                    var equal = Equal(one, other, depth + 1);
                    unknown |= equal is null;
                    if (equal == true)
                    {
                        found = true;
                        break;
                    }
                }

                if (!found) return false;
            }

            return true;
        }
    }

    /// <summary>The members; an expression with plus or minus is two of them.</summary>
    private static void Expand(MathNode node, List<MathNode> into)
    {
        if (into.Count > MostItems) return;
        var items = node switch { SetNode set => set.Items, ListNode list => list.Items, _ => null };
        if (items is not null)
        {
            foreach (var item in items) Expand(item, into);
        }
        else if (HasSign(node))
        {
            into.Add(Signed(node, minus: false));
            into.Add(Signed(node, minus: true));
        }
        else
        {
            into.Add(node);
        }
    }

    private static bool HasSign(MathNode node) => node switch
    {
        CallNode { Function: "pm" or "mp" } => true,
        CallNode call => Array.Exists(call.Arguments, HasSign),
        RelationNode { Operators: ["="] } relation => Array.Exists(relation.Sides, HasSign),
        GroupNode group => Array.Exists(group.Items, HasSign),
        _ => false,
    };

    private static MathNode Signed(MathNode node, bool minus) => node switch
    {
        CallNode { Function: "pm" or "mp" } call => (call.Arguments.Length, (call.Function == "pm") != minus) switch
        {
            (1, true) => Signed(call.Arguments[0], minus),
            (1, false) => new CallNode("neg", Signed(call.Arguments[0], minus)),
            (_, true) => new CallNode("add", Signed(call.Arguments[0], minus), Signed(call.Arguments[1], minus)),
            _ => new CallNode("sub", Signed(call.Arguments[0], minus), Signed(call.Arguments[1], minus)),
        },
        CallNode call => new CallNode(call.Function, Array.ConvertAll(call.Arguments, argument => Signed(argument, minus))),
        RelationNode relation => new RelationNode(Array.ConvertAll(relation.Sides, side => Signed(side, minus)), relation.Operators),
        GroupNode group => new GroupNode(group.Open, group.Close, Array.ConvertAll(group.Items, item => Signed(item, minus))),
        _ => node,
    };

    private static bool? Tuples(MathNode a, MathNode b, int depth)
    {
        if (a is GroupNode x && b is GroupNode y) return x.Open == y.Open && x.Close == y.Close ? Pairwise(x.Items, y.Items, depth) : false;
        var (group, other) = a is GroupNode g ? (g, b) : ((GroupNode)b, a);

        // A column is a way to write a vector.
        return other is MatrixNode { Rows: var rows } && Array.TrueForAll(rows, row => row.Length == 1) ? Pairwise(group.Items, [.. rows.Select(row => row[0])], depth) : false;
    }

    private static bool? Matrices(MatrixNode a, MatrixNode b, int depth) =>
        a.Rows.Length == b.Rows.Length && a.Rows.Zip(b.Rows).All(rows => rows.First.Length == rows.Second.Length) ? Pairwise([.. a.Rows.SelectMany(r => r)], [.. b.Rows.SelectMany(r => r)], depth) : false;

    private static bool? Pairwise(MathNode[] a, MathNode[] b, int depth)
    {
        if (a.Length != b.Length) return false;
        if (a.Length > MostItems * 10) return null;
        bool? all = true;
        for (var i = 0; i < a.Length; i++)
        {
            switch (Equal(a[i], b[i], depth + 1))
            {
                case false: return false;
                case null: all = null; break;
            }
        }

        return all;
    }

    private static bool IsTime(RatioNode ratio) => ratio.Text.Length is 4 or 5 && ratio.Text[^3] == ':' && ratio.Text[^2] is >= '0' and <= '5' && char.IsAsciiDigit(ratio.Text[^1]);

    private static bool? Scalars(MathNode a, MathNode b)
    {
        if (Infinity(a) is var p && Infinity(b) is var q && (p != 0 || q != 0)) return p == q;
        if (MathSymbols.Of(a, b).Count == 0) return MathValue.Same(new MathEvaluator().Evaluate(a), new MathEvaluator().Evaluate(b));
        var compared = 0;
        for (var point = 0; point < Points; point++)
        {
            var (x, y) = (At(a, point), At(b, point));
            if (!x.IsFinite || !y.IsFinite) continue;
            if (MathValue.Same(x, y) is not { } same) continue;
            if (!same) return false;
            compared++;
        }

        return compared >= EnoughPoints ? true : null;
    }

    private static int Infinity(MathNode node) => node switch
    {
        ConstantNode { Name: "inf" } => 1,
        CallNode { Function: "neg", Arguments: [var inner] } => -Infinity(inner),
        CallNode { Function: "pos", Arguments: [var inner] } => Infinity(inner),
        _ => 0,
    };

    /// <summary>Whether one factor takes all of the first into the second; with <paramref name="alike"/>, the same factor at every point.</summary>
    private static bool? Proportional(MathNode[] a, MathNode[] b, bool alike = false, bool positive = false)
    {
        MathValue? factor = null;
        var compared = 0;
        for (var point = 0; point < Points; point++)
        {
            if (!alike) factor = null;
            for (var i = 0; i < a.Length; i++)
            {
                var ratio = new MathEvaluator(name => MathSymbols.Value(name, point)).Evaluate(new CallNode("div", a[i], b[i]));
                if (!ratio.IsFinite) continue;
                if (ratio.Exact is { Sign: 0 } || (positive && ratio.Real <= 0)) return false;
                if (factor is { } known && MathValue.Same(known, ratio) == false) return false;
                factor ??= ratio;
                compared++;
            }
        }

        return compared >= EnoughPoints ? true : null;
    }

    private static MathValue At(MathNode node, int point) => new MathEvaluator(name => MathSymbols.Value(name, point)).Evaluate(node);

    private static bool SameWords(string a, string b) => string.Equals(Plain(a), Plain(b), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string words)
    {
        var bare = new string([.. words.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or ':')]).Trim();
        foreach (var article in (string[])["the ", "a ", "an "])
        {
            if (bare.StartsWith(article, StringComparison.OrdinalIgnoreCase)) return bare[article.Length..];
        }

        return bare;
    }
}
