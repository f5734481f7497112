namespace Deliberate.Reasoning;

/// <summary>What <see cref="MathParser"/> reads an answer as. Scalars come first, then what is made of them.</summary>
internal abstract record MathNode;

internal sealed record NumberNode(Rational Value) : MathNode;

/// <summary>A variable, with its subscript if it has one.</summary>
internal sealed record SymbolNode(string Name) : MathNode;

/// <param name="Name">pi, e, i or inf.</param>
internal sealed record ConstantNode(string Name) : MathNode;

/// <summary>
/// An operation or function by name; <c>pm</c> and <c>mp</c> stand for two values at once, <c>apply</c> is a letter before
/// brackets: a product, or a function's value.
/// </summary>
internal sealed record CallNode(string Function, params MathNode[] Arguments) : MathNode;

/// <summary>A sum or product over whole numbers.</summary>
internal sealed record SeriesNode(bool IsProduct, string Variable, MathNode From, MathNode To, MathNode Body) : MathNode;

/// <summary>A definite integral.</summary>
internal sealed record IntegralNode(string Variable, MathNode From, MathNode To, MathNode Body) : MathNode;

/// <summary>Digits in another base than ten: a form of its own, equal to nothing but itself.</summary>
internal sealed record BasedNode(string Digits, string Base) : MathNode;

/// <summary>A value with the unit, or the counted noun, behind it.</summary>
internal sealed record QuantityNode(MathNode Value, MathUnit Unit) : MathNode;

/// <summary>A tuple or an interval: which of them, the other answer decides.</summary>
internal sealed record GroupNode(char Open, char Close, MathNode[] Items) : MathNode;

/// <summary>A set in braces.</summary>
internal sealed record SetNode(MathNode[] Items) : MathNode;

/// <summary>Several answers without brackets.</summary>
internal sealed record ListNode(MathNode[] Items) : MathNode;

/// <summary><c>{x | condition}</c>.</summary>
internal sealed record BuilderNode(MathNode Condition) : MathNode;

internal sealed record UnionNode(MathNode[] Parts) : MathNode;

internal sealed record MatrixNode(MathNode[][] Rows) : MathNode;

/// <summary><c>a : b</c>, of any number of terms.</summary>
internal sealed record RatioNode(MathNode[] Terms, string Text) : MathNode;

/// <summary>A chain: side, operator, side, ... with operators = &lt; &gt; &lt;= &gt;= != ~ in.</summary>
internal sealed record RelationNode(MathNode[] Sides, string[] Operators) : MathNode;

/// <summary>The left side of an equation in a notation of its own, which names what the right side gives: <c>P(A \cap B)</c>.</summary>
internal sealed record NameNode(string Text, IReadOnlyList<MathToken> Tokens) : MathNode;

/// <summary>Words.</summary>
internal sealed record WordsNode(string Text) : MathNode;
