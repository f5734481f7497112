namespace Deliberate.Jinja;

/// <summary>
/// Runs a template's statements. Bodies of loops, macros, blocks, with, filter, call and generation are scopes of their own;
/// those of conditions are not. break and continue travel up as a result, not as exceptions.
/// </summary>
internal sealed class JinjaInterpreter
{
    private readonly JinjaRun _run;
    private readonly JinjaEvaluator _evaluator;
    private readonly JinjaScope _root;

    public JinjaInterpreter(JinjaRun run, JinjaScope root)
    {
        _run = run;
        _root = root;
        _evaluator = new JinjaEvaluator(run);
    }

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public void Run(List<JinjaStatement> body)
    {
        var self = new JinjaNamespace();
        CollectBlocks(body, self);
        _root.Set("self", self);
        Execute(body, _root);
    }

    private void CollectBlocks(List<JinjaStatement> body, JinjaNamespace self)
    {
        foreach (var statement in body)
        {
            switch (statement)
            {
                case JinjaBlock block:
                    self.Attributes[block.Name] = new JinjaFunction(block.Name, _ => Capture(() => Execute(block.Body, new JinjaScope(_root))));
                    CollectBlocks(block.Body, self);
                    break;
                case JinjaFor loop:
                    CollectBlocks(loop.Body, self);
                    CollectBlocks(loop.Else, self);
                    break;
                case JinjaIf condition:
                    foreach (var (_, branch) in condition.Branches) CollectBlocks(branch, self);
                    CollectBlocks(condition.Else, self);
                    break;
            }
        }
    }

    private Flow Execute(List<JinjaStatement> body, JinjaScope scope)
    {
        _run.Budget.Enter();
        foreach (var statement in body)
        {
            _run.Budget.Spend(1);
            _run.Line = statement.Line;
            var flow = Execute(statement, scope);
            if (flow == Flow.Next) continue;
            _run.Budget.Leave();
            return flow;
        }

        _run.Budget.Leave();
        return Flow.Next;
    }

    private Flow Execute(JinjaStatement statement, JinjaScope scope)
    {
        switch (statement)
        {
            case JinjaText text:
                _run.Output.Append(text.Text);
                return Flow.Next;
            case JinjaOutput output:
                foreach (var value in output.Values) Print(_evaluator.Evaluate(value, scope));
                return Flow.Next;
            case JinjaIf condition:
                foreach (var (test, branch) in condition.Branches)
                {
                    _run.Budget.Spend(1);
                    if (_evaluator.Evaluate(test, scope).IsTrue) return Execute(branch, scope);
                }

                return Execute(condition.Else, scope);
            case JinjaFor loop:
                Loop(loop, _evaluator.Evaluate(loop.Iterable, scope), scope, 1);
                return Flow.Next;
            case JinjaSet set:
                _evaluator.Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case JinjaSetBlock set:
                SetBlock(set, scope);
                return Flow.Next;
            case JinjaMacroStatement macro:
                scope.Set(macro.Macro.Name, Macro(macro.Macro, scope));
                return Flow.Next;
            case JinjaCallBlock call:
                Print(_evaluator.Call(call.Call, scope, new KeyValuePair<string, JinjaValue>("caller", Macro(call.Caller, scope))));
                return Flow.Next;
            case JinjaFilterBlock filter:
                Print(_evaluator.FilterBody(filter.Filter, Capture(() => Execute(filter.Body, new JinjaScope(scope))), scope));
                return Flow.Next;
            case JinjaWith with:
                return With(with, scope);
            case JinjaGeneration generation:
                Generate(generation, scope);
                return Flow.Next;
            case JinjaAutoescape autoescape:
                var before = _run.Autoescape;
                _run.Autoescape = _evaluator.Evaluate(autoescape.Enabled, scope).IsTrue;
                var flow = Execute(autoescape.Body, new JinjaScope(scope));
                _run.Autoescape = before;
                return flow;
            case JinjaBlock block:
                if (block.Required) throw new JinjaException($"Required block '{block.Name}' not found");
                Execute(block.Body, new JinjaScope(block.Scoped ? scope : _root));
                return Flow.Next;
            case JinjaLoad load:
                throw new JinjaException($"a chat template has nothing to load: '{load.Tag}' is not supported");
            default:
                return statement is JinjaBreak ? Flow.Break : Flow.Continue;
        }
    }

    private void Print(JinjaValue value)
    {
        var text = JinjaPrinter.Str(_run, value);
        _run.Output.Append(_run.Autoescape && value is not JinjaString { IsMarkup: true } ? PythonText.EscapeHtml(text) : text);
    }

    private JinjaString Capture(Action write)
    {
        var outside = _run.Output;
        _run.Output = _run.Write();
        write();
        var text = new JinjaString(_run.Output.ToString(), _run.Autoescape);
        _run.Output = outside;
        return text;
    }

    private void Loop(JinjaFor loop, JinjaValue iterable, JinjaScope scope, int depth)
    {
        // A generator's elements, and what passes the loop's own test, are made when their pass comes: the body may break before, or change what the test asks.
        var elements = loop.Test is not null ? new JinjaGenerator(_run, Filtered(loop, iterable, scope)) : iterable;
        var items = elements is JinjaGenerator generator ? new JinjaLoopItems(generator) : new JinjaLoopItems(JinjaSequence.Items(_run, elements));
        if (!items.Has(0))
        {
            Execute(loop.Else, new JinjaScope(scope));
            return;
        }

        Func<JinjaArguments, JinjaValue>? recurse = loop.Recursive
            ? arguments => Capture(() => Loop(loop, arguments.Bind("loop", ["iterable"], 1)[0]!, scope, depth + 1))
            : null;
        var state = new JinjaLoop(items, depth, recurse);
        for (var i = 0; items.Has(i); i++)
        {
            _run.Budget.Spend(2);
            var inside = new JinjaScope(scope);
            state.Index = i;
            inside.Set("loop", state);
            _evaluator.Assign(loop.Target, items[i], inside);
            if (Execute(loop.Body, inside) == Flow.Break) break;
        }
    }

    private IEnumerable<JinjaValue> Filtered(JinjaFor loop, JinjaValue iterable, JinjaScope scope)
    {
        foreach (var item in JinjaSequence.Walk(_run, iterable))
        {
            _run.Budget.Spend(1);
            var inside = new JinjaScope(scope);
            inside.Set("loop", new JinjaUndefined("The loop variable cannot be used in the loop's own filter"));
            _evaluator.Assign(loop.Target, item, inside);
            if (_evaluator.Evaluate(loop.Test!, inside).IsTrue) yield return item;
        }
    }

    private void SetBlock(JinjaSetBlock set, JinjaScope scope)
    {
        JinjaValue value = Capture(() => Execute(set.Body, new JinjaScope(scope)));
        if (set.Filter is not null) value = _evaluator.FilterBody(set.Filter, value, scope);
        _evaluator.Assign(set.Target, value, scope);
    }

    private Flow With(JinjaWith with, JinjaScope scope)
    {
        var inside = new JinjaScope(scope);
        var values = with.Bindings.ConvertAll(b => _evaluator.Evaluate(b.Value, scope));
        for (var i = 0; i < values.Count; i++) _evaluator.Assign(with.Bindings[i].Target, values[i], inside);
        return Execute(with.Body, inside);
    }

    /// <summary>
    /// A generation block's span starts where the document ends now. Inside a macro that is the place of the text before the
    /// macro's own, as transformers has it.
    /// </summary>
    private void Generate(JinjaGeneration generation, JinjaScope scope)
    {
        var text = Capture(() => Execute(generation.Body, new JinjaScope(scope)));
        var start = _run.Document.CodePoints;
        _run.Spans.Add((start, start + text.Length));
        _run.Output.Append(text.Text);
    }

    private JinjaFunction Macro(JinjaMacroDefinition macro, JinjaScope scope)
    {
        _run.Budget.Spend(16 + macro.Parameters.Count);
        return new JinjaFunction(macro.Name, arguments => CallMacro(macro, scope, arguments))
        {
            Attributes = new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
            {
                ["name"] = macro.Name,
                ["arguments"] = new JinjaList([.. macro.Parameters.Select(p => (JinjaValue)p)], isTuple: true),
                ["caller"] = macro.UsesCaller,
                ["catch_varargs"] = macro.UsesVarargs,
                ["catch_kwargs"] = macro.UsesKwargs,
            },
        };
    }

    private JinjaString CallMacro(JinjaMacroDefinition macro, JinjaScope scope, JinjaArguments arguments)
    {
        var line = _run.Line;
        _run.Budget.Spend(1 + (macro.Parameters.Count * (1 + (arguments.Named.Count / 8))));
        _run.Budget.Enter();
        var inside = new JinjaScope(scope);
        BindMacro(macro, inside, arguments);
        var text = Capture(() => Execute(macro.Body, inside));
        _run.Budget.Leave();
        _run.Line = line;
        return text;
    }

    private void BindMacro(JinjaMacroDefinition macro, JinjaScope inside, JinjaArguments arguments)
    {
        var rest = arguments.Named.ToList();
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var name = macro.Parameters[i];
            var named = rest.FindIndex(n => n.Key == name);
            if (i < arguments.Positional.Count)
            {
                if (named >= 0) throw new JinjaException($"macro '{macro.Name}' takes no keyword argument '{name}'");
                inside.Set(name, arguments.Positional[i]);
            }
            else if (named >= 0)
            {
                inside.Set(name, rest[named].Value);
                rest.RemoveAt(named);
            }
            else
            {
                var fallback = i - (macro.Parameters.Count - macro.Defaults.Count);
                inside.Set(name, fallback >= 0 ? _evaluator.Evaluate(macro.Defaults[fallback], inside) : new JinjaUndefined($"parameter '{name}' was not provided"));
            }
        }

        if (macro.UsesCaller && !macro.Parameters.Contains("caller"))
        {
            var caller = rest.FindIndex(n => n.Key == "caller");
            inside.Set("caller", caller >= 0 ? rest[caller].Value : new JinjaUndefined("No caller defined"));
            if (caller >= 0) rest.RemoveAt(caller);
        }

        if (macro.UsesKwargs) inside.Set("kwargs", ToDict(rest));
        else if (rest.Count > 0) throw new JinjaException(rest[0].Key == "caller" ? $"macro '{macro.Name}' was invoked with two values for the special caller argument." : $"macro '{macro.Name}' takes no keyword argument '{rest[0].Key}'");
        if (macro.UsesVarargs) inside.Set("varargs", new JinjaList([.. arguments.Positional.Skip(macro.Parameters.Count)], isTuple: true));
        else if (arguments.Positional.Count > macro.Parameters.Count) throw new JinjaException($"macro '{macro.Name}' takes not more than {macro.Parameters.Count} argument(s)");
    }

    private static JinjaDict ToDict(List<KeyValuePair<string, JinjaValue>> pairs)
    {
        var dict = new JinjaDict();
        foreach (var (name, value) in pairs) dict.Set(name, value);
        return dict;
    }
}
