namespace Deliberate.Jinja;

/// <summary>
/// Reads a template's statements: for (with else, if, recursive), if, set (also as a block), macro, call, filter, with, print,
/// block, autoescape, the loop controls break and continue, and transformers' generation. include, import, from and
/// extends parse and fail when reached.
/// </summary>
internal sealed class JinjaParser
{
    /// <summary>Most parameters of a macro.</summary>
    private const int MaxParameters = 255;

    private readonly JinjaTokenStream _stream;
    private readonly JinjaExpressionParser _expressions;
    private readonly HashSet<string> _blocks = [];
    private readonly Stack<string> _open = new();
    private int _loops;

    private JinjaParser(JinjaTokenStream stream)
    {
        _stream = stream;
        _expressions = new JinjaExpressionParser(stream);
    }

    /// <summary>The statements of a template, and the mistake that each of its renderings must fail with, if there is one.</summary>
    public static (List<JinjaStatement> Body, JinjaException? Late) Parse(string source)
    {
        var stream = new JinjaTokenStream(JinjaLexer.Tokenize(source));
        var body = new JinjaParser(stream).ParseUntil([]);
        if (stream.Unknown.Count > 0) throw new JinjaException(stream.Unknown[0].Message, stream.Unknown[0].Line);
        return (body, stream.Late);
    }

    /// <summary>Statements up to a tag named in <paramref name="ends"/>, which becomes the current token; with no ends, to the end of the template.</summary>
    private List<JinjaStatement> ParseUntil(string[] ends)
    {
        var body = new List<JinjaStatement>();
        _stream.Enter();
        while (true)
        {
            var token = _stream.Current;
            switch (token.Kind)
            {
                case JinjaTokenKind.Data:
                    body.Add(new JinjaText(_stream.Next().Text, token.Line));
                    break;
                case JinjaTokenKind.VariableBegin:
                    _stream.Next();
                    body.Add(new JinjaOutput([_expressions.ParseTuple()], token.Line));
                    _stream.Expect(JinjaTokenKind.VariableEnd);
                    break;
                case JinjaTokenKind.BlockBegin:
                    _stream.Next();
                    if (_stream.Current.Kind == JinjaTokenKind.Name && Array.IndexOf(ends, _stream.Current.Text) >= 0)
                    {
                        _stream.Leave();
                        return body;
                    }

                    body.Add(ParseStatement());
                    _stream.Expect(JinjaTokenKind.BlockEnd);
                    break;
                default:
                    if (ends.Length > 0) throw _stream.Fail($"Unexpected end of template. Jinja was looking for the following tags: {JinjaWords.Alternatives(ends)}. The innermost block that needs to be closed is '{_open.Peek()}'.");
                    _stream.Leave();
                    return body;
            }
        }
    }

    /// <summary>The body of a tag: its closing brace, then statements up to one of the ends, whose name is read and returned.</summary>
    private (List<JinjaStatement> Body, string End) ParseBody(params string[] ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(JinjaTokenKind.BlockEnd);
        var body = ParseUntil(ends);
        return (body, _stream.Next().Text);
    }

    /// <summary>A body that is a scope of its own: unknown filters in it are errors even inside a condition.</summary>
    private List<JinjaStatement> ParseScope(string end)
    {
        var conditional = _stream.Conditional;
        _stream.Conditional = false;
        var (body, _) = ParseBody(end);
        _stream.Conditional = conditional;
        return body;
    }

    private JinjaStatement ParseStatement()
    {
        var token = _stream.Current;
        if (token.Kind != JinjaTokenKind.Name) throw _stream.Fail("tag name expected");
        _stream.Next();
        _open.Push(token.Text);
        JinjaStatement statement = token.Text switch
        {
            "for" => ParseFor(token.Line),
            "if" => ParseIf(token.Line),
            "set" => ParseSet(token.Line),
            "macro" => ParseMacro(token.Line),
            "call" => ParseCallBlock(token.Line),
            "filter" => new JinjaFilterBlock((JinjaFilterCall)_expressions.ParseFilters(null, inline: true)!, ParseScope("endfilter"), token.Line),
            "with" => ParseWith(token.Line),
            "print" => ParsePrint(token.Line),
            "generation" => new JinjaGeneration(ParseOutsideLoop("endgeneration"), token.Line),
            "autoescape" => new JinjaAutoescape(_expressions.ParseExpression(), ParseScope("endautoescape"), token.Line),
            "block" => ParseBlock(token.Line),
            "include" or "import" or "from" or "extends" => ParseLoad(token),
            "break" => new JinjaBreak(InsideLoop(token)),
            "continue" => new JinjaContinue(InsideLoop(token)),
            _ => throw new JinjaException($"Encountered unknown tag '{token.Text}'.", token.Line),
        };
        _open.Pop();
        return statement;
    }

    private int InsideLoop(JinjaToken tag)
    {
        if (_loops == 0) _stream.FailLate($"'{tag.Text}' outside loop", tag.Line);
        return tag.Line;
    }

    private List<JinjaStatement> ParseOutsideLoop(string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = ParseScope(end);
        _loops = loops;
        return body;
    }

    private JinjaExpression ParseTarget(string? endName = null, bool namespaceTarget = false)
    {
        var target = _expressions.ParseTuple(simplified: true, endName: endName, namespaceTarget: namespaceTarget);
        CheckTarget(target);
        return target;
    }

    private static void CheckTarget(JinjaExpression target)
    {
        switch (target)
        {
            case JinjaName or JinjaNamespaceTarget: return;
            case JinjaTupleLiteral tuple:
                tuple.Items.ForEach(CheckTarget);
                return;
            default: throw new JinjaException("can't assign to a literal", target.Line);
        }
    }

    private string ParseTargetName()
    {
        var token = _stream.ExpectName();
        if (token.Text is "true" or "false" or "none" or "True" or "False" or "None") throw new JinjaException($"can't assign to '{token.Text}'", token.Line);
        return token.Text;
    }

    private JinjaFor ParseFor(int line)
    {
        var target = ParseTarget("in");
        if (JinjaWords.Assigns(target, "loop")) throw new JinjaException("Can't assign to special loop variable in for-loop target", line);
        _stream.ExpectName("in");
        var iterable = _expressions.ParseTuple(withConditional: false, endName: "recursive");
        var conditional = _stream.Conditional;
        _stream.Conditional = false;
        var test = _stream.SkipName("if") ? _expressions.ParseExpression() : null;
        var recursive = _stream.SkipName("recursive");
        _loops++;
        var (body, end) = ParseBody("endfor", "else");
        _loops--;
        var otherwise = end == "else" ? ParseBody("endfor").Body : [];
        _stream.Conditional = conditional;
        return new JinjaFor(target, iterable, test, recursive, body, otherwise, line);
    }

    private JinjaIf ParseIf(int line)
    {
        var conditional = _stream.Conditional;
        _stream.Conditional = true;
        var branches = new List<(JinjaExpression, List<JinjaStatement>)>();
        string end;
        do
        {
            var test = _expressions.ParseTuple(withConditional: false);
            (var body, end) = ParseBody("elif", "else", "endif");
            branches.Add((test, body));
        }
        while (end == "elif");
        var otherwise = end == "else" ? ParseBody("endif").Body : [];
        _stream.Conditional = conditional;
        return new JinjaIf(branches, otherwise, line);
    }

    private JinjaStatement ParseSet(int line)
    {
        var target = ParseTarget(namespaceTarget: true);
        if (_stream.SkipOperator("=")) return new JinjaSet(target, _expressions.ParseTuple(), line);
        var filter = (JinjaFilterCall?)_expressions.ParseFilters(null);
        return new JinjaSetBlock(target, filter, ParseScope("endset"), line);
    }

    private JinjaWith ParseWith(int line)
    {
        var bindings = new List<(JinjaExpression, JinjaExpression)>();
        while (_stream.Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (bindings.Count > 0) _stream.ExpectOperator(",");
            var target = ParseTarget();
            _stream.ExpectOperator("=");
            bindings.Add((target, _expressions.ParseExpression()));
        }

        return new JinjaWith(bindings, ParseScope("endwith"), line);
    }

    private JinjaOutput ParsePrint(int line)
    {
        var values = new List<JinjaExpression>();
        while (_stream.Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (values.Count > 0) _stream.ExpectOperator(",");
            values.Add(_expressions.ParseExpression());
        }

        return new JinjaOutput(values, line);
    }

    private JinjaMacroStatement ParseMacro(int line)
    {
        var name = ParseTargetName();
        var outer = _stream.MacroNames;
        _stream.MacroNames = [];
        var (parameters, defaults) = ParseSignature();
        var macro = FinishMacro(name, parameters, defaults, "endmacro");
        _stream.MacroNames = outer;
        return new JinjaMacroStatement(macro, line);
    }

    private JinjaCallBlock ParseCallBlock(int line)
    {
        var (parameters, defaults) = _stream.Current.IsOperator("(") ? ParseSignature() : ([], []);
        if (_expressions.ParseExpression() is not JinjaCall call) throw new JinjaException("expected call", line);
        var outer = _stream.MacroNames;
        _stream.MacroNames = [];
        var body = FinishMacro("caller", parameters, defaults, "endcall");

        // Inside a call block of a macro, caller() is the macro's: whoever reads it here needs it there.
        if (body.UsesCaller) outer?.Add("caller");
        _stream.MacroNames = outer;
        return new JinjaCallBlock(call, body with { UsesCaller = false }, line);
    }

    private JinjaMacroDefinition FinishMacro(string name, List<string> parameters, List<JinjaExpression> defaults, string end)
    {
        var body = ParseOutsideLoop(end);
        var names = _stream.MacroNames!;
        return new JinjaMacroDefinition(name, parameters, defaults, body, names.Contains("caller"), names.Contains("varargs"), names.Contains("kwargs"));
    }

    private (List<string> Parameters, List<JinjaExpression> Defaults) ParseSignature()
    {
        var parameters = new List<string>();
        var defaults = new List<JinjaExpression>();
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) _stream.ExpectOperator(",");
            var name = ParseTargetName();
            if (parameters.Count == MaxParameters) throw _stream.Fail($"more than {MaxParameters} arguments");
            if (parameters.Contains(name)) _stream.FailLate($"duplicate argument '{name}' in function definition", _stream.Line);
            if (_stream.SkipOperator("=")) defaults.Add(_expressions.ParseExpression());
            else if (defaults.Count > 0) throw _stream.Fail("non-default argument follows default argument");
            parameters.Add(name);
        }

        _stream.ExpectOperator(")");
        return (parameters, defaults);
    }

    private JinjaBlock ParseBlock(int line)
    {
        var name = _stream.ExpectName().Text;
        if (!_blocks.Add(name)) throw new JinjaException($"block '{name}' defined twice", line);
        var scoped = _stream.SkipName("scoped");
        var required = _stream.SkipName("required");
        var body = ParseOutsideLoop("endblock");
        if (required && body.Exists(s => s is not JinjaText text || text.Text.Any(c => !PythonText.IsSpace(c)))) throw new JinjaException("Required blocks can only contain comments or whitespace", line);
        _stream.SkipName(name);
        return new JinjaBlock(name, scoped, required, body, line);
    }

    private JinjaLoad ParseLoad(JinjaToken tag)
    {
        _expressions.ParseExpression();

        // What follows (as x, with context, a list of names) cannot matter: nothing is ever loaded.
        while (_stream.Current.Kind is JinjaTokenKind.Name || _stream.Current.IsOperator(",")) _stream.Next();
        return new JinjaLoad(tag.Text, tag.Line);
    }
}

/// <summary>Small questions about tags and targets that several statements ask.</summary>
internal static class JinjaWords
{
    public static string Alternatives(string[] tags) => string.Join(" or ", tags.Select(t => $"'{t}'"));

    public static bool Assigns(JinjaExpression target, string name) => target switch
    {
        JinjaName n => n.Name == name,
        JinjaTupleLiteral tuple => tuple.Items.Exists(i => Assigns(i, name)),
        _ => false,
    };
}
