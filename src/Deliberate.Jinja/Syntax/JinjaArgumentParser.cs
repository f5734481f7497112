namespace Deliberate.Jinja;

/// <summary>
/// The arguments of a call, filter or test in their brackets: positional ones, <c>*list</c>, <c>name=value</c>, <c>**dict</c>,
/// in the orders Jinja allows.
/// </summary>
internal static class JinjaArgumentParser
{
    public static JinjaCallArguments Parse(JinjaTokenStream stream, JinjaExpressionParser expressions)
    {
        var line = stream.ExpectOperator("(").Line;
        var positional = new List<JinjaExpression>();
        var named = new List<(string, JinjaExpression)>();
        var names = new HashSet<string>();
        JinjaExpression? star = null;
        JinjaExpression? starStar = null;
        for (var first = true; !stream.Current.IsOperator(")"); first = false)
        {
            if (!first)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator(")")) break;
            }

            var fits = starStar is null;
            if (stream.SkipOperator("*"))
            {
                fits &= star is null;
                star = expressions.ParseExpression();
            }
            else if (stream.SkipOperator("**"))
            {
                starStar = expressions.ParseExpression();
            }
            else if (stream.Current.Kind == JinjaTokenKind.Name && stream.Following.IsOperator("="))
            {
                var name = stream.Next().Text;
                stream.Next();
                if (!names.Add(name)) stream.FailLate($"keyword argument repeated: {name}", line);
                named.Add((name, expressions.ParseExpression()));
            }
            else
            {
                fits &= star is null && named.Count == 0;
                positional.Add(expressions.ParseExpression());
            }

            if (!fits) throw new JinjaException("invalid syntax for function call expression", line);
        }

        stream.ExpectOperator(")");
        return new JinjaCallArguments(positional, named, star, starStar);
    }
}
