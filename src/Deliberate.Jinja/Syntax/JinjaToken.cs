namespace Deliberate.Jinja;

/// <summary>The kinds of token a template is cut into; <see cref="Operator"/> carries its own spelling.</summary>
internal enum JinjaTokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>One token: its kind, its text (a string literal already unescaped), and the line it starts on, from 1.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line)
{
    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;

    public bool IsOperator(string symbol) => Kind == JinjaTokenKind.Operator && Text == symbol;

    /// <summary>The token in the words of an error message.</summary>
    public string Describe() => Kind switch
    {
        JinjaTokenKind.Data => "template data",
        JinjaTokenKind.VariableBegin => "begin of print statement",
        JinjaTokenKind.VariableEnd => "end of print statement",
        JinjaTokenKind.BlockBegin => "begin of statement block",
        JinjaTokenKind.BlockEnd => "end of statement block",
        JinjaTokenKind.String => "string",
        JinjaTokenKind.End => "end of template",
        _ => Text,
    };
}
