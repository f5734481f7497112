namespace Deliberate.Reasoning;

/// <summary>
/// Reads tokens as an answer, by recursive descent: list, relation, union, ratio, sum, product (also by juxtaposition), sign, power,
/// atom. LaTeX and plain notation are one language. Bounded in depth; whatever it does not know makes the answer unreadable,
/// rather than being guessed.
/// </summary>
internal sealed partial class MathParser
{
    private const int Deepest = 60;

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
    };

    private readonly List<MathToken> _tokens;
    private int _at, _depth;

    private MathParser(List<MathToken> tokens) => _tokens = tokens;

    /// <summary>Units that stood behind numbers, in words; null where none did.</summary>
    public string? Unit { get; private set; }

    /// <summary>Whether a percent sign stood there.</summary>
    public bool Percent { get; private set; }

    private MathToken Next => _at < _tokens.Count ? _tokens[_at] : new MathToken(MathTokenKind.End, "", default, false);

    /// <summary>The answer, with its units; null where it cannot be read.</summary>
    public static (MathNode Node, string? Unit, bool Percent)? Parse(List<MathToken> tokens)
    {
        var parser = new MathParser(tokens);
        try
        {
            var node = parser.List(top: true);
            return parser.Next.Kind == MathTokenKind.End ? (node, parser.Unit, parser.Percent) : null;
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    public static bool IsFunction(string word) => Functions.Contains(word) || word is "pi" or "frac" or "infty";

    private static bool IsConnector(in MathToken token) => token.Kind is MathTokenKind.Word or MathTokenKind.Text && token.Text.ToLowerInvariant() is "and" or "or" or ", and" or ", or";

    private MathNode List(bool top)
    {
        var items = new List<MathNode> { Relation() };
        while (true)
        {
            if (top) items[^1] = TakeUnits(items[^1]);
            if (!Next.Is(",") && !Next.Is(";") && !IsConnector(Next)) break;
            while (Next.Is(",") || Next.Is(";") || IsConnector(Next)) _at++;
            items.Add(Relation());
            if (items.Count > 400) throw new UnreadableException();
        }

        return items.Count == 1 ? items[0] : new ListNode([.. items]);
    }

    /// <summary>Words, a percent sign or degrees behind a value, and the power of a unit; gives the value without them.</summary>
    private MathNode TakeUnits(MathNode value)
    {
        if (WithoutDegrees(value) is { } angle)
        {
            value = angle;
            Unit ??= "degrees";
        }

        while (true)
        {
            if (Next.Is("%") || (Next.Kind == MathTokenKind.Word && Next.Text.ToLowerInvariant() is "percent" or "pct")) Percent = true;
            else if ((Next.Kind == MathTokenKind.Text && !IsConnector(Next)) || (Next.Kind == MathTokenKind.Word && MathUnits.IsUnitWord(Next.Text))) Unit = Unit is null ? Next.Text : $"{Unit} {Next.Text}";
            else if (Next.Is("/") && Unit is not null) Unit += " /";
            else return value;
            _at++;
            if (!Next.Is("^")) continue;
            _at++;
            Argument();
        }
    }

    private static MathNode? WithoutDegrees(MathNode value) => value switch
    {
        CallNode { Function: "deg", Arguments: [var angle] } => angle,
        CallNode { Function: "neg", Arguments: [var inner] } when WithoutDegrees(inner) is { } angle => new CallNode("neg", angle),
        _ => null,
    };

    private MathNode Relation()
    {
        if (Next.IsCommand("approx")) _at++;
        var sides = new List<MathNode> { Union() };
        var operators = new List<string>();
        while (Relations.TryGetValue(Next.Text, out var relation) && Next.Kind is MathTokenKind.Sign or MathTokenKind.Command)
        {
            _at++;
            operators.Add(relation);
            sides.Add(Union());
        }

        return operators.Count == 0 ? sides[0] : new RelationNode([.. sides], [.. operators]);
    }

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
        while (SignOf(Next) is { } sign)
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
        while (true)
        {
            if (Next.Is("*") || Next.IsCommand("cdot") || Next.IsCommand("times"))
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
                // Two numbers side by side are neither a product nor a number.
                if (Next.Kind == MathTokenKind.Number) throw new UnreadableException();
                product = new CallNode("mul", product, Power());
            }
            else
            {
                return product;
            }
        }
    }

    private bool BeginsFactor() => Next.Kind switch
    {
        MathTokenKind.Number => true,
        MathTokenKind.Word => !IsConnector(Next) && !MathUnits.IsUnitWord(Next.Text),
        MathTokenKind.Command => !Relations.ContainsKey(Next.Text) && Next.Text is not ("cup" or "cap" or "setminus" or "mid" or "pm" or "mp" or "end" or "rangle" or "rfloor" or "rceil" or "rvert" or "circ" or "cdot" or "times" or "div" or "to" or "pmod" or "mod"),
        MathTokenKind.Sign => Next.Is("(") || Next.Is("{") || Next.Is("["),
        _ => false,
    };

    private MathNode Signed()
    {
        string? sign = null;
        var negative = false;
        while (SignOf(Next) is { } found)
        {
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
        else if (Next is { Kind: MathTokenKind.Number, Spaced: true } && _at + 2 < _tokens.Count && _tokens[_at + 1].Is("/") && _tokens[_at + 2].Kind == MathTokenKind.Number)
        {
            var fraction = new CallNode("div", new NumberNode(Next.Value), new NumberNode(_tokens[_at + 2].Value));
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
            else if (Next.Is("^"))
            {
                _at++;
                if (TakesDegree()) value = new CallNode("deg", value);
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

        if (!Next.Is("{") || _at + 2 >= _tokens.Count || !_tokens[_at + 1].IsCommand("circ") || !_tokens[_at + 2].Is("}")) return false;
        _at += 3;
        return true;
    }

    /// <summary>A number as a whole (<c>x^10</c> is meant so), a sign before it, or an argument in braces; powers associate to the right.</summary>
    private MathNode Exponent()
    {
        if (Next.Is("-") || Next.Is("+"))
        {
            var negative = Next.Is("-");
            _at++;
            var inner = Exponent();
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
            var inner = Relation();
            Take("}");
            return inner;
        }

        if (Next.Kind == MathTokenKind.Number && Next.Text.Length > 1)
        {
            var token = Next;
            if (!token.Text.All(char.IsAsciiDigit)) throw new UnreadableException();
            _tokens[_at] = token with { Text = token.Text[1..], Value = Rational.Parse(token.Text.AsSpan(1))!.Value, Spaced = false };
            return new NumberNode(Rational.Of(token.Text[0] - '0'));
        }

        return Atom();
    }

    private sealed class UnreadableException : Exception;
}
