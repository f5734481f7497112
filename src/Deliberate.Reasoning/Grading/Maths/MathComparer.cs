namespace Deliberate.Reasoning;

/// <summary>
/// Whether an answer is a reference. Null means that it cannot be told. Scalars as <see cref="MathScalars"/> says; sets without order,
/// brackets with it, lists as <see cref="AnswerLists"/> says; equations by what they give (<see cref="MathEquations"/>), else up to a
/// factor; inequalities as the sets they describe; two units that differ make two answers different.
/// </summary>
internal sealed class MathComparer
{
    private const int MostItems = 100, Deepest = 12;

    private readonly AnswerLists _lists;
    private readonly MathScalars _scalars;
    private readonly MathEquations _equations;
    private readonly MathBudget _budget;

    public MathComparer(MathBudget budget, AnswerLists lists)
    {
        (_budget, _lists, _scalars) = (budget, lists, new MathScalars(budget));
        _equations = new MathEquations(_scalars);
    }

    /// <param name="a">The reference.</param>
    /// <param name="b">The answer.</param>
    /// <param name="depth">Of nesting so far.</param>
    public bool? Equal(MathNode a, MathNode b, int depth = 0)
    {
        if (depth > Deepest || !_budget.Take()) return null;
        var unknown = false;
        foreach (var x in _equations.Readings(a))
        {
            foreach (var y in _equations.Readings(b))
            {
                var equal = Read(x is ListNode s ? Solutions(s) : x, y is ListNode t ? Solutions(t) : y, depth);
                if (equal == true) return true;
                unknown |= equal is null;
            }
        }

        return unknown ? null : false;
    }

    private bool? Read(MathNode a, MathNode b, int depth)
    {
        if (a is SetNode && b is WordsNode named) b = Members(named);
        else if (_lists == AnswerLists.Set && a is WordsNode wanted && b is WordsNode given && Members(wanted) is ListNode all) (a, b) = (all, Members(given));
        if (a is WordsNode || b is WordsNode) return a is WordsNode x && b is WordsNode y && SameWords(x.Text, y.Text);
        if (Relations(a, b, depth) is { } decided) return decided.Equal;
        if (a is QuantityNode || b is QuantityNode) return Quantities(a, b, depth);
        if (MathSets.IsSet(a) || MathSets.IsSet(b)) return MathSets.Of(a, _budget) is { } s && MathSets.Of(b, _budget) is { } t ? MathSets.Equal(s, t, MathValue.IsRounded(a) != MathValue.IsRounded(b)) : a is RelationNode || b is RelationNode ? null : false;
        if (IsMany(a) || IsMany(b)) return Many(a, b, depth);
        if (a is GroupNode || b is GroupNode) return Tuples(a, b, depth);
        if (a is MatrixNode m && b is MatrixNode n) return Matrices(m, n, depth);
        if (a is MatrixNode || b is MatrixNode) return false;
        if (a is BasedNode || b is BasedNode) return a == b;
        if (a is RatioNode { Terms.Length: > 2 } || b is RatioNode { Terms.Length: > 2 }) return a is RatioNode p && b is RatioNode q && p.Terms.Length == q.Terms.Length ? _scalars.Proportional(p.Terms, q.Terms) : false;
        if (a is RatioNode time && b is RatioNode other && IsTime(time) && IsTime(other)) return time.Text == other.Text;
        return _scalars.Equal(a, b);
    }

    /// <summary>Values with units: a unit on one side only is no difference, except that per cent may be the number or its hundredth.</summary>
    private bool? Quantities(MathNode a, MathNode b, int depth)
    {
        var (x, y) = (a as QuantityNode, b as QuantityNode);
        if (x is not null && y is not null && !MathUnit.Agree(x.Unit, y.Unit)) return false;
        var (gold, given) = (x?.Value ?? a, y?.Value ?? b);
        var (percent, asked) = (x?.Unit.IsPercent == true, y?.Unit.IsPercent == true);
        if (percent == asked) return Equal(gold, given, depth + 1);

        // Half a per cent is no half: a sign that the reference lacks may be its unit only where the reference is no share itself.
        var equal = percent || !IsShare(gold) ? Equal(gold, given, depth + 1) : false;
        if (equal == true) return true;
        return percent ? Equal(Hundredth(gold), given, depth + 1) : Equal(gold, Hundredth(given), depth + 1);
    }

    private static CallNode Hundredth(MathNode node) => new("div", node, new NumberNode(Rational.Of(100)));

    private bool IsShare(MathNode node) => node is NumberNode or CallNode && !MathSymbols.Any(node) && _scalars.Constant(node) is { IsFinite: true, IsReal: true, Real: > -1 and < 1 and not 0 };

    /// <summary>A list of equations for one variable (<c>x = 2 or x = 3</c>, <c>x = 1, 2</c>) is the list of its values.</summary>
    private MathNode Solutions(ListNode list)
    {
        if (Given(list.Items[0]) is not { } first) return list;
        var values = new MathNode[list.Items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (Given(list.Items[i]) is { } next)
            {
                if (!_equations.SameName(next.Name, first.Name)) return list;
                values[i] = next.Value;
            }
            else
            {
                values[i] = list.Items[i];
            }
        }

        return new ListNode(values);
    }

    private (MathNode Name, MathNode Value)? Given(MathNode node) => _equations.Readings(node) is [var only] ? _equations.Given(only, reference: true) : null;

    /// <summary>The verdict where relations decide it; null where neither is one.</summary>
    private (bool? Equal, bool Decided)? Relations(MathNode a, MathNode b, int depth)
    {
        if (a is not RelationNode && b is not RelationNode) return null;
        var (x, y) = (_equations.Given(a, reference: true), _equations.Given(b, reference: false));
        if (x is { } left && b is not RelationNode) return (Equal(left.Value, b, depth + 1), true);
        if (y is { } right && a is not RelationNode) return (Equal(a, right.Value, depth + 1), true);
        if (a is not RelationNode first || b is not RelationNode second) return (a as RelationNode ?? b as RelationNode)!.Operators is ["="] ? (false, true) : null;
        if (x is { } p && y is { } q)
        {
            if (_equations.SameName(p.Name, q.Name)) return (Equal(p.Value, q.Value, depth + 1), true);
            if (MathEquations.Renamed(q, p.Name) is { } renamed) return (Equal(p.Value, renamed, depth + 1), true);
            if (p.Name is NameNode || q.Name is NameNode) return (false, true);
        }

        if (first.Operators is ["="] && second.Operators is ["="]) return (_scalars.Proportional([Difference(first)], [Difference(second)], alike: true), true);
        if (first.Operators.Length > 1 || second.Operators.Length > 1 || MathSymbols.Of(a).Count < 2) return null;
        var (f, s) = (first.Operators[0], second.Operators[0]);
        var flipped = f[0] != s[0] && f.Length == s.Length && f[0] is '<' or '>' && s[0] is '<' or '>';
        if (f != s && !flipped) return (false, true);
        return (_scalars.Proportional([Difference(first)], [flipped ? new CallNode("neg", Difference(second)) : Difference(second)], alike: true, positive: f != "!="), true);
    }

    private static CallNode Difference(RelationNode relation) => new("sub", relation.Sides[0], relation.Sides[1]);

    private static bool IsMany(MathNode node) => node is SetNode or ListNode || MathSigned.HasTwo(node);

    private bool? Many(MathNode a, MathNode b, int depth)
    {
        // Several answers are not one, nor one said twice.
        if ((a is ListNode && Count(a) != Count(b)) || (b is ListNode && a is not SetNode && Count(a) != Count(b))) return false;

        // A list without brackets may stand for a tuple, and then its order counts; as it does where it is an ordering.
        if (a is GroupNode tuple && b is ListNode list) return MayBeTuple(tuple) ? Pairwise(tuple.Items, list.Items, depth) : false;
        if (a is ListNode items && b is GroupNode group) return MayBeTuple(group) ? Pairwise(items.Items, group.Items, depth) : false;
        if (a is ListNode wanted && b is ListNode or SetNode && IsOrdered(wanted, b)) return Pairwise(wanted.Items, b is ListNode given ? given.Items : ((SetNode)b).Items, depth);
        List<MathNode> x = [], y = [];
        Expand(a, x);
        Expand(b, y);
        if (x.Count > MostItems || y.Count > MostItems) return null;
        var unknown = false;
        return Within(x, y, (one, other) => Equal(one, other, depth + 1)) && Within(y, x, (one, other) => Equal(other, one, depth + 1)) ? true : unknown ? null : false;

        bool Within(List<MathNode> some, List<MathNode> all, Func<MathNode, MathNode, bool?> same)
        {
            foreach (var one in some)
            {
                var found = false;
                foreach (var other in all)
                {
                    var equal = same(one, other);
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

    /// <summary>Two numbers in square brackets are an interval.</summary>
    private static bool MayBeTuple(GroupNode group) => (group.Open == '(' && group.Close == ')') || group.Items.Length != 2;

    /// <summary>Whether the order of a reference's list counts: as it was asked for; else where labels are put in order, or several names are given values and the answer leaves the names out.</summary>
    private bool IsOrdered(ListNode wanted, MathNode given)
    {
        if (Array.Exists(wanted.Items, MathSigned.HasTwo) || (given is ListNode list && Array.Exists(list.Items, MathSigned.HasTwo))) return false;
        if (_lists != AnswerLists.Usual) return _lists == AnswerLists.Ordered;
        if (wanted.Items.Length > 2 && Array.TrueForAll(wanted.Items, IsLabel)) return true;
        return given is ListNode answers && Array.Exists(wanted.Items, IsEquation) != Array.Exists(answers.Items, IsEquation);
    }

    private static bool IsLabel(MathNode node) => node is SymbolNode or WordsNode or ConstantNode { Name: "e" or "i" } || (node is CallNode { Function: "mul" } product && Array.TrueForAll(product.Arguments, IsLabel));

    private static bool IsEquation(MathNode node) => node is RelationNode { Operators: ["=", ..] };

    /// <summary>How many values there are, as they are written.</summary>
    private static int Count(MathNode node) => node switch
    {
        SetNode set => set.Items.Sum(Count),
        ListNode list => list.Items.Sum(Count),
        GroupNode group when !MathSigned.HasTwo(group) => group.Items.Length,
        _ => MathSigned.HasTwo(node) ? 2 : 1,
    };

    /// <summary>The members; an expression with plus or minus is two of them.</summary>
    private static void Expand(MathNode node, List<MathNode> into)
    {
        if (into.Count > MostItems) return;
        var items = node switch { SetNode set => set.Items, ListNode list => list.Items, _ => null };
        if (items is not null)
        {
            foreach (var item in items) Expand(item, into);
        }
        else if (MathSigned.HasTwo(node))
        {
            into.Add(MathSigned.Of(node, minus: false));
            into.Add(MathSigned.Of(node, minus: true));
        }
        else
        {
            into.Add(node);
        }
    }

    private bool? Tuples(MathNode a, MathNode b, int depth)
    {
        if (a is GroupNode x && b is GroupNode y) return x.Open == y.Open && x.Close == y.Close ? Pairwise(x.Items, y.Items, depth) : false;
        var (group, other) = a is GroupNode g ? (g, b) : ((GroupNode)b, a);

        // A column is a way to write a vector.
        if (other is not MatrixNode { Rows: var rows } || !Array.TrueForAll(rows, row => row.Length == 1)) return false;
        MathNode[] column = [.. rows.Select(row => row[0])];
        return a is GroupNode ? Pairwise(group.Items, column, depth) : Pairwise(column, group.Items, depth);
    }

    private bool? Matrices(MatrixNode a, MatrixNode b, int depth) =>
        a.Rows.Length == b.Rows.Length && a.Rows.Zip(b.Rows).All(rows => rows.First.Length == rows.Second.Length) ? Pairwise([.. a.Rows.SelectMany(r => r)], [.. b.Rows.SelectMany(r => r)], depth) : false;

    private bool? Pairwise(MathNode[] a, MathNode[] b, int depth)
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

    /// <summary>Words with commas or "and" between them as several answers.</summary>
    private static MathNode Members(WordsNode words)
    {
        var members = words.Text.Split([",", ";", " and "], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return members.Length > 1 ? new ListNode([.. members.Select(m => new WordsNode(m))]) : words;
    }

    private static bool SameWords(string a, string b) => string.Equals(Plain(a), Plain(b), StringComparison.OrdinalIgnoreCase);

    /// <summary>Without punctuation, except inside numbers, and without an article.</summary>
    private static string Plain(string words)
    {
        var kept = words.Where((c, i) => char.IsLetterOrDigit(c) || c is ' ' or '-' or ':' || (c is '.' or ',' && i > 0 && i + 1 < words.Length && char.IsAsciiDigit(words[i - 1]) && char.IsAsciiDigit(words[i + 1])));
        var bare = string.Join(' ', new string([.. kept]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        foreach (var article in (string[])["the ", "a ", "an "])
        {
            if (bare.StartsWith(article, StringComparison.OrdinalIgnoreCase)) return bare[article.Length..];
        }

        return bare;
    }
}
