using System.Globalization;
using System.Numerics;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>
/// Jinja 3.1's expression grammar, loosest first: inline if, or, and, not, comparisons, + -, ~, * / // %, **, sign, then
/// postfix (attribute, item, call) and filters and tests. Note what differs from Python: ** groups to the left, and a sign
/// binds tighter than a filter.
/// </summary>
internal sealed class JinjaExpressionParser(JinjaTokenStream stream)
{
    private const int MaxDigits = 4300;

    public JinjaExpression ParseExpression(bool withConditional = true)
    {
        stream.Enter();
        var result = withConditional ? ParseConditional() : ParseOr();
        stream.Leave();
        return result;
    }

    private JinjaExpression ParseConditional()
    {
        var line = stream.Line;
        var unknown = stream.UnknownCount;
        var value = ParseOr();
        while (stream.SkipName("if"))
        {
            var test = ParseOr();
            var other = stream.SkipName("else") ? ParseExpression() : null;
            value = new JinjaConditional(test, value, other, line);
            stream.ForgetUnknown(unknown);
        }

        return value;
    }

    private JinjaExpression ParseOr()
    {
        var left = ParseAnd();
        while (stream.SkipName("or")) left = new JinjaOr(left, ParseAnd(), left.Line);
        return left;
    }

    private JinjaExpression ParseAnd()
    {
        var left = ParseNot();
        while (stream.SkipName("and")) left = new JinjaAnd(left, ParseNot(), left.Line);
        return left;
    }

    private JinjaExpression ParseNot()
    {
        var line = stream.Line;
        if (!stream.SkipName("not")) return ParseComparison();
        stream.Enter();
        var result = new JinjaNot(ParseNot(), line);
        stream.Leave();
        return result;
    }

    private JinjaExpression ParseComparison()
    {
        var first = ParseSum();
        List<(string, JinjaExpression)>? rest = null;
        while (true)
        {
            string name;
            if (stream.Current is { Kind: JinjaTokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            {
                name = stream.Next().Text;
            }
            else if (stream.SkipName("in"))
            {
                name = "in";
            }
            else if (stream.Current.IsName("not") && stream.Following.IsName("in"))
            {
                stream.Next();
                stream.Next();
                name = "notin";
            }
            else
            {
                return rest is null ? first : new JinjaComparison(first, rest, first.Line);
            }

            (rest ??= []).Add((name, ParseSum()));
        }
    }

    private JinjaExpression ParseSum()
    {
        var left = ParseConcatenation();
        while (stream.Current is { Kind: JinjaTokenKind.Operator, Text: "+" or "-" }) left = new JinjaBinary(stream.Next().Text, left, ParseConcatenation(), left.Line);
        return left;
    }

    private JinjaExpression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!stream.Current.IsOperator("~")) return first;
        var parts = new List<JinjaExpression> { first };
        while (stream.SkipOperator("~")) parts.Add(ParseProduct());
        return new JinjaConcatenation(parts, first.Line);
    }

    private JinjaExpression ParseProduct()
    {
        var left = ParsePower();
        while (stream.Current is { Kind: JinjaTokenKind.Operator, Text: "*" or "/" or "//" or "%" }) left = new JinjaBinary(stream.Next().Text, left, ParsePower(), left.Line);
        return left;
    }

    private JinjaExpression ParsePower()
    {
        var left = ParseUnary();
        while (stream.SkipOperator("**")) left = new JinjaBinary("**", left, ParseUnary(), left.Line);
        return left;
    }

    private JinjaExpression ParseUnary(bool withFilter = true)
    {
        var line = stream.Line;
        JinjaExpression node;
        if (stream.Current is { Kind: JinjaTokenKind.Operator, Text: "+" or "-" })
        {
            stream.Enter();
            node = new JinjaSign(stream.Next().Text == "-", ParseUnary(withFilter: false), line);
            stream.Leave();
        }
        else
        {
            node = ParsePrimary();
        }

        node = ParsePostfix(node);
        return withFilter ? ParseFiltersAndTests(node) : node;
    }

    /// <summary>A name, literal or bracketed expression; as a <paramref name="namespaceTarget"/>, <c>name.attribute</c> is one thing.</summary>
    public JinjaExpression ParsePrimary(bool namespaceTarget = false)
    {
        var token = stream.Current;
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                stream.Next();
                return ParseName(token, namespaceTarget);
            case JinjaTokenKind.String:
                stream.Next();
                if (stream.Current.Kind != JinjaTokenKind.String) return new JinjaConstant(new JinjaString(token.Text), token.Line);
                var text = new StringBuilder(token.Text);
                while (stream.Current.Kind == JinjaTokenKind.String) text.Append(stream.Next().Text);
                return new JinjaConstant(new JinjaString(text.ToString()), token.Line);
            case JinjaTokenKind.Integer:
                stream.Next();
                return new JinjaConstant(ReadInteger(token), token.Line);
            case JinjaTokenKind.Float:
                stream.Next();
                return new JinjaConstant(new JinjaFloat(double.Parse(token.Text, CultureInfo.InvariantCulture)), token.Line);
            case JinjaTokenKind.Operator when token.Text == "(":
                stream.Next();
                var inner = ParseTuple(explicitParentheses: true);
                stream.ExpectOperator(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return ParseList();
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                throw stream.Fail($"unexpected '{token.Describe()}'");
        }
    }

    private JinjaExpression ParseName(JinjaToken token, bool namespaceTarget)
    {
        switch (token.Text)
        {
            case "true" or "True": return new JinjaConstant(JinjaBool.True, token.Line);
            case "false" or "False": return new JinjaConstant(JinjaBool.False, token.Line);
            case "none" or "None": return new JinjaConstant(JinjaNone.Instance, token.Line);
        }

        if (namespaceTarget && stream.SkipOperator(".")) return new JinjaNamespaceTarget(token.Text, stream.ExpectName().Text, token.Line);
        if (token.Text is "caller" or "varargs" or "kwargs") stream.MacroNames?.Add(token.Text);
        return new JinjaName(token.Text, token.Line);
    }

    private static JinjaInt ReadInteger(JinjaToken token)
    {
        var text = token.Text;
        if (text.Length > MaxDigits) throw new JinjaException($"an integer has more than {MaxDigits} digits", token.Line);
        var radix = text.Length < 2 ? 10 : char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (radix == 10) return new JinjaInt(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        var value = BigInteger.Zero;
        foreach (var digit in text.AsSpan(2)) value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        return new JinjaInt(value);
    }

    /// <summary>One expression, or a tuple where commas follow. Targets of assignments are <paramref name="simplified"/>: names and literals only.</summary>
    public JinjaExpression ParseTuple(bool simplified = false, bool withConditional = true, string? endName = null, bool explicitParentheses = false, bool namespaceTarget = false)
    {
        var line = stream.Line;
        var items = new List<JinjaExpression>();
        var isTuple = false;
        stream.Enter();
        while (true)
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (AtTupleEnd(endName)) break;
            items.Add(simplified ? ParsePrimary(namespaceTarget) : ParseExpression(withConditional));
            if (!stream.Current.IsOperator(",")) break;
            isTuple = true;
        }

        stream.Leave();
        if (isTuple) return new JinjaTupleLiteral(items, line);
        if (items.Count > 0) return items[0];
        if (!explicitParentheses) throw stream.Fail($"Expected an expression, got '{stream.Current.Describe()}'");
        return new JinjaTupleLiteral(items, line);
    }

    private bool AtTupleEnd(string? endName) => stream.Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd
        || stream.Current.IsOperator(")") || (endName is not null && stream.Current.IsName(endName));

    private JinjaListLiteral ParseList()
    {
        var line = stream.ExpectOperator("[").Line;
        var items = new List<JinjaExpression>();
        while (!stream.Current.IsOperator("]"))
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (stream.Current.IsOperator("]")) break;
            items.Add(ParseExpression());
        }

        stream.ExpectOperator("]");
        return new JinjaListLiteral(items, line);
    }

    private JinjaDictLiteral ParseDict()
    {
        var line = stream.ExpectOperator("{").Line;
        var pairs = new List<(JinjaExpression, JinjaExpression)>();
        while (!stream.Current.IsOperator("}"))
        {
            if (pairs.Count > 0) stream.ExpectOperator(",");
            if (stream.Current.IsOperator("}")) break;
            var key = ParseExpression();
            stream.ExpectOperator(":");
            pairs.Add((key, ParseExpression()));
        }

        stream.ExpectOperator("}");
        return new JinjaDictLiteral(pairs, line);
    }

    private JinjaExpression ParsePostfix(JinjaExpression node)
    {
        while (true)
        {
            if (stream.Current.IsOperator(".")) node = ParseAttribute(node);
            else if (stream.Current.IsOperator("[")) node = ParseItem(node);
            else if (stream.Current.IsOperator("(")) node = new JinjaCall(node, ParseArguments(), stream.Line);
            else return node;
        }
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression node)
    {
        while (true)
        {
            if (stream.Current.IsOperator("|")) node = ParseFilters(node)!;
            else if (stream.Current.IsName("is")) node = ParseTest(node);
            else if (stream.Current.IsOperator("(")) node = new JinjaCall(node, ParseArguments(), stream.Line);
            else return node;
        }
    }

    private JinjaExpression ParseAttribute(JinjaExpression target)
    {
        var line = stream.Next().Line;
        var token = stream.Next();
        return token.Kind switch
        {
            JinjaTokenKind.Name => new JinjaAttribute(target, token.Text, line),
            JinjaTokenKind.Integer => new JinjaItem(target, new JinjaConstant(ReadInteger(token), token.Line), line),
            _ => throw new JinjaException("expected name or number", token.Line),
        };
    }

    private JinjaItem ParseItem(JinjaExpression target)
    {
        var line = stream.ExpectOperator("[").Line;
        var keys = new List<JinjaExpression>();
        while (!stream.Current.IsOperator("]"))
        {
            if (keys.Count > 0) stream.ExpectOperator(",");
            keys.Add(ParseKeyOrSlice());
        }

        stream.ExpectOperator("]");
        return new JinjaItem(target, keys.Count == 1 ? keys[0] : new JinjaTupleLiteral(keys, line), line);
    }

    private JinjaExpression ParseKeyOrSlice()
    {
        var line = stream.Line;
        JinjaExpression? start = null;
        if (!stream.Current.IsOperator(":"))
        {
            start = ParseExpression();
            if (!stream.Current.IsOperator(":")) return start;
        }

        stream.Next();
        var stop = stream.Current is { Kind: JinjaTokenKind.Operator, Text: ":" or "]" or "," } ? null : ParseExpression();
        JinjaExpression? step = null;
        if (stream.SkipOperator(":") && stream.Current is not { Kind: JinjaTokenKind.Operator, Text: "]" or "," }) step = ParseExpression();
        return new JinjaSlice(start, stop, step, line);
    }

    private JinjaCallArguments ParseArguments() => JinjaArgumentParser.Parse(stream, this);

    /// <summary>A chain of filters; with <paramref name="inline"/> the first stands without its bar, as in a filter block.</summary>
    public JinjaExpression? ParseFilters(JinjaExpression? node, bool inline = false)
    {
        while (inline || stream.SkipOperator("|"))
        {
            inline = false;
            var line = stream.Line;
            var name = ParseDottedName();
            if (!JinjaFilters.Exists(name)) stream.NoteUnknown("filter", name, line);
            node = new JinjaFilterCall(node, name, stream.Current.IsOperator("(") ? ParseArguments() : JinjaCallArguments.None, line);
        }

        return node;
    }

    private string ParseDottedName()
    {
        var name = stream.ExpectName().Text;
        if (!stream.Current.IsOperator(".")) return name;
        var whole = new StringBuilder(name);
        while (stream.SkipOperator(".")) whole.Append('.').Append(stream.ExpectName().Text);
        return whole.ToString();
    }

    private JinjaExpression ParseTest(JinjaExpression node)
    {
        var line = stream.Next().Line;
        var negated = stream.SkipName("not");
        var name = ParseDottedName();
        if (!JinjaTests.Exists(name)) stream.NoteUnknown("test", name, line);
        var arguments = JinjaCallArguments.None;
        var token = stream.Current;
        if (token.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (token.Kind is JinjaTokenKind.Name or JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float || token.IsOperator("[") || token.IsOperator("{"))
        {
            if (token.IsName("is")) throw stream.Fail("You cannot chain multiple tests with is");
            if (!token.IsName("else") && !token.IsName("or") && !token.IsName("and")) arguments = new JinjaCallArguments([ParsePostfix(ParsePrimary())], [], null, null);
        }

        JinjaExpression test = new JinjaTestCall(node, name, arguments, line);
        return negated ? new JinjaNot(test, line) : test;
    }
}
