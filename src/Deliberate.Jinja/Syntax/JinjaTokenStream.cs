using System.Runtime.CompilerServices;

namespace Deliberate.Jinja;

/// <summary>The tokens of a template with a current position, what both parsers read from; also bounds how deep they nest.</summary>
internal sealed class JinjaTokenStream(List<JinjaToken> tokens)
{
    /// <summary>How deep brackets, conditions and blocks may nest; CPython's own parser stops near the same depth.</summary>
    private const int MaxDepth = 200;

    private readonly List<(string Message, int Line)> _unknown = [];
    private int _at;
    private int _depth;

    public JinjaToken Current => tokens[_at];

    public JinjaToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    /// <summary>Names of filters and tests that do not exist, outside conditions: an error once the whole template is read.</summary>
    public IReadOnlyList<(string Message, int Line)> Unknown => _unknown;

    /// <summary>Inside an <c>if</c> an unknown filter or test is an error only when it is reached, so that templates can ask first.</summary>
    public bool Conditional { get; set; }

    /// <summary>Which of caller, varargs and kwargs the innermost macro reads; null outside macros.</summary>
    public HashSet<string>? MacroNames { get; set; }

    /// <summary>The first mistake that Jinja's grammar accepts and Python's, which Jinja compiles to, does not: an error of every rendering.</summary>
    public JinjaException? Late { get; private set; }

    public void FailLate(string message, int line) => Late ??= new JinjaException(message, line);

    public JinjaToken Next()
    {
        var token = tokens[_at];
        if (_at + 1 < tokens.Count) _at++;
        return token;
    }

    public bool SkipOperator(string symbol) => Current.IsOperator(symbol) && Skip();

    public bool SkipName(string name) => Current.IsName(name) && Skip();

    private bool Skip()
    {
        Next();
        return true;
    }

    public JinjaToken ExpectOperator(string symbol) => Current.IsOperator(symbol) ? Next() : throw Expected(symbol);

    public JinjaToken ExpectName() => Current.Kind == JinjaTokenKind.Name ? Next() : throw Expected("name");

    public void ExpectName(string name)
    {
        if (!SkipName(name)) throw Expected(name);
    }

    public JinjaToken Expect(JinjaTokenKind kind) => Current.Kind == kind ? Next() : throw Expected(new JinjaToken(kind, "", 0).Describe());

    public JinjaException Fail(string message) => new(message, Line);

    private JinjaException Expected(string what) => Fail(Current.Kind == JinjaTokenKind.End
        ? $"unexpected end of template, expected '{what}'."
        : $"expected token '{what}', got '{Current.Describe()}'");

    public void NoteUnknown(string kind, string name, int line)
    {
        if (!Conditional) _unknown.Add(($"No {kind} named '{name}'.", line));
    }

    public int UnknownCount => _unknown.Count;

    public void ForgetUnknown(int from) => _unknown.RemoveRange(from, _unknown.Count - from);

    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Fail($"nested deeper than {MaxDepth} levels");
    }

    public void Leave() => _depth--;
}
