using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>Computes expressions and assigns to targets. Each node costs one unit of the budget and one level of depth.</summary>
internal sealed class JinjaEvaluator(JinjaRun run)
{
    public JinjaValue Evaluate(JinjaExpression node, JinjaScope scope)
    {
        run.Budget.Spend(1);
        switch (node)
        {
            case JinjaConstant constant: return constant.Value;
            case JinjaName name: return Find(name.Name, scope) ?? JinjaUndefined.Name(name.Name);
        }

        run.Budget.Enter();
        var value = EvaluateNested(node, scope);
        run.Budget.Leave();
        return value;
    }

    private JinjaValue? Find(string name, JinjaScope scope)
    {
        var value = scope.Find(name, out var asked);
        if (asked > 8) run.Budget.Spend(asked / 4);
        return value;
    }

    private JinjaValue EvaluateNested(JinjaExpression node, JinjaScope scope)
    {
        switch (node)
        {
            case JinjaAttribute attribute: return JinjaAttributes.GetAttribute(run, Evaluate(attribute.Target, scope), attribute.Name);
            case JinjaItem item: return Item(item, scope);
            case JinjaBinary binary: return JinjaArithmetic.Binary(run, binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope));
            case JinjaConcatenation concatenation: return Concatenate(concatenation, scope);
            case JinjaComparison comparison: return Compare(comparison, scope);
            case JinjaNot not: return !Evaluate(not.Operand, scope).IsTrue;
            case JinjaAnd and:
                var first = Evaluate(and.Left, scope);
                return first.IsTrue ? Evaluate(and.Right, scope) : first;
            case JinjaOr or:
                var left = Evaluate(or.Left, scope);
                return left.IsTrue ? left : Evaluate(or.Right, scope);
            case JinjaConditional conditional:
                if (Evaluate(conditional.Test, scope).IsTrue) return Evaluate(conditional.Then, scope);
                return conditional.Else is not null ? Evaluate(conditional.Else, scope) : new JinjaUndefined("the inline if-expression evaluated to false and no else section was defined.");
            case JinjaFilterCall filter: return Filter(filter, Evaluate(filter.Operand!, scope), scope);
            case JinjaTestCall test: return JinjaTests.Holds(run, test.Name, Evaluate(test.Operand, scope), Arguments(test.Arguments, scope, null));
            case JinjaCall call: return Call(call, scope, null);
            case JinjaSign sign: return Signed(sign, scope);
            case JinjaListLiteral list: return new JinjaList(Items(list.Items, scope));
            case JinjaTupleLiteral tuple: return new JinjaList(Items(tuple.Items, scope), isTuple: true);
            case JinjaDictLiteral dict: return Dictionary(dict, scope);
            case JinjaSlice: throw new JinjaException("a slice stands alone between its brackets");
            default: throw new InvalidOperationException($"No evaluation of {node.GetType().Name}.");
        }
    }

    private JinjaValue[] Items(List<JinjaExpression> items, JinjaScope scope)
    {
        run.Budget.Spend(items.Count);
        var values = new JinjaValue[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Evaluate(items[i], scope);
        return values;
    }

    private JinjaDict Dictionary(JinjaDictLiteral literal, JinjaScope scope)
    {
        run.Budget.Spend(4 + (literal.Pairs.Count * 2));
        var dict = new JinjaDict();
        foreach (var (keyNode, valueNode) in literal.Pairs)
        {
            var key = Evaluate(keyNode, scope);
            run.Budget.SpendKey(key);
            dict.Set(key, Evaluate(valueNode, scope));
        }

        return dict;
    }

    private JinjaValue Item(JinjaItem item, JinjaScope scope)
    {
        var target = Evaluate(item.Target, scope);
        if (item.Key is not JinjaSlice slice) return JinjaAttributes.GetItem(run, target, Evaluate(item.Key, scope));
        if (target is JinjaUndefined missing) throw missing.Failure();
        var start = slice.Start is null ? JinjaNone.Instance : Evaluate(slice.Start, scope);
        var stop = slice.Stop is null ? JinjaNone.Instance : Evaluate(slice.Stop, scope);
        var step = slice.Step is null ? JinjaNone.Instance : Evaluate(slice.Step, scope);
        return JinjaSequence.Slice(run, target, start, stop, step) ?? new JinjaUndefined($"{target.TypeName} object has no slices");
    }

    private JinjaString Concatenate(JinjaConcatenation concatenation, JinjaScope scope)
    {
        var writer = run.Write();
        foreach (var part in concatenation.Parts)
        {
            var value = Evaluate(part, scope);
            var text = JinjaPrinter.Str(run, value);
            writer.Append(run.Autoescape && value is not JinjaString { IsMarkup: true } ? PythonText.EscapeHtml(text) : text);
        }

        return new JinjaString(writer.ToString(), run.Autoescape);
    }

    private JinjaBool Compare(JinjaComparison comparison, JinjaScope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            run.Budget.Spend(1);
            if (!JinjaComparer.Test(run, symbol, left, right)) return JinjaBool.False;
            left = right;
        }

        return JinjaBool.True;
    }

    private JinjaValue Signed(JinjaSign sign, JinjaScope scope)
    {
        var value = Evaluate(sign.Operand, scope);
        if (value is JinjaUndefined missing) throw missing.Failure();
        if (value is JinjaFloat number) return sign.Negative ? new JinjaFloat(-number.Value) : number;
        if (!JinjaArithmetic.IsNumber(value)) throw new JinjaException($"bad operand type for unary {(sign.Negative ? '-' : '+')}: '{value.TypeName}'");
        var integer = JinjaArithmetic.ToInteger(value);
        return new JinjaInt(sign.Negative ? BigInteger.Negate(integer) : integer);
    }

    private JinjaValue Filter(JinjaFilterCall filter, JinjaValue value, JinjaScope scope) => JinjaFilters.Apply(run, filter.Name, value, Arguments(filter.Arguments, scope, null));

    /// <summary>Passes the body of a filter or set block through its chain of filters, whose innermost has no operand of its own.</summary>
    public JinjaValue FilterBody(JinjaFilterCall outermost, JinjaValue body, JinjaScope scope)
    {
        var chain = new Stack<JinjaFilterCall>();
        for (var filter = outermost; filter is not null; filter = (JinjaFilterCall?)filter.Operand) chain.Push(filter);
        while (chain.TryPop(out var filter))
        {
            run.Budget.Spend(1);
            body = Filter(filter, body, scope);
        }

        return body;
    }

    public JinjaValue Call(JinjaCall call, JinjaScope scope, KeyValuePair<string, JinjaValue>? extra)
    {
        run.Line = call.Line;
        var target = Evaluate(call.Target, scope);
        var arguments = Arguments(call.Arguments, scope, extra);
        return target switch
        {
            JinjaFunction function => function.Call(arguments),
            JinjaLoop loop => loop.Call(arguments),
            JinjaUndefined missing => throw missing.Failure(),
            _ => throw new JinjaException($"'{target.TypeName}' object is not callable"),
        };
    }

    private JinjaArguments Arguments(JinjaCallArguments call, JinjaScope scope, KeyValuePair<string, JinjaValue>? extra)
    {
        if (ReferenceEquals(call, JinjaCallArguments.None) && extra is null) return JinjaArguments.None;
        var positional = new List<JinjaValue>(Items(call.Positional, scope));
        if (call.Star is not null)
        {
            var more = JinjaSequence.Items(run, Evaluate(call.Star, scope));
            run.Budget.Spend(more.Count);
            positional.AddRange(more);
        }

        var named = new List<KeyValuePair<string, JinjaValue>>();
        foreach (var (name, value) in call.Named) named.Add(new(name, Evaluate(value, scope)));
        if (call.StarStar is not null) AddNamed(named, Evaluate(call.StarStar, scope));
        if (extra is { } caller) named.Add(caller);
        return new JinjaArguments(positional, named);
    }

    private void AddNamed(List<KeyValuePair<string, JinjaValue>> named, JinjaValue mapping)
    {
        if (mapping is not JinjaDict dict) throw new JinjaException($"argument after ** must be a mapping, not {mapping.TypeName}");

        // Each name is compared with those before it, here and where a macro binds them.
        run.Budget.Spend((long)dict.Count * (dict.Count + named.Count));
        foreach (var (key, value) in dict.Entries)
        {
            if (key is not JinjaString name) throw new JinjaException("keywords must be strings");
            if (named.Exists(n => n.Key == name.Text)) throw new JinjaException($"got multiple values for keyword argument '{name.Text}'");
            named.Add(new(name.Text, value));
        }
    }

    public void Assign(JinjaExpression target, JinjaValue value, JinjaScope scope)
    {
        switch (target)
        {
            case JinjaName name:
                scope.Set(name.Name, value);
                break;
            case JinjaNamespaceTarget member:
                if (Find(member.Name, scope) is not JinjaNamespace space) throw new JinjaException("cannot assign attribute on non-namespace object");
                space.Attributes[member.Attribute] = value;
                break;
            case JinjaTupleLiteral tuple:
                var items = JinjaSequence.Items(run, value, notIterable: $"cannot unpack non-iterable {value.TypeName} object");
                if (items.Count < tuple.Items.Count) throw new JinjaException($"not enough values to unpack (expected {tuple.Items.Count}, got {items.Count})");
                if (items.Count > tuple.Items.Count) throw new JinjaException($"too many values to unpack (expected {tuple.Items.Count})");
                for (var i = 0; i < items.Count; i++) Assign(tuple.Items[i], items[i], scope);
                break;
        }
    }
}
