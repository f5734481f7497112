namespace Deliberate.Jinja;

/// <summary>
/// The syntax tree of a template: expressions have a value, statements write text or set variables. Names follow Jinja's own
/// nodes. Every node knows the line it starts on, for messages.
/// </summary>
internal abstract record JinjaExpression(int Line);

internal sealed record JinjaConstant(JinjaValue Value, int Line) : JinjaExpression(Line);

internal sealed record JinjaName(string Name, int Line) : JinjaExpression(Line);

/// <summary>An assignment's target <c>ns.attribute</c>.</summary>
internal sealed record JinjaNamespaceTarget(string Name, string Attribute, int Line) : JinjaExpression(Line);

internal sealed record JinjaTupleLiteral(List<JinjaExpression> Items, int Line) : JinjaExpression(Line);

internal sealed record JinjaListLiteral(List<JinjaExpression> Items, int Line) : JinjaExpression(Line);

internal sealed record JinjaDictLiteral(List<(JinjaExpression Key, JinjaExpression Value)> Pairs, int Line) : JinjaExpression(Line);

internal sealed record JinjaConditional(JinjaExpression Test, JinjaExpression Then, JinjaExpression? Else, int Line) : JinjaExpression(Line);

internal sealed record JinjaAnd(JinjaExpression Left, JinjaExpression Right, int Line) : JinjaExpression(Line);

internal sealed record JinjaOr(JinjaExpression Left, JinjaExpression Right, int Line) : JinjaExpression(Line);

internal sealed record JinjaNot(JinjaExpression Operand, int Line) : JinjaExpression(Line);

internal sealed record JinjaSign(bool Negative, JinjaExpression Operand, int Line) : JinjaExpression(Line);

internal sealed record JinjaBinary(string Operator, JinjaExpression Left, JinjaExpression Right, int Line) : JinjaExpression(Line);

/// <summary>A chain such as <c>a &lt; b in c</c>; an operator is ==, !=, &lt;, &lt;=, &gt;, &gt;=, in or notin.</summary>
internal sealed record JinjaComparison(JinjaExpression First, List<(string Operator, JinjaExpression Operand)> Rest, int Line) : JinjaExpression(Line);

internal sealed record JinjaConcatenation(List<JinjaExpression> Parts, int Line) : JinjaExpression(Line);

internal sealed record JinjaAttribute(JinjaExpression Target, string Name, int Line) : JinjaExpression(Line);

internal sealed record JinjaItem(JinjaExpression Target, JinjaExpression Key, int Line) : JinjaExpression(Line);

internal sealed record JinjaSlice(JinjaExpression? Start, JinjaExpression? Stop, JinjaExpression? Step, int Line) : JinjaExpression(Line);

internal sealed record JinjaCallArguments(List<JinjaExpression> Positional, List<(string Name, JinjaExpression Value)> Named, JinjaExpression? Star, JinjaExpression? StarStar)
{
    public static JinjaCallArguments None { get; } = new([], [], null, null);
}

internal sealed record JinjaCall(JinjaExpression Target, JinjaCallArguments Arguments, int Line) : JinjaExpression(Line);

/// <summary>A filter applied to a value; the operand is null for the body of a filter block or a set block.</summary>
internal sealed record JinjaFilterCall(JinjaExpression? Operand, string Name, JinjaCallArguments Arguments, int Line) : JinjaExpression(Line);

internal sealed record JinjaTestCall(JinjaExpression Operand, string Name, JinjaCallArguments Arguments, int Line) : JinjaExpression(Line);

internal abstract record JinjaStatement(int Line);

internal sealed record JinjaText(string Text, int Line) : JinjaStatement(Line);

internal sealed record JinjaOutput(List<JinjaExpression> Values, int Line) : JinjaStatement(Line);

internal sealed record JinjaFor(JinjaExpression Target, JinjaExpression Iterable, JinjaExpression? Test, bool Recursive, List<JinjaStatement> Body, List<JinjaStatement> Else, int Line) : JinjaStatement(Line);

internal sealed record JinjaIf(List<(JinjaExpression Test, List<JinjaStatement> Body)> Branches, List<JinjaStatement> Else, int Line) : JinjaStatement(Line);

internal sealed record JinjaSet(JinjaExpression Target, JinjaExpression Value, int Line) : JinjaStatement(Line);

internal sealed record JinjaSetBlock(JinjaExpression Target, JinjaFilterCall? Filter, List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

internal sealed record JinjaWith(List<(JinjaExpression Target, JinjaExpression Value)> Bindings, List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

/// <summary>What a macro or the body of a call block declares; the flags say which of the implicit names its body reads.</summary>
internal sealed record JinjaMacroDefinition(string Name, List<string> Parameters, List<JinjaExpression> Defaults, List<JinjaStatement> Body, bool UsesCaller, bool UsesVarargs, bool UsesKwargs);

internal sealed record JinjaMacroStatement(JinjaMacroDefinition Macro, int Line) : JinjaStatement(Line);

internal sealed record JinjaCallBlock(JinjaCall Call, JinjaMacroDefinition Caller, int Line) : JinjaStatement(Line);

internal sealed record JinjaFilterBlock(JinjaFilterCall Filter, List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

internal sealed record JinjaGeneration(List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

internal sealed record JinjaAutoescape(JinjaExpression Enabled, List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

internal sealed record JinjaBlock(string Name, bool Scoped, bool Required, List<JinjaStatement> Body, int Line) : JinjaStatement(Line);

/// <summary>include, import, from and extends: they parse, and fail when reached, since a chat template has nothing to load.</summary>
internal sealed record JinjaLoad(string Tag, int Line) : JinjaStatement(Line);

internal sealed record JinjaBreak(int Line) : JinjaStatement(Line);

internal sealed record JinjaContinue(int Line) : JinjaStatement(Line);
