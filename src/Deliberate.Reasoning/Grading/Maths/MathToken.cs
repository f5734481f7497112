namespace Deliberate.Reasoning;

internal enum MathTokenKind
{
    /// <summary>Digits; <see cref="MathToken.Value"/> is their number.</summary>
    Number,

    /// <summary>A run of letters.</summary>
    Word,

    /// <summary>A LaTeX command, without its backslash.</summary>
    Command,

    /// <summary>Words in \text or a font command.</summary>
    Text,

    /// <summary>An operator, bracket or separator.</summary>
    Sign,

    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">As written.</param>
/// <param name="Value">Of a number.</param>
/// <param name="Spaced">Whether a space comes before it.</param>
internal readonly record struct MathToken(MathTokenKind Kind, string Text, Rational Value, bool Spaced)
{
    public bool Is(string sign) => Kind == MathTokenKind.Sign && Text == sign;

    public bool IsCommand(string name) => Kind == MathTokenKind.Command && Text == name;
}
