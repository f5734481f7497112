namespace Deliberate.Reasoning;

/// <summary>Sums, products, definite integrals and derivatives in <see cref="MathParser"/>.</summary>
internal sealed partial class MathParser
{
    private const int HighestDerivative = 6;

    /// <summary>The variable whose differential ended the integrand being read; null while it has not.</summary>
    private string? _differential;

    /// <summary>How many integrals are open, and how deep in brackets the innermost one is.</summary>
    private int _integrals, _integrand;

    /// <summary>Whether the integrand being read is at its end.</summary>
    private bool IntegrandEnds => _differential is not null && _scope == _integrand;

    private SeriesNode Series(bool product)
    {
        MathNode? to = null;
        if (Next.Is("^")) to = Bound();
        Take("_");
        var counter = Next.Is("{") && Ahead(1).Kind == MathTokenKind.Word ? Ahead(1).Text : "";
        var shadowed = counter.Length != 1 || !_counters.Add(counter);
        if (Argument() is not RelationNode { Operators: ["="], Sides: [SymbolNode { Name: var variable }, var from] }) throw new UnreadableException();
        to ??= Bound();
        var body = Product();
        if (!shadowed) _counters.Remove(counter);
        return new SeriesNode(product, variable, from, to, body);
    }

    private MathNode Bound()
    {
        Take("^");
        if (!Ahead(1).Is("_")) return Exponent();

        // The lower bound comes behind it, and is not its subscript.
        var token = Next;
        _at++;
        return token.Kind == MathTokenKind.Number ? new NumberNode(token.Value) : token is { Kind: MathTokenKind.Word, Text.Length: 1 } ? Letter(token.Text) : token.IsCommand("infty") ? new ConstantNode("inf") : token.IsCommand("pi") ? new ConstantNode("pi") : throw new UnreadableException();
    }

    private IntegralNode Integral()
    {
        MathNode? to = Next.Is("^") ? Bound() : null;
        Take("_");
        var from = Next.Is("-") ? Exponent() : Argument();
        to ??= Bound();
        SplitDifferentials();
        var (outer, depth) = (_differential, _integrand);
        (_differential, _integrand) = (null, ++_scope);
        _integrals++;
        var body = Sum();
        _integrals--;
        var variable = _differential ?? throw new UnreadableException();
        _scope--;
        (_differential, _integrand) = (outer, depth);
        return new IntegralNode(variable, from, to, body);
    }

    /// <summary>A differential that is run into the letters before it (<c>xdx</c>) becomes a word of its own.</summary>
    private void SplitDifferentials()
    {
        for (var at = _at; at < _tokens.Count; at++)
        {
            var token = _tokens[at];
            if (token.Kind != MathTokenKind.Word || token.Text.Length < 3 || token.Text[^2] != 'd' || Functions.Contains(token.Text) || Greek.Contains(token.Text)) continue;
            _tokens[at] = token with { Text = token.Text[..^2] };
            _tokens.Insert(++at, new MathToken(MathTokenKind.Word, token.Text[^2..], default, false));
        }
    }

    private bool BeginsDifferential() => _integrals > 0 && Differential(Next, Ahead(1)) is not null;

    /// <summary>Takes the differential that comes next, if one does.</summary>
    private bool TakeDifferential()
    {
        if (_integrals == 0 || _differential is not null) return false;
        var token = Next;
        _at++;
        if (TakeDifferential(token)) return true;
        _at--;
        return false;
    }

    /// <summary>Takes a token just read, and perhaps the next, as a differential.</summary>
    private bool TakeDifferential(in MathToken token)
    {
        if (_integrals == 0 || _differential is not null || Differential(token, Next) is not { } found) return false;
        _differential = found.Variable;
        _at += found.Tokens - 1;
        return true;
    }

    private static (string Variable, int Tokens)? Differential(in MathToken token, in MathToken next)
    {
        if (token.Kind is not (MathTokenKind.Word or MathTokenKind.Text)) return null;
        if (token.Kind == MathTokenKind.Word && token.Text is ['d', var letter]) return (letter.ToString(), 1);
        if (token.Text != "d") return null;
        return next switch
        {
            { Kind: MathTokenKind.Word, Text.Length: 1 } => (next.Text, 2),
            { Kind: MathTokenKind.Command } when Greek.Contains(next.Text) => (@"\" + next.Text, 2),
            _ => null,
        };
    }

    /// <summary>
    /// The derivative that a fraction of differentials asks for, taken: <c>\frac{d}{dx} x^2</c>, <c>\frac{d^2}{dx^2}(...)</c>,
    /// <c>\frac{d(x^2)}{dx}</c>. <c>\frac{dy}{dx}</c> is a name. Null where the fraction is none.
    /// </summary>
    private MathNode? Derivative()
    {
        if (!Next.Is("{") || Inside(_at) is not { } over || Inside(over.After) is not { } under || !IsD(over.Tokens, 0)) return null;
        var (variable, order) = (under.Tokens, 1);
        var name = Differential(variable.ElementAtOrDefault(0), variable.ElementAtOrDefault(1)) is { } plain ? plain.Variable
            : variable.Count > 1 && variable[0].IsCommand("partial") && variable[1].Kind == MathTokenKind.Word && variable[1].Text.Length == 1 ? variable[1].Text : null;
        if (name is null) return null;
        var (bodyAt, named) = (1, variable[0].Text.Length == 2 ? 1 : 2);
        if (variable.Count != named)
        {
            if (variable.Count != named + 2 || !variable[^2].Is("^")) return null;
            if (!int.TryParse(variable[^1].Text, out order) || order is < 1 or > HighestDerivative || over.Tokens.Count < 3 || !over.Tokens[1].Is("^") || over.Tokens[2].Text != variable[^1].Text) return null;
            bodyAt = 3;
        }

        MathNode body;
        _at = under.After;
        if (over.Tokens[0].Text is ['d', _] || (over.Tokens.Count == bodyAt + 1 && over.Tokens[bodyAt] is { Kind: MathTokenKind.Word, Text.Length: 1 } function && function.Text != name)) return new SymbolNode($"d{over.Tokens[^1].Text[^1]}/d{name}/{order}");
        if (over.Tokens.Count > bodyAt) body = Parse([.. over.Tokens.Skip(bodyAt)])?.Node ?? throw new UnreadableException();
        else body = Product();
        return MathDerivative.Of(body, name, order) ?? throw new UnreadableException();
    }

    private static bool IsD(List<MathToken> tokens, int at) => at < tokens.Count && (tokens[at].IsCommand("partial") || (tokens[at].Kind is MathTokenKind.Word or MathTokenKind.Text && (tokens[at].Text == "d" || (tokens.Count == 1 && tokens[at].Text is ['d', _]))));

    /// <summary>The tokens in the braces that open at a place, inner braces left out, and the place behind; null where none open.</summary>
    private (List<MathToken> Tokens, int After)? Inside(int at)
    {
        if (at >= _tokens.Count || !_tokens[at].Is("{")) return null;
        var (tokens, open) = (new List<MathToken>(), 0);
        for (; at < _tokens.Count; at++)
        {
            if (_tokens[at].Is("{")) open++;
            else if (_tokens[at].Is("}") && --open == 0) return (tokens, at + 1);
            else if (!_tokens[at].Is("}")) tokens.Add(_tokens[at]);
        }

        return null;
    }

    /// <summary>A value at a place: what stands before a bar with <c>x = 3</c> under it.</summary>
    private MathNode Evaluated(MathNode value)
    {
        while (Next.Is("|") && (Ahead(1).Is("_") || Ahead(1).Is("^")))
        {
            _at++;
            value = Between(value);
        }

        return value;
    }

    /// <summary>Whether both a lowered and a raised sign follow, as behind brackets that are evaluated between two places.</summary>
    private bool HasBounds()
    {
        var at = _at + 1;
        var after = Inside(at)?.After ?? at + 1;
        return after < _tokens.Count && (_tokens[after].Is("^") || _tokens[after].Is("_")) && !_tokens[after].Is(Next.Text);
    }

    /// <summary>An expression at the place, or between the places, that stand raised and lowered behind it.</summary>
    private MathNode Between(MathNode value)
    {
        MathNode? upper = Next.Is("^") ? Bound() : null;
        Take("_");
        var lower = Argument();
        upper ??= Next.Is("^") ? Bound() : null;
        var variable = (lower as RelationNode)?.Sides[0] is SymbolNode named ? named.Name : MathSymbols.Of(value) is { Count: 1 } only ? only.First() : throw new UnreadableException();
        if (upper is null && lower is not RelationNode) throw new UnreadableException();
        var from = At(lower);
        return upper is null ? from : new CallNode("sub", At(upper), from);

        MathNode At(MathNode place) => MathSymbols.Replace(value, variable, place is RelationNode { Operators: ["="], Sides: [SymbolNode { Name: var name }, var at] } && name == variable ? at : place is RelationNode ? throw new UnreadableException() : place) ?? throw new UnreadableException();
    }
}
