namespace Deliberate.Reasoning;

/// <summary>
/// Reads tokens as an answer, by recursive descent: list, relation, union, ratio, sum, product (also by juxtaposition), sign, power,
/// atom. LaTeX and plain notation are one language. Bounded in depth; whatever it does not know makes the answer unreadable,
/// rather than being guessed.
/// </summary>
internal sealed partial class MathParser
{
    private const int Deepest = 60;

    private static readonly HashSet<string> NoFactors = new(StringComparer.Ordinal)
    {
        "cup", "cap", "setminus", "mid", "pm", "mp", "end", "rangle", "rfloor", "rceil", "rvert", "rVert", "circ", "cdot", "times", "div", "to", "pmod", "mod", "choose", "over", "degree", "ldots", "cdots", "dots", "Rightarrow", "implies", "iff",
    };

    private readonly List<MathToken> _tokens;
    private readonly bool _bare;
    private int _at, _depth, _scope;

    private MathParser(List<MathToken> tokens, bool bare) => (_tokens, _bare) = (tokens, bare);

    private MathToken Next => Ahead(0);

    /// <summary>The answer; null where it cannot be read.</summary>
    /// <param name="tokens">Not changed.</param>
    /// <param name="bare">Whether letters right behind a number are units and magnitudes: <c>5 m</c>, <c>40k</c>.</param>
    public static (MathNode Node, BareLetters Bare)? Parse(IReadOnlyList<MathToken> tokens, bool bare = false)
    {
        var parser = new MathParser([.. tokens], bare);
        try
        {
            var node = parser.List();
            return parser.Next.Kind == MathTokenKind.End ? (node, parser._bareLetters) : null;
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    /// <summary>Whether a word names a function or constant.</summary>
    public static bool IsFunction(string word) => Functions.Contains(word) || word is "pi" or "frac" or "infty";

    private MathToken Ahead(int tokens) => _at + tokens < _tokens.Count ? _tokens[_at + tokens] : new MathToken(MathTokenKind.End, "", default, false);

    private MathNode Union()
    {
        var parts = new List<MathNode> { Ratio() };
        while (Next.IsCommand("cup"))
        {
            _at++;
            parts.Add(Ratio());
        }

        return parts.Count == 1 ? parts[0] : new UnionNode([.. parts]);
    }

    private MathNode Ratio()
    {
        var start = _at;
        var terms = new List<MathNode> { Sum() };
        while (Next.Is(":"))
        {
            _at++;
            terms.Add(Sum());
        }

        return terms.Count == 1 ? terms[0] : new RatioNode([.. terms], string.Concat(_tokens.Skip(start).Take(_at - start).Select(t => t.Text)));
    }

    private MathNode Sum()
    {
        if (++_depth > Deepest) throw new UnreadableException();
        var sum = Product();
        while (SignOf(Next) is { } sign && !IntegrandEnds)
        {
            _at++;
            sum = new CallNode(sign, sum, Product());
        }

        _depth--;
        return sum;
    }

    private static string? SignOf(in MathToken token) =>
        token.Is("+") ? "add" : token.Is("-") ? "sub" : token.IsCommand("pm") ? "pm" : token.IsCommand("mp") ? "mp" : null;

    private MathNode Product()
    {
        var product = Signed();
        while (!IntegrandEnds)
        {
            if (TakeDifferential()) break;
            if (Next.Is("*") || Next.IsCommand("cdot") || Next.IsCommand("times") || IsLetterTimes())
            {
                _at++;
                product = new CallNode("mul", product, Signed());
            }
            else if (Next.Is("/") || Next.IsCommand("div"))
            {
                _at++;
                product = new CallNode("div", product, Signed());
            }
            else if (BeginsFactor())
            {
                // Two numbers side by side are neither a product nor a number, unless a raised one ends the first: 2^{3}3^{2}.
                if (Next.Kind == MathTokenKind.Number && !(_tokens[_at - 1].Is("}") && LastFactor(product) is CallNode { Function: "pow" })) throw new UnreadableException();
                product = new CallNode(Next.Is("(") && MathSymbols.FunctionName(product) is not null ? "apply" : "mul", product, Power());
            }
            else
            {
                break;
            }
        }

        return product;
    }

    private static MathNode LastFactor(MathNode product) => product is CallNode { Function: "mul", Arguments: [_, var last] } ? last : product;

    /// <summary>The letter x between two numbers, which stands for times.</summary>
    private bool IsLetterTimes() => Next is { Kind: MathTokenKind.Word, Text: "x" or "X" } && Ahead(1).Kind == MathTokenKind.Number && _tokens[_at - 1].Kind == MathTokenKind.Number;

    private bool BeginsFactor() => Next.Kind switch
    {
        MathTokenKind.Number => true,
        MathTokenKind.Word => !IsConnector(Next) && !BeginsUnit() && !BeginsDifferential(),
        MathTokenKind.Text => Next.Text.Length == 1 && !BeginsUnit() && !BeginsDifferential(),
        MathTokenKind.Command => !Relations.ContainsKey(Next.Text) && !NoFactors.Contains(Next.Text) && !BeginsUnit(),
        MathTokenKind.Sign => (Next.Is("(") && !IsModulus) || Next.Is("{") || Next.Is("["),
        _ => false,
    };

    private MathNode Signed()
    {
        string? sign = null;
        var negative = false;
        while (true)
        {
            if (TakeMoney()) continue;
            if (SignOf(Next) is not { } found) break;
            _at++;
            if (found is "pm" or "mp") sign = sign is null ? found : throw new UnreadableException();
            else if (found == "sub") negative = !negative;
        }

        var value = MixedFraction() ?? Power();
        if (negative) value = new CallNode("neg", value);
        return sign is null ? value : new CallNode(sign, value);
    }

    /// <summary><c>4\frac{2}{3}</c> and <c>4 2/3</c>: a whole number and a fraction of whole numbers behind it.</summary>
    private CallNode? MixedFraction()
    {
        if (Next.Kind != MathTokenKind.Number || !Next.Value.IsInteger) return null;
        var whole = new NumberNode(Next.Value);
        var start = _at++;
        if (Next.IsCommand("frac"))
        {
            _at++;
            if (Argument() is NumberNode { Value.IsInteger: true } n && Argument() is NumberNode { Value.IsInteger: true } d && !Next.Is("^")) return new CallNode("add", whole, new CallNode("div", n, d));
        }
        else if (Next is { Kind: MathTokenKind.Number, Spaced: true } && Ahead(1).Is("/") && Ahead(2).Kind == MathTokenKind.Number)
        {
            var fraction = new CallNode("div", new NumberNode(Next.Value), new NumberNode(Ahead(2).Value));
            _at += 3;
            return new CallNode("add", whole, fraction);
        }

        _at = start;
        return null;
    }

    private MathNode Power()
    {
        if (++_depth > Deepest) throw new UnreadableException();
        var value = Postfix(Atom());
        _depth--;
        return value;
    }

    private MathNode Postfix(MathNode value)
    {
        while (true)
        {
            if (Next.Is("!"))
            {
                _at++;
                value = new CallNode("fact", value);
            }
            else if (Next.IsCommand("degree"))
            {
                _at++;
                value = new CallNode("deg", value);
            }
            else if (Next.Is("^"))
            {
                _at++;
                if (TakesDegree()) value = new CallNode("deg", value);
                else if (TakesOrdinal(value)) continue;
                else return Postfix(new CallNode("pow", value, Exponent()));
            }
            else
            {
                return value;
            }
        }
    }

    private bool TakesDegree()
    {
        if (Next.IsCommand("circ"))
        {
            _at++;
            return true;
        }

        if (!Next.Is("{") || !Ahead(1).IsCommand("circ") || !Ahead(2).Is("}")) return false;
        _at += 3;
        return true;
    }

    /// <summary>A number as a whole (<c>x^10</c> is meant so), a sign before it, or an argument in braces; powers associate to the right.</summary>
    private MathNode Exponent()
    {
        if (Next.Is("-") || Next.Is("+"))
        {
            if (++_depth > Deepest) throw new UnreadableException();
            var negative = Next.Is("-");
            _at++;
            var inner = Exponent();
            _depth--;
            return negative ? new CallNode("neg", inner) : inner;
        }

        if (++_depth > Deepest) throw new UnreadableException();
        var exponent = Next.Is("{") ? Argument() : Atom();
        if (Next.Is("^"))
        {
            _at++;
            exponent = new CallNode("pow", exponent, Exponent());
        }

        _depth--;
        return exponent;
    }

    /// <summary>TeX's argument: what is in braces, or one token, of which a number gives one digit.</summary>
    private MathNode Argument()
    {
        if (Next.Is("{"))
        {
            _at++;
            _scope++;
            var inner = Relation(units: false);
            _scope--;
            Take("}");
            return inner;
        }

        if (Next.Kind == MathTokenKind.Number && Next.Text.Length > 1)
        {
            var token = Next;
            if (!token.Text.All(char.IsAsciiDigit)) throw new UnreadableException();
            _tokens[_at] = token with { Text = token.Text[..1], Value = Rational.Of(token.Text[0] - '0') };
            _tokens.Insert(_at + 1, token with { Text = token.Text[1..], Value = Rational.Parse(token.Text.AsSpan(1))!.Value, Spaced = false });
        }

        // Of letters run together, the first.
        if (Next.Kind == MathTokenKind.Word && Next.Text.Length > 1 && !IsFunction(Next.Text) && !Greek.Contains(Next.Text))
        {
            var token = Next;
            _tokens[_at] = token with { Text = token.Text[..1] };
            _tokens.Insert(_at + 1, token with { Text = token.Text[1..], Spaced = false });
        }

        // What is raised behind a letter is not its power but the argument's: the upper bound in \int_a^b.
        if (Next is { Kind: MathTokenKind.Word, Text.Length: 1 } && !Ahead(1).Is("_")) return Letter(_tokens[_at++].Text);
        return Atom();
    }

    private sealed class UnreadableException : Exception;
}
