namespace Deliberate.Reasoning;

/// <summary>Lists, relations and their sides in <see cref="MathParser"/>: what an answer is made of before its values.</summary>
internal sealed partial class MathParser
{
    private const int MostItems = 400;

    private static readonly Dictionary<string, string> Relations = new(StringComparer.Ordinal)
    {
        ["="] = "=",
        ["<"] = "<",
        [">"] = ">",
        ["<="] = "<=",
        [">="] = ">=",
        ["!="] = "!=",
        ["le"] = "<=",
        ["leq"] = "<=",
        ["leqslant"] = "<=",
        ["ge"] = ">=",
        ["geq"] = ">=",
        ["geqslant"] = ">=",
        ["lt"] = "<",
        ["gt"] = ">",
        ["ne"] = "!=",
        ["neq"] = "!=",
        ["approx"] = "~",
        ["in"] = "in",
        ["equiv"] = "=",
        ["cong"] = "=",
    };

    private static bool IsConnector(in MathToken token) => token.Kind is MathTokenKind.Word or MathTokenKind.Text && token.Text.ToLowerInvariant() is "and" or "or" or ", and" or ", or";

    private static bool IsRelation(in MathToken token) => token.Kind is MathTokenKind.Sign or MathTokenKind.Command && Relations.ContainsKey(token.Text);

    private MathNode List()
    {
        var items = new List<MathNode> { Relation(units: true) };
        while (true)
        {
            // 2 hours 30 minutes are two values, as if a comma stood between them.
            if (items[^1] is not QuantityNode || Next.Kind != MathTokenKind.Number)
            {
                if (!Next.Is(",") && !Next.Is(";") && !IsConnector(Next)) break;
                while (Next.Is(",") || Next.Is(";") || IsConnector(Next)) _at++;
            }

            items.Add(Relation(units: true));
            if (items.Count > MostItems) throw new UnreadableException();
        }

        MathNode list = items.Count == 1 ? items[0] : new ListNode([.. items]);
        if (!Next.IsCommand("choose") && !Next.IsCommand("over")) return list;
        var function = Next.Text == "choose" ? "binom" : "div";
        _at++;
        return new CallNode(function, list, Relation(units: false));
    }

    private MathNode Relation(bool units)
    {
        if (Next.IsCommand("approx")) _at++;
        var sides = new List<MathNode> { Side(units) };
        var operators = new List<string>();
        while (IsRelation(Next))
        {
            operators.Add(Relations[Next.Text]);
            _at++;
            sides.Add(Side(units));
        }

        return operators.Count == 0 ? sides[0] : new RelationNode([.. sides], [.. operators]);
    }

    /// <summary>A side of a relation, with its unit; one that another side follows may be a name in any notation.</summary>
    private MathNode Side(bool units)
    {
        if (!units) return Union();
        if (IsMember)
        {
            _at++;
            return new WordsNode(_tokens[_at - 1].Text);
        }

        var (start, depth, scope, integrals, integrand, differential) = (_at, _depth, _scope, _integrals, _integrand, _differential);
        try
        {
            var side = TakeUnits(Evaluated(Union()));
            if (Next.Kind == MathTokenKind.End || IsRelation(Next) || NameEnd(start) is null) return side;
        }
        catch (UnreadableException) when (NameEnd(start) is not null)
        {
        }

        var end = NameEnd(start)!.Value;
        (_at, _depth, _scope, _integrals, _integrand, _differential) = (end, depth, scope, integrals, integrand, differential);
        _money = null;
        var tokens = _tokens[start..end];
        return new NameNode(MathLexer.Words(tokens), tokens);
    }

    /// <summary>Whether a word that is no mathematics comes next, as a whole member of a list or set.</summary>
    private bool IsMember => (_scope > 0 || _at > 0) && Next.Text.Length > 2 && (Next.Kind == MathTokenKind.Text || (Next.Kind == MathTokenKind.Word && IsOrdinaryWord(Next.Text)))
        && !IsConnector(Next) && EndsValue(Ahead(1)) && !IsRelation(Ahead(1)) && !Ahead(1).Is("^");

    private static bool IsOrdinaryWord(string word) => word.Any(char.IsLower) && !MathWords.AreFactors(word) && !IsFunction(word) && !Greek.Contains(word) && !MathUnits.IsUnitWord(word) && word is not ("inf" or "infinity");

    /// <summary>Where the equals sign stands that ends what begins here, outside all brackets; null where there is none.</summary>
    private int? NameEnd(int start)
    {
        var open = 0;
        for (var at = start; at < _tokens.Count; at++)
        {
            var token = _tokens[at];
            if (token.Kind == MathTokenKind.Sign && token.Text is "(" or "[" or "{" or @"\{") open++;
            else if (token.Kind == MathTokenKind.Sign && token.Text is ")" or "]" or "}" or @"\}" && --open < 0) return null;
            if (open > 0) continue;
            if (token.Is("=") || token.IsCommand("approx")) return _tokens[start..at].Exists(t => t.Kind is MathTokenKind.Word or MathTokenKind.Text or MathTokenKind.Command) ? at : null;
            if (token.IsCommand("not") || token.IsCommand("neg")) return null;
            if (IsRelation(token) || token.Is(",") || token.Is(";") || IsConnector(token)) return null;
        }

        return null;
    }
}
