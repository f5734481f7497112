namespace Deliberate.Reasoning;

/// <summary>The atoms of <see cref="MathParser"/>: numbers, letters, commands, brackets, functions, matrices.</summary>
internal sealed partial class MathParser
{
    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "sech", "csch", "arcsin", "arccos", "arctan", "arccot", "asin", "acos", "atan", "arcsinh", "arccosh", "arctanh", "asinh", "acosh", "atanh",
        "ln", "log", "lg", "lb", "exp", "sqrt", "cbrt", "abs", "floor", "ceil", "sgn", "gcd", "lcm", "max", "min",
    };

    private static readonly HashSet<string> Greek = new(StringComparer.Ordinal)
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega",
        "Delta", "Gamma", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega", "ell",
    };

    /// <summary>Signs over letters, which make other letters of them.</summary>
    private static readonly HashSet<string> Accents = new(StringComparer.Ordinal) { "overline", "bar", "vec", "hat", "tilde", "dot", "ddot", "overrightarrow", "widehat", "widetilde", "mathcal", "mathscr", "mathfrak", "wideparen" };

    /// <summary>Letters that a sum or product counts with.</summary>
    private readonly HashSet<string> _counters = new(StringComparer.Ordinal);

    private MathNode Atom()
    {
        var token = Next;
        _at++;
        switch (token.Kind)
        {
            case MathTokenKind.Number:
                if (!Next.Is("_")) return new NumberNode(token.Value);
                _at++;
                return new BasedNode(token.Text, Subscript());
            case MathTokenKind.Word or MathTokenKind.Text when TakeDifferential(token):
                return new NumberNode(Rational.One);
            case MathTokenKind.Word:
                return Word(token.Text);
            case MathTokenKind.Text when token.Text.Length == 1:
                return Word(token.Text);
            case MathTokenKind.Command:
                return Command(token.Text);
            case MathTokenKind.Sign when token.Text == "{":
                {
                    _scope++;
                    var inner = List();
                    _scope--;
                    Take("}");
                    return inner;
                }

            case MathTokenKind.Sign when token.Text is "(" or "[":
                return Group(token.Text[0]);
            case MathTokenKind.Sign when token.Text == "|":
                return Fenced("abs", "|");
            case MathTokenKind.Sign when token.Text == @"\|":
                return Fenced("norm", @"\|");
            case MathTokenKind.Sign when token.Text == @"\{":
                return Set();
            default:
                throw new UnreadableException();
        }
    }

    private MathNode Word(string word)
    {
        if (word == "pi") return new ConstantNode("pi");
        if (Functions.Contains(word)) return Function(word, plain: true);
        if (word is "inf" or "infinity") return new ConstantNode("inf");
        if (Greek.Contains(word)) return Command(word);

        // Letters side by side are a product; the last one takes a subscript.
        MathNode? product = null;
        for (var i = 0; i < word.Length; i++)
        {
            var name = word[i].ToString();
            if (i == word.Length - 1 && Next.Is("_"))
            {
                _at++;
                name += "_" + Subscript();
            }

            var letter = Letter(name);
            if (i == word.Length - 1) letter = Postfix(letter);
            product = product is null ? letter : new CallNode("mul", product, letter);
        }

        return product!;
    }

    private MathNode Letter(string name) => name is "e" or "i" && !_counters.Contains(name) ? new ConstantNode(name) : new SymbolNode(name);

    private string Subscript()
    {
        if (!Next.Is("{")) return _tokens[_at++ < _tokens.Count ? _at - 1 : throw new UnreadableException()].Text;
        var start = ++_at;
        while (!Next.Is("}"))
        {
            if (Next.Kind == MathTokenKind.End || Next.Is("{")) throw new UnreadableException();
            _at++;
        }

        _at++;
        return string.Concat(_tokens.Skip(start).Take(_at - 1 - start).Select(t => t.Text));
    }

    private MathNode Command(string name)
    {
        if (Greek.Contains(name))
        {
            name = name switch { "varepsilon" => "epsilon", "varphi" => "phi", "vartheta" => "theta", _ => name };
            if (!Next.Is("_")) return new SymbolNode(@"\" + name);
            _at++;
            return new SymbolNode($@"\{name}_{Subscript()}");
        }

        if (Functions.Contains(name)) return Function(name, plain: false);
        if (Accents.Contains(name)) return Accented(name);
        switch (name)
        {
            case "pi": return new ConstantNode("pi");
            case "infty": return new ConstantNode("inf");
            case "frac": return Derivative() ?? new CallNode("div", Argument(), Argument());
            case "binom" or "dbinom" or "tbinom": return new CallNode("binom", Argument(), Argument());
            case "surd": return new CallNode("sqrt", Atom());
            case "fourthroot": return new CallNode("root", Atom(), new NumberNode(Rational.Of(4)));
            case "emptyset" or "varnothing": return new SetNode([]);
            case "mathbb":
                return Argument() is SymbolNode { Name: "R" } ? new GroupNode('(', ')', [new CallNode("neg", new ConstantNode("inf")), new ConstantNode("inf")]) : throw new UnreadableException();
            case "langle":
                {
                    var inner = List();
                    if (!Next.IsCommand("rangle")) throw new UnreadableException();
                    _at++;
                    return new GroupNode('(', ')', inner is ListNode list ? list.Items : [inner]);
                }

            case "lvert": return Fenced("abs", "rvert");
            case "lVert": return Fenced("norm", "rVert");
            case "lfloor": return Fenced("floor", "rfloor");
            case "lceil": return Fenced("ceil", "rceil");
            case "sum" or "prod": return Series(name == "prod");
            case "int": return Integral();
            case "begin": return Matrix();
            default: throw new UnreadableException();
        }
    }

    private SymbolNode Accented(string accent)
    {
        var start = _at;
        if (!Next.Is("{")) _at++;
        else Subscript();
        var text = string.Concat(_tokens.Skip(start).Take(_at - start).Select(t => t.Text)).Trim('{', '}');
        if (text.Length == 0) throw new UnreadableException();
        if (!Next.Is("_")) return new SymbolNode($@"\{accent} {text}");
        _at++;
        return new SymbolNode($@"\{accent} {text}_{Subscript()}");
    }

    private CallNode Fenced(string function, string close)
    {
        _scope++;
        var inner = Sum();
        _scope--;
        if (!Next.Is(close) && !Next.IsCommand(close)) throw new UnreadableException();
        _at++;
        return new CallNode(function, inner);
    }

    /// <param name="name">Of the function.</param>
    /// <param name="plain">Whether it is written without LaTeX, where a number is taken whole: sqrt10.</param>
    private MathNode Function(string name, bool plain)
    {
        if (name is "sqrt" or "cbrt")
        {
            if (!Next.Is("[")) return name == "cbrt" ? new CallNode("root", plain || Next.Kind == MathTokenKind.Number ? Atom() : Argument(), new NumberNode(Rational.Of(3))) : new CallNode("sqrt", plain || Next.Is("(") ? Atom() : Argument());
            _at++;
            var degree = Sum();
            Take("]");
            return new CallNode("root", Argument(), degree);
        }

        MathNode? radix = null, power = null;
        if (name == "log" && Next.Is("_"))
        {
            _at++;
            radix = Argument();
        }

        if (Next.Is("^"))
        {
            _at++;
            power = Exponent();
        }

        var argument = FunctionArgument();
        name = name switch { "asin" => "arcsin", "acos" => "arccos", "atan" => "arctan", "asinh" => "arcsinh", "acosh" => "arccosh", "atanh" => "arctanh", "log" when radix is null => "ln", _ => name };
        if (name is "lg" or "lb") (name, radix) = ("log", new NumberNode(Rational.Of(name == "lg" ? 10 : 2)));
        if (name is "gcd" or "lcm" or "max" or "min") return new CallNode(name, argument switch { GroupNode group => group.Items, SetNode set => set.Items, _ => [argument] });

        // sin^{-1} is the inverse function.
        if (power is CallNode { Function: "neg", Arguments: [NumberNode { Value: { IsInteger: true } one }] } && one == Rational.One && name is "sin" or "cos" or "tan") return new CallNode("arc" + name, argument);
        MathNode value = radix is null ? new CallNode(name, argument) : new CallNode("log", radix, argument);
        return power is null ? value : new CallNode("pow", value, power);
    }

    /// <summary>In brackets, or a product by juxtaposition up to the next function: <c>\sin 2x \cos y</c>.</summary>
    private MathNode FunctionArgument()
    {
        if (Next.Is("(") || Next.Is("{") || Next.Is("[")) return Atom();
        var negative = Next.Is("-");
        if (negative) _at++;
        var argument = Power();
        while (BeginsFactor() && Next.Kind != MathTokenKind.Number && !(Next.Kind is MathTokenKind.Command or MathTokenKind.Word && Functions.Contains(Next.Text)) && !Next.Is("(")) argument = new CallNode("mul", argument, Power());
        return negative ? new CallNode("neg", argument) : argument;
    }

    private MathNode Group(char open)
    {
        _scope++;
        var inner = List();
        _scope--;
        if (!Next.Is(")") && !Next.Is("]")) throw new UnreadableException();
        var close = Next.Text[0];
        _at++;
        if (inner is ListNode list) return new GroupNode(open, close, list.Items);
        if (open == '[' && close == ']' && (Next.Is("_") || Next.Is("^")) && MathSymbols.Of(inner).Count == 1 && HasBounds()) return Between(inner);
        return open == '(' && close == ')' || (open == '[' && close == ']') ? inner : throw new UnreadableException();
    }

    private MathNode Set()
    {
        if (Next.Is(@"\}"))
        {
            _at++;
            return new SetNode([]);
        }

        _scope++;
        var start = _at;
        if (Next.Kind is MathTokenKind.Word or MathTokenKind.Command && Union() is SymbolNode)
        {
            if (Next.IsCommand("in"))
            {
                _at++;
                Union();
            }

            if (Next.IsCommand("mid") || Next.Is("|") || Next.Is(":"))
            {
                _at++;
                var condition = Relation(units: false);
                _scope--;
                Take(@"\}");
                return new BuilderNode(condition);
            }
        }

        _at = start;
        var inner = List();
        _scope--;
        Take(@"\}");
        return new SetNode(inner is ListNode list ? list.Items : [inner]);
    }

    private MathNode Matrix()
    {
        var name = Environment();
        if (name == "array") Environment();
        if (name is not ("matrix" or "pmatrix" or "bmatrix" or "vmatrix" or "array" or "smallmatrix" or "Bmatrix")) throw new UnreadableException();
        var rows = new List<MathNode[]>();
        var row = new List<MathNode>();
        while (true)
        {
            if (Next.IsCommand("end") && row.Count == 0) break;
            row.Add(Sum());
            if (Next.Is("&"))
            {
                _at++;
                continue;
            }

            rows.Add([.. row]);
            row.Clear();
            if (!Next.Is(@"\\")) break;
            _at++;
        }

        if (!Next.IsCommand("end")) throw new UnreadableException();
        _at++;
        if (Environment() != name || rows.Count == 0) throw new UnreadableException();
        var matrix = new MatrixNode([.. rows]);
        return name == "vmatrix" ? new CallNode("det", matrix) : matrix;
    }

    /// <summary>The word in braces.</summary>
    private string Environment()
    {
        Take("{");
        var name = Next.Text;
        _at++;
        Take("}");
        return name;
    }

    private void Take(string sign)
    {
        if (!Next.Is(sign)) throw new UnreadableException();
        _at++;
    }
}
